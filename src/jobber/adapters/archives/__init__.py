"""Tar archives: writing, reading, and conversion to file trees."""
