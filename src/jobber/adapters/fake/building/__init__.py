"""Builds of images in memory from a Dockerfile."""
