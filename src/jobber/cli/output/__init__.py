"""The output of commands: formatted results, tables and messages."""
