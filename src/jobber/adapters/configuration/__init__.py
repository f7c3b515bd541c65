"""`jobber-config.yml` files of this machine: where they are, and the trees that are in them."""
