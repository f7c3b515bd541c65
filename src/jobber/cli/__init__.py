"""The command line: parses words, calls use cases, and prints messages and exit statuses."""
