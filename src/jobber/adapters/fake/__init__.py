"""An in-memory engine and registry that implement the same ports, without containers and with simulated time."""
