"""Docker, from 20.10 on, by its own API."""
