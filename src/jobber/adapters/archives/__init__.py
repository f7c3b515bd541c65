"""Tar archives: written, read, and turned into file trees."""
