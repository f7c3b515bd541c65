"""Parts of the engines' HTTP APIs that Docker and Podman share."""
