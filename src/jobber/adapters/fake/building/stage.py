"""A stage of a build on the fake, and the instructions that change only its configuration."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jobber.adapters.fake.building.dockerfile_words import expand, listed, pairs, split
from jobber.adapters.fake.building.health import parse_health_check
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.filesystem.indexed_layer import indexed
from jobber.adapters.fake.filesystem.node import Layer, Node
from jobber.domain.containers.linux_signals import LAST_LINUX_SIGNAL, LINUX_SIGNAL_NAMES, LINUX_SIGNALS
from jobber.domain.files.paths import normal_path
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.fake.jobs.job import Program

_PORTS = re.compile(r"(\d+)(?:-(\d+))?(?:/(tcp|udp|sctp))?")
_REAL_TIME_SIGNAL = re.compile(r"RTM(IN(\+\d+)?|AX(-\d+)?)")
_SHELL = ("/bin/sh", "-c")
_NO_TRIGGERS = ("FROM", "MAINTAINER", "ONBUILD")


@frozen
class Dialect:
    """The differences between Dockerfiles and between engines."""

    is_docker: bool
    """True if the builder is BuildKit; otherwise it is Podman."""
    escape: str

    @property
    def unused(self) -> str:
        """The warning for build arguments without an ARG."""
        if self.is_docker:
            return "One or more build-args [{}] were not consumed"
        return "one or more build args were not consumed: [{}]"

    @property
    def word_escape(self) -> str:
        """The escape character in words; on Podman, the escape directive applies only to line endings."""
        return self.escape if self.is_docker else "\\"


@dataclass(slots=True)
class Stage:
    """The state of a stage during a build."""

    dialect: Dialect
    layers: tuple[Layer, ...] = ()
    configuration: ImageConfiguration = field(default_factory=ImageConfiguration)
    labels: dict[str, str] = field(default_factory=dict)
    program: Program | None = None
    """The program that runs in place of everything that the image executes; inherited from the base image."""
    arguments: dict[str, str] = field(default_factory=dict)
    has_command: bool = False
    """True if the stage's own instructions set a command; ENTRYPOINT drops an inherited one."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of the image."""
        return dict(variable.partition("=")[::2] for variable in self.configuration.environment)

    @property
    def variables(self) -> dict[str, str]:
        """All variables. If ARG and ENV set the same one, the later wins for BuildKit, and ENV for Podman."""
        if self.dialect.is_docker:
            return {**self.environment, **self.arguments}
        return {**self.arguments, **self.environment}

    @property
    def workdir(self) -> str:
        """The base directory of relative paths."""
        return self.configuration.workdir or "/"

    def files(self) -> Files:
        """Return the stage's file system with an empty layer on top for the next instruction."""
        return Files(self.layers)

    def add(self, layer: Layer) -> None:
        """Add a layer on top."""
        self.layers = (*self.layers, indexed(layer))

    def expanded(self, text: str) -> str:
        """Remove quotes from a text and expand its variables. Raises `ValueError`."""
        return expand(text, self.variables, escape=self.dialect.word_escape)

    def pairs(self, text: str) -> list[tuple[str, str]]:
        """Return names with their values. Raises `ValueError`."""
        return list(pairs(text, self.variables, escape=self.dialect.word_escape))

    def words(self, text: str) -> list[str]:
        """Return words, or the strings of a JSON list, with expanded variables. Raises `ValueError`."""
        found = listed(text)
        return [self.expanded(word) for word in (text.split() if found is None else found)]

    def declare(self, text: str, *, given: Mapping[str, str | None], before: Mapping[str, str]) -> None:
        """Execute ARG. Precedence: the given value, the default, then the value from before the first FROM."""
        for name, default in declared(text, self.variables, escape=self.dialect.word_escape):
            value = given.get(name)
            value = default if value is None else value
            value = before.get(name) if value is None else value
            if value is not None:
                self.arguments[name] = value

    def do_env(self, rest: str) -> None:
        """Set environment variables of the image."""
        known = self.environment
        for name, value in self.pairs(rest):
            known[name] = value
            self.arguments.pop(name, None)
        self._configure(environment=tuple(f"{name}={value}" for name, value in known.items()))

    def do_label(self, rest: str) -> None:
        """Set labels."""
        self.labels.update(self.pairs(rest))

    def do_cmd(self, rest: str) -> None:
        """Set the command."""
        self._configure(command=self._command(rest))
        self.has_command = True

    def do_entrypoint(self, rest: str) -> None:
        """Set the entry point."""
        kept = self.configuration.command if self.has_command else None
        self._configure(entrypoint=self._command(rest), command=kept)

    def do_workdir(self, rest: str) -> None:
        """Set and create the working directory."""
        workdir = normal_path(posixpath.join(self.workdir, self.expanded(rest)))
        self._configure(workdir=workdir)
        self.add({workdir: Node(kind="directory", mode=0o755)})

    def do_user(self, rest: str) -> None:
        """Set the user."""
        self._configure(user=self.expanded(rest))

    def do_expose(self, rest: str) -> None:
        """Expose ports; Podman stores a port range unexpanded."""
        ports = {port for word in rest.split() for port in self._ports(self.expanded(word))}
        self._configure(exposed_ports=tuple(sorted({*self.configuration.exposed_ports, *ports})))

    def do_volume(self, rest: str) -> None:
        """Declare volumes."""
        paths = self.words(rest)
        if not all(paths):
            raise ValueError("the path of a volume is empty")
        self._configure(volumes=tuple(sorted({*self.configuration.volumes, *paths})))

    def do_stopsignal(self, rest: str) -> None:
        """Set the stop signal; Podman converts a number to a name."""
        name = self.expanded(rest)
        number = int(name) if name.isdecimal() else 0
        short = name.upper().removeprefix("SIG")
        if not (
            0 < number <= LAST_LINUX_SIGNAL or f"SIG{short}" in LINUX_SIGNALS or _REAL_TIME_SIGNAL.fullmatch(short)
        ):
            raise ValueError(f"there is no signal {name}")
        self._configure(stop_signal=name if self.dialect.is_docker else LINUX_SIGNAL_NAMES.get(number, name))

    def do_healthcheck(self, rest: str) -> None:
        """Set the health check."""
        self._configure(health_check=parse_health_check(rest))

    def do_shell(self, rest: str) -> None:
        """Set the shell, which is put in front of commands in shell form."""
        shell = listed(rest)
        if not shell:
            raise ValueError("SHELL needs a list in JSON")
        self._configure(shell=shell)

    def do_onbuild(self, rest: str) -> None:
        """Add an instruction to run in builds based on the image."""
        if (word := rest.split(maxsplit=1)[0].upper()) in _NO_TRIGGERS:
            raise ValueError(f"{word} is not allowed as an ONBUILD trigger")
        self._configure(on_build=(*self.configuration.on_build, rest))

    def _command(self, rest: str) -> tuple[str, ...] | None:
        """Return a command from a JSON list or from a shell line; Podman always uses the default shell.

        Raises `ValueError`.
        """
        found = listed(rest)
        shell = (self.configuration.shell if self.dialect.is_docker else ()) or _SHELL
        return (*shell, rest) if found is None else found or None

    def _ports(self, word: str) -> Iterator[str]:
        match = _PORTS.fullmatch(word)
        if not match:
            raise ValueError(f"{word!r} is not a port")
        protocol = match[3] or "tcp"
        if self.dialect.is_docker:
            yield from (f"{port}/{protocol}" for port in range(int(match[1]), int(match[2] or match[1]) + 1))
        else:
            yield f"{word.partition('/')[0]}/{protocol}"

    def _configure(self, **changes: object) -> None:
        self.configuration = replace(self.configuration, **changes)  # type: ignore[arg-type]


def declared(text: str, variables: Mapping[str, str], *, escape: str) -> list[tuple[str, str | None]]:
    """Return the names that ARG declares, with their defaults. Raises `ValueError`.

    Within the defaults, the declared names have no values yet.
    """
    found: list[tuple[str, str | None]] = []
    for word in split(text, escape=escape):
        name, equals, default = word.partition("=")
        if not name:
            raise ValueError(f"{word} has no name")
        found.append(
            (expand(name, variables, escape=escape), expand(default, variables, escape=escape) if equals else None)
        )
    return found
