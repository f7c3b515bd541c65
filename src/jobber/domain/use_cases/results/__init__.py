"""Finding, reading, comparing and removing results."""
