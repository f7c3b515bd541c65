"""The commands of jobber: one use case per module, carried out through ports."""
