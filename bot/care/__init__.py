"""What people are owed: terms that they can read, reports that are looked at, their data, for no longer than said."""
