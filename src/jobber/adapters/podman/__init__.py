"""Podman, from 4.3 on, by its own API."""
