"""Builds with BuildKit, through a `docker` client.

Only a `docker` client supports BuildKit's protocol: one with buildx, or one before version 23, which has BuildKit built
in.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

from jobber.adapters.build_context import find_ignore_file, read_file
from jobber.adapters.docker.client_config import client_configuration
from jobber.adapters.engine_api.build_warnings import BuildWarnings
from jobber.adapters.engine_api.registry_errors import build_failure
from jobber.domain.docker_options.proxies import PROXIES
from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_arguments import unused_arguments
from jobber.domain.images.build_request import given_arguments
from jobber.domain.images.reference import ImageId
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint
    from jobber.domain.errors import BuildFailed
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.ports.progress import Progress

_WITHOUT_BUILDX = 23
"""The first client version without built-in BuildKit: earlier clients have it, later ones need buildx."""
_ANSWER_SECONDS = 10.0
_LINE = re.compile(rb"#(\d+) (.*)")
_TIMED = re.compile(rb"\d+\.\d+ ?(.*)", re.DOTALL)
_WARNS = re.compile(rb"(?:WARN: |\[Warning\] )(.*)")
_CLIENT_WARNS = re.compile(rb"WARNING: (.*)")
_SAYS_STATE = re.compile(rb"(DONE \d|CACHED$|CANCELED$|sha256:|transferring |exporting |writing image|naming to)")


@frozen
class Client:
    """A client with BuildKit, and the command line that starts a build with it."""

    words: tuple[str, ...]


def is_switched_off(environment: Mapping[str, str]) -> bool:
    """Return whether the user has switched BuildKit off."""
    return environment.get("DOCKER_BUILDKIT") == "0"


def find_client(environment: Mapping[str, str], *, seconds: float | None = None) -> Client | None:
    """Return the first `docker` on the PATH that has BuildKit; None if none has it or the user has switched it off."""
    if is_switched_off(environment):
        return None
    paths: dict[Path, Path] = {}
    for folder in environment.get("PATH", "").split(os.pathsep):
        path = Path(folder, "docker")
        if os.access(path, os.X_OK):
            paths.setdefault(path.resolve(), path)
    # A client takes a while to answer, so jobber queries all of them at the same time.
    asked = [
        (
            path,
            _ask(path, "buildx", "version", environment=environment),
            _ask(path, "--version", environment=environment),
        )
        for path in paths.values()
    ]
    until = monotonic() + (_ANSWER_SECONDS if seconds is None else seconds)
    answers = [(path, _answer(buildx, until=until), _answer(version, until=until)) for path, buildx, version in asked]
    for path, buildx, version in answers:
        if buildx is not None:
            return Client((str(path), "buildx", "build", "--load"))
        number = re.search(r"version (\d+)\.", version or "")
        if number and int(number[1]) < _WITHOUT_BUILDX:
            return Client((str(path), "build"))
    return None


def build_with_client(
    client: Client, request: BuildRequest, *, endpoint: Endpoint, environment: Mapping[str, str], progress: Progress
) -> ImageId:
    """Build an image. Raises `BuildFailed`. A build that is given up leaves no process behind."""
    with (
        tempfile.TemporaryDirectory(prefix="jobber-build-") as folder,
        client_configuration(request.credentials, Path(folder), environment) as variables,
    ):
        id_file = Path(folder, "id")
        dockerfile = staged_dockerfile(request, Path(folder))
        unused = unused_arguments(read_file(dockerfile).decode(errors="replace"), given_arguments(request))
        words = [*client.words, "--progress=plain", f"--iidfile={id_file}", f"--file={dockerfile}"]
        words += _options(request, environment)
        process = subprocess.Popen(
            [*words, "--", str(request.context)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**_client_variables(endpoint, environment), **variables},
            start_new_session=True,  # only jobber gets the Ctrl-C of its terminal
        )
        assert process.stdout is not None
        reading = _Reading(BuildWarnings(progress, request.credentials.values()))
        try:
            reading.follow(process.stdout, progress)
            status = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            process.stdout.close()
        if status != 0 or not id_file.exists():
            raise reading.failure(request)
        if unused:  # BuildKit itself does not warn about these
            reading.warnings.tell(f"One or more build-args [{' '.join(unused)}] were not consumed")
        return ImageId(id_file.read_text(encoding="ascii").strip())


@dataclass(slots=True)
class _Reading:
    """The state read so far from a plain progress stream, by vertex."""

    warnings: BuildWarnings
    names: dict[bytes, str] = field(default_factory=dict)
    logs: dict[bytes, list[bytes]] = field(default_factory=dict)
    failed: bytes | None = None
    last: list[bytes] = field(default_factory=list)

    def follow(self, stream: IO[bytes], progress: Progress) -> None:
        for line in stream:
            progress.build_output(line)
            if match := _LINE.fullmatch(line.rstrip(b"\r\n")):
                self._vertex(match[1], match[2], progress)
            elif line.strip():
                self.last = [*self.last[-20:], line.strip()]
                if match := _CLIENT_WARNS.fullmatch(line.strip()):
                    self.warnings.tell(match[1].decode(errors="replace"))

    def failure(self, request: BuildRequest) -> BuildFailed:
        why = next((line for line in reversed(self.last) if line.strip(b"-> ")), b"no reason given")
        text = re.sub(r"^(ERROR: |error: )?(failed to solve[^:]*: )?", "", why.decode(errors="replace"))
        text = re.sub(r"^rpc error: code = \w+ desc = ", "", text)
        secrets = request.credentials.values()
        if self.failed is None:
            return build_failure(text, secrets)
        log = b"".join(self.logs.get(self.failed, ()))
        return build_failure(text, secrets, log=log, step=self.names.get(self.failed))

    def _vertex(self, number: bytes, text: bytes, progress: Progress) -> None:
        if text.startswith(b"ERROR"):
            self.failed = number
        elif warning := _WARNS.fullmatch(text):
            self.warnings.tell(warning[1].decode(errors="replace"))
        elif timed := _TIMED.fullmatch(text):
            self.logs.setdefault(number, []).append(timed[1] + b"\n")
        elif not _SAYS_STATE.match(text):
            self.names[number] = text.decode(errors="replace")
            progress.step(self.names[number])


def staged_dockerfile(request: BuildRequest, folder: Path) -> Path:
    """Return the path of the Dockerfile for the client, with links resolved.

    BuildKit does not follow a link that leads out of a directory. The Dockerfile would be missing, and a linked ignore
    file would be ignored without a warning.
    """
    dockerfile = Path(request.dockerfile)
    ignore = find_ignore_file(Path(request.context), dockerfile)
    if not (dockerfile.is_symlink() or (ignore and ignore.is_symlink())):
        return dockerfile
    staged = folder / dockerfile.name
    staged.write_bytes(read_file(dockerfile))
    if ignore:
        staged.with_name(f"{dockerfile.name}.dockerignore").write_bytes(read_file(ignore))
    return staged


def _options(request: BuildRequest, environment: Mapping[str, str]) -> list[str]:
    options = [f"--label={name}={value}" for name, value in request.labels.items()]
    options += _arguments(request, environment)
    options += [f"--secret={secret}" for secret in request.secrets]
    if request.target:
        options.append(f"--target={request.target}")
    if request.platform:
        options.append(f"--platform={request.platform}")
    if request.no_cache:
        options.append("--no-cache")
    if request.pull:
        options.append("--pull")
    return options


def _arguments(request: BuildRequest, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield `--build-arg` for each argument, without the value if the client has it in its own environment.

    A proxy variable given in only one case is passed in the other case as well. The client adds the proxies of its
    configuration in both cases, and BuildKit takes either of two names that differ only in case.
    """
    for name, value in request.arguments.items():
        is_bare = value is None or environment.get(name) == value
        yield f"--build-arg={name}" if is_bare else f"--build-arg={name}={value}"
        twin = name.swapcase()
        if name in PROXIES and twin not in request.arguments:
            yield f"--build-arg={twin}" if value is None else f"--build-arg={twin}={value}"


