"""The proxy for a URL, from the environment of a command."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jobber.adapters.registry_api.location import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUFFIX = "_proxy"


def proxies_for(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy for the scheme of a URL; empty for a host of this machine or of `NO_PROXY`.

    Variables are those of curl: `https_proxy`, `all_proxy` and `no_proxy`, whose names in lower case take precedence.
    `requests.utils` reads the process environment, and changes it meanwhile, so it is not for threads.
    """
    scheme, host = urlsplit(url)[:2]
    names = sorted(name for name in environment if name.lower().endswith(_SUFFIX))  # upper case first
    found = {name.lower(): environment[name] for name in names if environment[name]}
    proxy = found.get(f"{scheme}{_SUFFIX}") or found.get(f"all{_SUFFIX}")
    words = [word.strip() for word in found.get(f"no{_SUFFIX}", "").split(",")]
    if not proxy or is_loopback(host) or any(_covers(word, host) for word in words):
        return {}
    return {scheme: proxy}


def _covers(word: str, host: str) -> bool:
    """Return whether a word of `NO_PROXY` covers a host: `*`, a name or domain, also with port, or a network."""
    name = urlsplit(f"//{host}").hostname or ""
    if "/" in word:
        with suppress(ValueError):
            return ipaddress.ip_address(name) in ipaddress.ip_network(word, strict=False)
        return False
    domain = word.lstrip(".").lower()
    return word == "*" or (bool(domain) and any(f".{text.lower()}".endswith(f".{domain}") for text in (name, host)))
