"""A private Podman service, which jobber starts if Podman is installed and no engine listens."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.endpoint import Endpoint, parse_endpoint
from jobber.adapters.engine_api.ping import EngineAnswer, ping
from jobber.adapters.host.temp_folder import make_short_folder
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READY_SECONDS = 30.0
_IDLE_SECONDS = 60
"""The time, in seconds, after which an idle service ends by itself, in case jobber is killed."""


@frozen
class Service:
    """A running Podman service."""

    endpoint: Endpoint
    answer: EngineAnswer
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        """Stop the service; the processes in its containers continue."""
        _stop(self.process, self.folder)


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def start_service(
    environment: Mapping[str, str], *, tried: list[tuple[str, str]], seconds: float | None = None
) -> Service | None:
    """Start `podman system service` if podman is installed, and add failures to `tried`.

    The service has `seconds` to answer, 30 by default.
    """
    podman = shutil.which("podman", path=environment.get("PATH"))
    if podman is None:
        tried.append(("podman on the PATH", "there is none"))
        return None
    folder = make_short_folder("jobber-podman-")
    endpoint = parse_endpoint(f"unix://{folder}/podman.sock")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [podman, "system", "service", "--time", str(_IDLE_SECONDS), str(endpoint)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(environment),
            cwd=folder,  # for a job that runs out of memory, conmon writes a file `oom` there
            start_new_session=True,  # the Ctrl-C of jobber's terminal must not reach the service
        )
    try:
        answer = _await_ready(endpoint, process, seconds or _READY_SECONDS)
    except BaseException as error:
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        _stop(process, folder)
        if not isinstance(error, EngineUnreachable | ConnectionBroken):
            raise
        tried.append((f"{podman} system service", said[-1] if said else str(error)))
        return None
    return Service(endpoint, answer, process, folder)


def _await_ready(endpoint: Endpoint, process: subprocess.Popen[bytes], seconds: float) -> EngineAnswer:
    give_up = time.monotonic() + seconds
    while True:
        try:
            return ping(endpoint, seconds=seconds)
        except EngineUnreachable:
            if process.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
