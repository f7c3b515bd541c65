"""A single Docker container, as its attachment uses it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.translate import container_of
from jobber.adapters.engine_api.calls import failed
from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.adapters.engine_api.raw_stream import RawStream
from jobber.adapters.engine_api.sockets import patience
from jobber.adapters.job_stream.engine_job import NO_DETACH_KEYS
from jobber.adapters.job_stream.frames import StampedOutput, output_reader
from jobber.adapters.job_stream.replay import Tally, TextTally
from jobber.adapters.job_stream.streams import LiveOutlet, LogOutlet, Outlet
from jobber.domain.errors import ContainerNotFound, EngineFailed, LogUnreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.adapters.job_stream.frames import RawOutput
    from jobber.domain.containers.container import ContainerId, Terminal

_MISSING = 404
_TEXT_LOG = "json-file"


class DockerJob:
    """The calls about one container."""

    def __init__(self, client: EngineConnection, container: ContainerId, *, since: datetime | None = None) -> None:
        self._client = client
        self._container = container
        self._since = since

    @property
    def patience(self) -> float:
        """The time, in seconds, for which jobber retries an engine that does not answer."""
        return patience(self._client.endpoint)

    @property
    def has_terminal(self) -> bool:
        """Return whether the job has a terminal."""
        return bool(self._facts["Config"]["Tty"])

    @property
    def forgets_output(self) -> bool:
        """Return whether the log is limited: every log driver's is limited by default, except that of `json-file`."""
        driver, options = self._log_configuration
        return driver != _TEXT_LOG or "max-size" in options

    def tally(self) -> Tally:
        """Return a tally that counts the output as the engine's log would."""
        counting = TextTally if self._log_configuration[0] == _TEXT_LOG else Tally
        return counting(keeps_tails=self.forgets_output)

    def is_complaint(self, _frame: bytes) -> bool:
        """Return False: Docker never writes an error message in place of a job's output."""
        return False

    def wait(self, *, is_started: bool) -> Response:
        """Request the container's end without waiting for it.

        Docker sends the head of its response once it listens for the end. A job that is started earlier may end before
        that, and the next end never comes.
        """
        query = {"condition": "not-running" if is_started else "next-exit"}
        return self._client.begin("POST", f"/containers/{self._container}/wait", query=query).answer()

    def exit_status(self, answer: Response) -> int:
        """Return the exit status from that response."""
        if not answer.ok:
            raise ConnectionBroken(answer.why())
        facts = answer.json() or {}
        if why := (facts.get("Error") or {}).get("Message"):
            raise ConnectionBroken(str(why))
        return int(facts["StatusCode"])

    def exited(self) -> int | None:
        """Return the exit status if the container has ended; None while it runs."""
        return container_of(self._inspect()).exit_status

    def attach(self, *, output: bool) -> Outlet:
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
            return LiveOutlet(stream)
        with stream:
            self._found(stream, "attach to the container")
        raise EngineFailed("attach to the container", why="it gives no stream")

    def log(self, *, follow: bool) -> tuple[Outlet, RawOutput]:
        """Return the engine's log from the beginning, and its reader.

        A limited log is read with timestamps, so that each frame is used only once.
        """
        has_moments = self.forgets_output and not self.has_terminal
        reader = StampedOutput() if has_moments else output_reader(multiplexed=not self.has_terminal)
        return LogOutlet(self.open_log(follow=follow, has_moments=has_moments)), reader

    def open_log(self, *, follow: bool, has_moments: bool = False) -> Response:
        """Return the response that contains the log; with `has_moments`, each frame with its timestamp.

        Raises `LogUnreadable`.
        """
        query: dict[str, object] = {"stdout": True, "stderr": True, "follow": follow, "timestamps": has_moments}
        if self._since is not None:
            query["since"] = f"{self._since.timestamp():.6f}"
        response = self._client.call("GET", f"/containers/{self._container}/logs", query=query)
        if response.ok:
            return response
        with response:
            if response.status == _MISSING:
                raise ContainerNotFound(self._container)
            error = failed("read the container's log", response)
        if "does not support reading" in error.why:
            raise LogUnreadable(why=error.why)
        raise error

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal."""
        query = {"h": terminal.rows, "w": terminal.columns}
        with self._client.call("POST", f"/containers/{self._container}/resize", query=query) as response:
            response.read()  # a job that has just ended no longer has a terminal size

    @property
    def _log_configuration(self) -> tuple[str, Mapping[str, str]]:
        """The log driver of the container, and the driver's options."""
        configuration = self._facts["HostConfig"].get("LogConfig") or {}
        return configuration.get("Type") or "", configuration.get("Config") or {}

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return self._inspect()

    def _inspect(self) -> dict[str, Any]:
        with self._client.call("GET", f"/containers/{self._container}/json") as response:
            self._found(response, "inspect the container")
            facts: dict[str, Any] = response.json()
            return facts

    def _found(self, response: Response, call: str) -> None:
        if response.status == _MISSING:
            raise ContainerNotFound(self._container)
        if not response.ok:
            raise failed(call, response)
