"""Checking what is installed and reachable."""
