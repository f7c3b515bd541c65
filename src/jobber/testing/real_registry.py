"""A real registry, as a test inspects it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 20.0


class RealRegistry:
    """An open registry at `host` (`HOST:PORT`), accessed without encryption and without a proxy."""

    def __init__(self, host: str) -> None:
        self.host = host

    def tags(self, repository: str) -> Sequence[str]:
        """Return the tags of a repository (`HOST:PORT/NAME`), sorted; empty if it does not exist."""
        name = repository.removeprefix(f"{self.host}/")
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(f"http://{self.host}/v2/{name}/tags/list", timeout=_SECONDS) as response:
                return sorted(json.load(response).get("tags") or ())
        except HTTPError as error:
            error.close()
            return ()
