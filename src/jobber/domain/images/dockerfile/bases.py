"""Images that a Dockerfile refers to, and thus the registries that a build contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.images.dockerfile.instructions import parse_dockerfile
from jobber.domain.images.dockerfile.words import expand, words_of
from jobber.domain.images.reference import reference_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.images.reference import ImageReference

_TRANSPORT = "docker://"
"""The transport prefix that Podman accepts before a reference."""
_USUAL_PLATFORM = "linux/amd64"


def base_references(
    text: str, *, arguments: Mapping[str, str | None], platform: str | None = None
) -> tuple[ImageReference, ...]:
    """Return the images that a Dockerfile builds on or copies from, as far as they are known without a build.

    In doubt, the result includes an image: builders differ in what they pull, and some skip later stages.

    Args:
        text: The content of the Dockerfile.
        arguments: The values of `ARG`s that the build is given, by name.
        platform: The platform of the build as `OS/ARCHITECTURE[/VARIANT]`.

    """
    dockerfile = parse_dockerfile(text)
    reading = _Reading(dockerfile.escape, arguments, _platform_values(platform or _USUAL_PLATFORM))
    frontend = reference_in(dockerfile.syntax)
    if frontend is not None and frontend.registry:
        reading.found[frontend] = None
    for instruction in dockerfile.instructions:
        reading.read(instruction.word, instruction.rest)
    return tuple(reading.found)


class _Reading:
    """The state of the parser at a line of a Dockerfile."""

    def __init__(self, escape: str, given: Mapping[str, str | None], platform: Mapping[str, str]) -> None:
        self._escape = escape
        self._given = given
        self._before: dict[str, str] = dict(platform)
        """Values of the `ARG`s before the first stage; a `FROM` uses only these."""
        self._now: dict[str, str] | None = None
        """Values of the `ARG`s in the current stage; None before the first stage."""
        self._stages: set[str] = set()
        self.found: dict[ImageReference, None] = {}

    def read(self, word: str, rest: str) -> None:
        match word:
            case "ARG":
                self._declare(rest)
            case "FROM":
                self._begin_stage(rest)
            case "COPY":
                for flag in self._flags(rest):
                    if flag.startswith("--from="):
                        self._add(flag.removeprefix("--from="), self._values)
            case "RUN":
                for flag in self._flags(rest):
                    for field in self._fields(flag):
                        if field.startswith("from="):
                            self._add(field.removeprefix("from="), self._values)

    @property
    def _values(self) -> dict[str, str]:
        """The values of `ARG`s at this line."""
        return self._before if self._now is None else self._now

    def _declare(self, rest: str) -> None:
        values = self._values
        for word in words_of(rest, escape=self._escape):
            name, equals, default = word.partition("=")
            name = self._expanded(name, values)
            given = self._given.get(name)
            if given is not None:
                values[name] = given
            elif equals:
                values[name] = self._expanded(default, values)
            elif name in self._before:
                values[name] = self._before[name]

    def _begin_stage(self, rest: str) -> None:
        _, words = self._split(rest)
        if words:
            self._add(words[0], self._before)
        if len(words) > 2:
            self._stages.add(words[2].lower())
        self._now = {}

    def _add(self, word: str, values: Mapping[str, str]) -> None:
        name = self._expanded(word, values).removeprefix(_TRANSPORT)
        if name.lower() in self._stages or name.isdecimal():
            return
        if reference := reference_in(name):
            self.found[reference] = None

    def _split(self, rest: str) -> tuple[list[str], list[str]]:
        """Return the flags at the start of an instruction, and the words after them."""
        words = rest.split()
        flags = list(self._flags(rest))
        return flags, words[len(flags) :]

    def _flags(self, rest: str) -> Iterator[str]:
        for word in words_of(rest, escape=self._escape):
            if not word.startswith("--"):
                return
            yield word

    def _fields(self, flag: str) -> list[str]:
        """Return the fields of a `--mount` without quotes; empty for another flag."""
        name, _, value = flag.partition("=")
        return self._expanded(value, self._values).split(",") if name == "--mount" else []

    def _expanded(self, word: str, values: Mapping[str, str]) -> str:
        """Return a word with its variables replaced; empty for a word that no builder accepts."""
        try:
            return expand(word, values, escape=self._escape)
        except ValueError:
            return ""


def _platform_values(platform: str) -> dict[str, str]:
    """Return the `ARG`s for the target and build platform, which BuildKit and Podman define automatically."""
    system, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    return {
        f"{side}{name}": value
        for side in ("TARGET", "BUILD")
        for name, value in (("PLATFORM", platform), ("OS", system), ("ARCH", architecture), ("VARIANT", variant))
    }
