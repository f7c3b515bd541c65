"""Runs: inputs, plans, records, results and labels."""
