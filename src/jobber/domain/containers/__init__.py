"""Containers, their options and their events."""
