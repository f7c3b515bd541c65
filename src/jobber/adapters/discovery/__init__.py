"""Search for the container engine that a command uses."""
