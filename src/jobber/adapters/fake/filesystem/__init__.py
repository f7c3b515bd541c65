"""File systems in memory: layers, mounts and the files of a container."""
