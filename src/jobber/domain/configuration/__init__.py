"""The content of `jobber-config.yml` files: settings, their types, how they are merged and applied.

This package is pure. `jobber.adapters.configuration` reads files and converts them to trees of nodes. The rules are
described in `docs/how-to/configuration.md`.
"""
