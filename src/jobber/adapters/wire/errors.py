"""Errors of a connection to an engine."""

from __future__ import annotations

from jobber.domain.errors import EngineLost


class WireUnreachable(EngineLost):
    """An engine that does not listen at the address, or that refuses the connection."""

    def __init__(self, why: str, *, hint: str | None = None) -> None:
        super().__init__("a call", why=why)
        self.hint = hint

    def __str__(self) -> str:
        return self.why


class WireBroken(EngineLost):
    """A connection that ended, or was silent for longer than allowed, in the middle of an exchange."""

    def __init__(self, why: str) -> None:
        super().__init__("a call", why=why)

    def __str__(self) -> str:
        return self.why


def reason(error: OSError) -> str:
    """Return the system's reason for a connection that failed or broke."""
    name = str(getattr(error, "reason", None) or "")  # of TLS: TLSV13_ALERT_CERTIFICATE_REQUIRED
    return (name.replace("_", " ") or error.strerror or str(error) or type(error).__name__).lower()
