"""The version of jobber."""

__version__ = "1.0.0"
