"""The Podman adapter, for Podman 4.3 and later, over Podman's own API."""
