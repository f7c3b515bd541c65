"""What `jobber-config.yml` files mean: settings, their kinds, how they are merged and applied (SPEC section 5).

Pure. Files are read, and trees made of them, in `jobber.adapters.configuration`.
"""
