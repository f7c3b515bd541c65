"""Repeating a recorded run and verifying its output."""
