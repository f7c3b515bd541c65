"""The command line's words: splitting, parsing and completion."""
