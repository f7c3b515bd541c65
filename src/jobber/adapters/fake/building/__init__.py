"""Building images in memory from a Dockerfile."""
