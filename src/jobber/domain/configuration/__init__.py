"""Settings of `jobber-config.yml` files: types, merging and activation (docs/how-to/configuration.md).

Pure. Files are read, and trees made of them, in `jobber.adapters.configuration`.
"""
