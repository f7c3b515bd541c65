"""Who we are to a registry."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password for one registry; the password is in no text that this value turns into."""

    user: str
    password: str = field(repr=False)
