"""Where a job's output comes out: a raw stream to the job, or the engine's log of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobber.adapters.wire import Pending, Response, WireBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.wire import RawStream

_RECEIVE = 1 << 16
"""Python makes room for as much at each call: a megabyte would cost a key typed more than all the rest of its way."""


class Outlet(Protocol):
    """Something that output comes from, and that input may go into."""

    @property
    def has_more(self) -> bool:
        """Whether there is something to receive that can't be seen from the descriptor."""

    @property
    def ended_well(self) -> bool:
        """Whether the end that was received is surely one, and no cut."""

    def fileno(self) -> int:
        """The descriptor to wait on; -1 where there is none any more."""

    def receive(self) -> bytes | None:
        """What has come; None for nothing yet, empty at the end, of whatever kind."""

    def send(self, octets: memoryview, /) -> int:
        """Send some of this, and tell how much; 0 for not now. Raises `OSError`."""

    def end_sending(self) -> bool:
        """Tell that nothing more is sent; False for not now."""

    def close(self) -> None:
        """Let go of it."""


class LiveOutlet:
    """A raw stream in both directions."""

    def __init__(self, stream: RawStream) -> None:
        self._stream = stream

    @property
    def has_more(self) -> bool:
        """Whether something came together with the engine's answer, or with what TLS has read."""
        return self._stream.has_pending

    @property
    def ended_well(self) -> bool:
        """A cut looks like an end here."""
        return False

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._stream.fileno()

    def receive(self) -> bytes | None:
        """What has come."""
        return self._stream.receive(_RECEIVE)

    def send(self, octets: memoryview, /) -> int:
        """Send some of this."""
        return self._stream.send(octets)

    def end_sending(self) -> bool:
        """Close our half."""
        return self._stream.end_input()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()


class LogOutlet:
    """The engine's log, which takes no input."""

    def __init__(self, answer: Response | Pending) -> None:
        """Read an answer, or one that is still to come: Podman gives none before a job has said something."""
        self._answer = answer
        self._chunks = answer.chunks() if isinstance(answer, Response) else None
        self._ended_well = False

    @property
    def has_more(self) -> bool:
        """Whether a part of the answer has been read from the wire and not yet from here."""
        return isinstance(self._answer, Response) and self._answer.has_begun

    @property
    def ended_well(self) -> bool:
        """Whether the answer came to its own end."""
        return self._ended_well

    def fileno(self) -> int:
        """The answer's descriptor."""
        return self._answer.fileno()

    def receive(self) -> bytes | None:
        """The next piece of the answer."""
        try:
            if isinstance(self._answer, Pending) and not self._answer.is_here():
                return None
            return next(self._chunks or self._begin())
        except StopIteration:
            self._ended_well = True
        except (WireBroken, OSError):
            pass
        return b""

    def send(self, octets: memoryview, /) -> int:
        """Drop it: a log has no ears."""
        return len(octets)

    def end_sending(self) -> bool:
        """Nothing is ever sent."""
        return True

    def close(self) -> None:
        """Give the answer up."""
        self._answer.close()

    def _begin(self) -> Iterator[bytes]:
        assert not isinstance(self._answer, Response)
        self._answer = answer = self._answer.answer()
        if not answer.ok:
            raise WireBroken(answer.why())
        self._chunks = answer.chunks()
        return self._chunks
