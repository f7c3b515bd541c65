"""Who we are to a registry."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password for one registry; the password is in no text that this value turns into."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CredentialEntry:
    """One entry of the setting `credentials`, as it was written: for a registry, or a namespace of one."""

    registry: str
    user: str
    password: str | None = field(default=None, repr=False)
    password_file: str | None = None
    """A path as it was written; read when the password is needed."""
