"""Jobs in memory: Python functions in the place of processes."""
