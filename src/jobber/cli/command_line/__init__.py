"""Splitting, parsing and completing the command line."""
