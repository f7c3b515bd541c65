"""Finding, comparing and exporting earlier runs."""
