"""Errors of a connection to an engine."""

from __future__ import annotations

from http.client import IncompleteRead, RemoteDisconnected  # noqa: TID251

from jobber.domain.errors import EngineLost


class EngineUnreachable(EngineLost):
    """An engine that does not listen at the address, or that refuses the connection."""

    def __init__(self, why: str, *, hint: str | None = None) -> None:
        super().__init__("a call", why=why)
        self.hint = hint

    def __str__(self) -> str:
        return self.why


class ConnectionBroken(EngineLost):
    """A connection that ended, was silent for longer than allowed, or carried something else than a valid response."""

    def __init__(self, why: str) -> None:
        super().__init__("a call", why=why)

    def __str__(self) -> str:
        return self.why


def reason(error: OSError) -> str:
    """Return the system's reason for a connection that failed or broke."""
    name = str(getattr(error, "reason", None) or "")  # of TLS: TLSV13_ALERT_CERTIFICATE_REQUIRED
    return (name.replace("_", " ") or error.strerror or str(error) or type(error).__name__).lower()


def broken(error: Exception) -> ConnectionBroken:
    """Return the error for an exchange that failed; the HTTP libraries wrap the cause in errors of their own."""
    cause: BaseException = error
    while inner := next((it for it in (*cause.args, cause.__cause__) if isinstance(it, BaseException)), None):
        cause = inner
    if isinstance(cause, TimeoutError) or "timeout" in type(cause).__name__.lower():
        return ConnectionBroken("no response in time")
    if isinstance(cause, ConnectionError | OSError) and cause.errno is not None:
        return ConnectionBroken(reason(cause))
    is_cut = isinstance(cause, IncompleteRead | RemoteDisconnected)
    return ConnectionBroken("the engine closed the connection" if is_cut else "the response is not HTTP")
