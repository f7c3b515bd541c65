"""The same options for the engine's own client and for jobber, and what the engine then says of both containers."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.domain.containers.container import ContainerId, ContainerSpecification
from jobber.domain.docker_options import parse_options
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Engine

_LABEL = "jobber-test.differential"
COMMAND = ("/bin/job", "x")
_ANONYMOUS = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Refused:
    """No container; equal to any other refusal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused)

    def __hash__(self) -> int:
        return 0

    why: str


@dataclass(frozen=True)
class Left:
    """A refusal that left something behind: equal to nothing else."""

    why: str


@dataclass(frozen=True)
class Place:
    """The names that option sets can contain."""

    directory: Path
    network: str
    volume: str
    subnet: int

    def words(self, text: str, *, address: str) -> list[str]:
        """An option set with names put in."""
        filled = (
            text.replace("{directory}", str(self.directory))
            .replace("{network}", self.network)
            .replace("{volume}", self.volume)
            .replace("{random}", secrets.token_hex(5))
            .replace("{address}", f"10.{address}.{self.subnet}.7")
        )
        return shlex.split(filled)


@dataclass(frozen=True)
class Clients:
    """An engine, its own client's command up to the options, and the variables that both see."""

    engine: Engine
    connection: EngineConnection
    image: ImageId
    image_name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    place: Place | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(6))

    def theirs(self, words: Sequence[str]) -> dict[str, Any] | Refused:
        """Return the container that the engine's own client creates."""
        made = subprocess.run(
            [*self.command, *words, self.image_name, *COMMAND],
            capture_output=True,
            text=True,
            check=False,
            env=dict(self.environment),
            cwd=self.directory,
        )
        if made.returncode:
            return Refused(made.stderr.strip())
        return self._looked_up(made.stdout.split()[-1])

    def ours(self, words: Sequence[str]) -> dict[str, Any] | Refused | Left:
        """Return the container that jobber creates."""
        try:
            options = parse_options(
                words,
                environment=self.environment,
                directory=str(self.directory),
                read_file=lambda path: (self.directory / path).read_bytes(),
            )
            self.engine.containers.check(options)
            made = self.engine.containers.create(
                ContainerSpecification(
                    self.image,
                    options,
                    command=COMMAND,
                    runtime=options.runtime,
                    labels={_LABEL: self.token},
                )
            )
        except JobberError as error:
            left = self.engine.containers.list(labels={_LABEL: self.token})
            return Left(error.what) if left else Refused(error.what)
        return self._looked_up(made)

    def _looked_up(self, container: str) -> dict[str, Any]:
        try:
            with self.connection.call("GET", f"/containers/{container}/json") as response:
                assert response.ok, response.why()
                facts: dict[str, Any] = response.json()
            (facts["Config"].get("Labels") or {}).pop(_LABEL, None)
            return facts
        finally:
            self.engine.containers.remove(ContainerId(container))


def settled(facts: dict[str, Any] | Refused | Left, *, ignored: frozenset[str]) -> Any:
    """Without ids, names, times and what jobber decides; lists without an order sorted."""
    if isinstance(facts, Refused | Left):
        return facts
    short = str(facts["Id"])[:12]
    return _settled(facts, (), ignored, short)


def _settled(value: Any, path: tuple[str, ...], ignored: frozenset[str], short: str) -> Any:
    if value in ([], {}):
        return None  # clients of different ages have one or the other for nothing
    if isinstance(value, dict):
        return {
            key: _settled(item, (*path, key), ignored, short)
            for key, item in sorted(value.items())
            if ".".join((*path, key)) not in ignored
        }
    if isinstance(value, list):
        items = [_settled(item, path, ignored, short) for item in value]
        if path[-1] in _SETS:
            return sorted({"CAP_" + item.upper().removeprefix("CAP_") for item in items})
        return sorted(items, key=str) if path[-1] in _UNORDERED else items
    if isinstance(value, str):
        return _ANONYMOUS.sub("ID", value.replace(short, "SHORT"))
    return value


_UNORDERED = frozenset(("Binds", "Ulimits", "Mounts", "Env"))
_SETS = frozenset(("CapAdd", "CapDrop", "BoundingCaps", "EffectiveCaps"))


def client_environment(home: Path) -> dict[str, str]:
    """Few variables, so that examples say what they say."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GREETING": "hello", "EMPTY": ""}
