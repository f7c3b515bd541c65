"""Finding the container engine that a command uses."""
