"""Podman's calls for what jobbers tell each other about runs."""

from __future__ import annotations
