"""Jobs in memory: Python functions instead of processes."""
