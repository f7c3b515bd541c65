"""The environment, settings and requests of one call of the command line or the Python API."""
