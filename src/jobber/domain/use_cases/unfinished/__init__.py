"""Runs that another process started: list, attach, stop, recover."""
