"""A private Podman service, which jobber starts if Podman is installed and no engine listens."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.adapters.host.temp_folder import make_short_folder
from jobber.adapters.wire import Endpoint, Wire, WireBroken, WireUnreachable, parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READY_SECONDS = 30.0
_IDLE_SECONDS = 60
"""The time, in seconds, after which an idle service ends by itself, in case jobber is killed."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running Podman service."""

    endpoint: Endpoint
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        """Stop the service; the processes in its containers continue."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


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
    service = Service(endpoint, process, folder)
    try:
        _await_ready(service, seconds or _READY_SECONDS)
    except BaseException as error:
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        service.stop()
        if not isinstance(error, WireUnreachable | WireBroken):
            raise
        tried.append((f"{podman} system service", said[-1] if said else str(error)))
        return None
    return service


def _await_ready(service: Service, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while True:
        try:
            with Wire(service.endpoint, seconds=seconds).call("GET", "/_ping"):
                return
        except WireUnreachable:
            if service.process.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
