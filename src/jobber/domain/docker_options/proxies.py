"""Variables that name proxies: engines' clients add them without a word, and their addresses may hold a password."""

from __future__ import annotations

PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY", "ALL_PROXY")
PROXIES = frozenset((*PROXY_NAMES, *map(str.lower, PROXY_NAMES)))
"""The names in both of the cases that programs read them in."""
