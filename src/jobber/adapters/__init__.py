"""Everything that touches the world; Docker, Podman and the fake don't know each other."""
