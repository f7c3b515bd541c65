"""The Docker adapter, for Docker 20.10 and later, over Docker's own API."""
