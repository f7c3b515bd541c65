"""Lineages as trees, graphs and pages."""
