"""jobber: build and run machine-learning jobs in containers, and keep every run as an image."""

__version__ = "1.0.0"
