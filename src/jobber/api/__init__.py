"""The Python interface: runs and builds for notebooks and scripts."""
