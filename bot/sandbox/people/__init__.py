"""What members and developers do and see, over HTTP, and a member as a program."""
