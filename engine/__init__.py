"""The process that owns the GPU: it draws what it is asked to and remembers nothing."""

__version__ = "0.1.0"