def _client_variables(endpoint: Endpoint, environment: Mapping[str, str]) -> dict[str, str]:
    variables = {name: value for name, value in environment.items() if name != "DOCKER_CONTEXT"}
    variables |= {"DOCKER_HOST": endpoint.docker_host, "DOCKER_BUILDKIT": "1", "DOCKER_CLI_HINTS": "false"}
    if endpoint.tls is not None:
        variables |= {"DOCKER_TLS": "1", "DOCKER_TLS_VERIFY": "1" if endpoint.tls.verify else ""}
        variables |= {"DOCKER_CERT_PATH": endpoint.tls.folder}
    return variables


def _ask(path: Path, *words: str, environment: Mapping[str, str]) -> subprocess.Popen[str] | None:
    """Start a client with `words` as its arguments; return None if it can't be started."""
    try:
        return subprocess.Popen(
            [str(path), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError:
        return None


def _answer(process: subprocess.Popen[str] | None, *, until: float) -> str | None:
    """Return the client's output; None if it fails or has not ended at `until`, a time of the monotonic clock."""
    if process is None:
        return None
    with process:
        try:
            said, _ = process.communicate(timeout=max(0.0, until - monotonic()))
        except (subprocess.TimeoutExpired, ValueError):
            process.kill()
            return None
        except BaseException:
            process.kill()
            raise
    return said if process.returncode == 0 else None


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return
