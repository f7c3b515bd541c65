"""Pipelines of one call: the file with its settings, and the objects that run its jobs."""
