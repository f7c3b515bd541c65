"""Ownership of runs and tags by jobber processes."""
