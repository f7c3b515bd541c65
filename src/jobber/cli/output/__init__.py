"""Formatting and printing results, tables and messages."""
