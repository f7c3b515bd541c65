"""Local `jobber-config.yml` files: their locations, and the node trees that they contain."""
