"""Proxy variables. Engines' clients add them automatically, and their addresses may contain a password."""

from __future__ import annotations

PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY", "ALL_PROXY")
PROXIES = frozenset((*PROXY_NAMES, *map(str.lower, PROXY_NAMES)))
"""The names in upper and lower case; programs read both."""
