"""A single Podman container, as its attachment uses it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import NOT_FOUND, missing_or_failed, reads_response
from jobber.adapters.engine_api.raw_stream import RawStream
from jobber.adapters.engine_api.sockets import patience
from jobber.adapters.job_stream.engine_job import NO_DETACH_KEYS, LogFormat
from jobber.adapters.job_stream.streams import AttachStream, ResponseStream
from jobber.adapters.podman.translate import container_of, not_started
from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import ContainerNotFound, EngineFailed, LogUnreadable

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.containers.container import ContainerId, Terminal

_FILES = ("k8s-file", "json-file")
_POLL = "10ms"
"""The polling interval of a wait: Podman 4 checks every 250 ms by default whether a container has ended."""
_COMPLAINT = re.compile(rb"Error: (?:read|write) unix(?:packet)? [^\n]*attach[^\n]*\n?").fullmatch


class PodmanJob:
    """The calls about one container."""

    def __init__(self, client: EngineConnection, container: ContainerId) -> None:
        self._client = client
        self._container = container

    @property
    def patience(self) -> float:
        """The time, in seconds, for which jobber retries an engine that does not answer."""
        return patience(self._client.endpoint)

    @property
    def has_terminal(self) -> bool:
        """Return whether the job has a terminal."""
        return bool(self._facts["Config"].get("Tty"))

    @property
    def log_format(self) -> LogFormat:
        """The form of the engine's log. Podman's own log is limited if it has a size, the journal always.

        Output that was written at the same time has the same time stamp, and a limited log may lose a part of it.
        """
        driver, size = self._log_configuration
        is_emptied = driver in _FILES and size not in ("", "0B")
        is_limited = is_emptied or driver not in _FILES
        return LogFormat(
            is_framed=True, has_stamps=not is_limited, is_text=False, is_limited=is_limited, is_emptied=is_emptied
        )

    def is_error_message(self, frame: bytes) -> bool:
        """Return whether the frame is an error message of Podman and not output of the job.

        Podman sends it while it holds input that the job has not read, and then loses the job's output.
        """
        return _COMPLAINT(frame) is not None

    def wait(self, *, is_started: bool) -> ResponseStream:  # noqa: ARG002 - Podman waits for a state, not for an event
        """Request the container's end without waiting for it."""
        query = {"condition": "exited", "interval": _POLL}
        return ResponseStream(self._client.begin("POST", f"/containers/{self._container}/wait", query=query))

    @reads_response
    def exit_status(self, body: bytes) -> int:
        """Return the exit status from the body of that response."""
        return int(body)

    def exited(self) -> int | None:
        """Return the exit status if the container has ended; None while it runs."""
        return container_of(self._inspect()).exit_status

    def attach(self, *, output: bool) -> AttachStream:  # noqa: ARG002 - Podman ends a stream without output at once
        """Open a raw stream to the job; the caller discards output that is not needed."""
        query = {
            "stream": True,
            "stdin": True,
            "stdout": True,
            "stderr": True,
            "detachKeys": NO_DETACH_KEYS if self.has_terminal else None,
        }
        is_new = container_of(self._facts).state is ContainerState.CREATED
        stream = self._client.upgrade(f"/containers/{self._container}/attach", query=query)
        if isinstance(stream, RawStream):
            return AttachStream(stream)
        with stream:
            if stream.status == NOT_FOUND:
                raise ContainerNotFound(self._container)
            why = stream.why()
        if is_new:
            raise not_started(why)  # attaching sets the container up, except for its command
        raise EngineFailed("attach to the container", why=why)

    def log(self, *, follow: bool, since: datetime | None, has_stamps: bool) -> ResponseStream:
        """Return the engine's log. Podman sends no head before the job has written output."""
        if not follow:
            return ResponseStream(self.open_log(since=since, has_stamps=has_stamps))
        query = self._log_query(follow=True, since=since, has_stamps=has_stamps)
        return ResponseStream(self._client.begin("GET", self._log_path, query=query))

    def open_log(self, *, since: datetime | None = None, has_stamps: bool = False) -> Response:
        """Return the response that contains the log so far. Raises `LogUnreadable`."""
        query = self._log_query(follow=False, since=since, has_stamps=has_stamps)
        response = self._client.call("GET", self._log_path, query=query)
        if response.ok:
            return response
        with response:
            raise missing_or_failed(self._container, "read the container's log", response)

    @property
    def _log_path(self) -> str:
        return f"/containers/{self._container}/logs"

    def _log_query(self, *, follow: bool, since: datetime | None, has_stamps: bool) -> dict[str, object]:
        driver, _ = self._log_configuration
        if driver in ("none", "passthrough"):
            raise LogUnreadable(why=f"its log driver is {driver}")
        query: dict[str, object] = {"stdout": True, "stderr": True, "follow": follow, "timestamps": has_stamps}
        if since is not None:
            query["since"] = since.isoformat().replace("+00:00", "Z")
        return query

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal."""
        query = {"h": terminal.rows, "w": terminal.columns}
        with self._client.call("POST", f"/containers/{self._container}/resize", query=query) as response:
            response.read()  # a job that has just ended no longer has a terminal size

    @property
    def _log_configuration(self) -> tuple[str, str]:
        """The log driver of the container, and the size limit of the log."""
        configuration = self._facts["HostConfig"].get("LogConfig") or {}
        return configuration.get("Type") or "", configuration.get("Size") or ""

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return self._inspect()

    def _inspect(self) -> dict[str, Any]:
        with self._client.call("GET", f"/containers/{self._container}/json") as response:
            if not response.ok:
                raise missing_or_failed(self._container, "inspect the container", response)
            facts: dict[str, Any] = response.json()
            return facts
