"""A single Docker container, as its attachment uses it."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.translate import container_of
from jobber.adapters.docker.translate_errors import docker_call
from jobber.adapters.engine_api.calls import missing_or_failed, reads_response
from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.adapters.engine_api.raw_stream import RawStream
from jobber.adapters.engine_api.sockets import patience
from jobber.adapters.job_stream.engine_job import NO_DETACH_KEYS, LogFormat
from jobber.adapters.job_stream.streams import AttachStream, ResponseStream
from jobber.domain.errors import ContainerNotFound, EngineFailed, LogUnreadable

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.adapters.docker.client import DockerClient
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.containers.container import ContainerId, Terminal

_TEXT_LOG = "json-file"


class DockerJob:
    """The calls about one container."""

    def __init__(self, client: DockerClient, container: ContainerId) -> None:
        self._client = client
        self._container = container

    @property
    def patience(self) -> float:
        """The time, in seconds, for which jobber retries an engine that does not answer."""
        return patience(self._client.endpoint)

    @property
    def has_terminal(self) -> bool:
        """Return whether the job has a terminal."""
        return bool(self._facts["Config"]["Tty"])

    @property
    def log_format(self) -> LogFormat:
        """The form of the engine's log. Each log driver limits it by default, except `json-file`, which stores text."""
        configuration = self._facts["HostConfig"].get("LogConfig") or {}
        is_text = configuration.get("Type") == _TEXT_LOG
        is_limited = not is_text or "max-size" in (configuration.get("Config") or {})
        is_framed = not self.has_terminal
        return LogFormat(is_framed=is_framed, has_stamps=is_framed, is_text=is_text, is_limited=is_limited)

    def is_error_message(self, _frame: bytes) -> bool:
        """Return False: Docker never writes an error message in place of a job's output."""
        return False

    def wait(self, *, is_started: bool) -> ResponseStream:
        """Request the container's end without waiting for it.

        Docker sends the head of its response once it listens for the end. A job that is started earlier may end before
        that, and the next end never comes.
        """
        query = {"condition": "not-running" if is_started else "next-exit"}
        response = self._client.begin("POST", f"/containers/{self._container}/wait", query=query).answer()
        if not response.ok:
            with response:
                raise missing_or_failed(self._container, "wait for the container", response)
        return ResponseStream(response)

    @reads_response
    def exit_status(self, body: bytes) -> int:
        """Return the exit status from the body of that response."""
        facts = json.loads(body)
        if why := (facts.get("Error") or {}).get("Message"):
            raise ConnectionBroken(str(why))
        return int(facts["StatusCode"])

    def exited(self) -> int | None:
        """Return the exit status if the container has ended; None while it runs."""
        return container_of(self._inspect()).exit_status

    def attach(self, *, output: bool) -> AttachStream:
        """Open a raw stream to the job."""
        query = {
            "stream": True,
            "stdin": True,
            "stdout": output,
            "stderr": output,
            "detachKeys": NO_DETACH_KEYS if self.has_terminal else None,
        }
        stream = self._client.upgrade(f"/containers/{self._container}/attach", query=query)
        if isinstance(stream, RawStream):
            return AttachStream(stream)
        with stream:
            raise missing_or_failed(self._container, "attach to the container", stream)

    def log(self, *, follow: bool, since: datetime | None, has_stamps: bool) -> ResponseStream:
        """Return the engine's log."""
        return ResponseStream(self.open_log(follow=follow, since=since, has_stamps=has_stamps))

    def open_log(self, *, follow: bool = False, since: datetime | None = None, has_stamps: bool = False) -> Response:
        """Return the response that contains the log. Raises `LogUnreadable`."""
        query: dict[str, object] = {"stdout": True, "stderr": True, "follow": follow, "timestamps": has_stamps}
        if since is not None:
            query["since"] = f"{since.timestamp():.6f}"
        response = self._client.call("GET", f"/containers/{self._container}/logs", query=query)
        if response.ok:
            return response
        with response:
            error = missing_or_failed(self._container, "read the container's log", response)
        if isinstance(error, EngineFailed) and "does not support reading" in error.why:
            raise LogUnreadable(why=error.why)
        raise error

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal."""
        # a job that has just ended no longer has a terminal size
        with suppress(EngineFailed), docker_call("set the terminal size"):
            self._client.resize(self._container, terminal.rows, terminal.columns)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return self._inspect()

    def _inspect(self) -> dict[str, Any]:
        with docker_call("inspect the container", missing=ContainerNotFound(self._container)):
            facts: dict[str, Any] = self._client.inspect_container(self._container)
        return facts
