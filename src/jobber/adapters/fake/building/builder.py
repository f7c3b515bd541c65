"""Builds on the fake: a subset of the Dockerfile language, executed in memory.

An instruction outside this subset is an error that names its line.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters import build_context
from jobber.adapters.build_context import DOCKER_IGNORE_FILES, PODMAN_IGNORE_FILES
from jobber.adapters.fake.building.copying import copy, mode_of, read_context
from jobber.adapters.fake.building.dockerfile import parse_dockerfile, split_flags
from jobber.adapters.fake.building.dockerfile_words import expand
from jobber.adapters.fake.building.execution import execute
from jobber.adapters.fake.building.secrets import check_secrets
from jobber.adapters.fake.building.stage import Dialect, Stage, declared
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.jobs.process import STAND_IN, with_path
from jobber.domain.errors import (
    BaseUnauthorized,
    BuildFailed,
    ImageNotFound,
    InvalidReference,
    PullRefused,
    PullUnauthorized,
)
from jobber.domain.images.build_arguments import unused_arguments
from jobber.domain.images.build_request import check_podman_build, given_arguments
from jobber.domain.images.credentials import host_of
from jobber.domain.images.dockerfile.instructions import parse_instruction
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import parse_reference
from jobber.domain.ports.progress import Silence

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.fake.flavour import Flavour
    from jobber.adapters.fake.images import FakeImages, FakeRegistryPort
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.context_key import BuildContext
    from jobber.domain.images.dockerfile.instructions import Instruction
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.progress import Progress

_PLATFORM = "linux/amd64"
_PLATFORMS = {"BUILDPLATFORM": _PLATFORM, "TARGETPLATFORM": _PLATFORM}
_FROM_ELSEWHERE = re.compile(r"\w+://|git@")
_STAGE_NAME = re.compile(r"[a-z][\w.-]*", re.IGNORECASE | re.ASCII)
_NOT_CARRIED_OUT = frozenset({"MAINTAINER"})
_ABOUT_OWNERS = ("chown", "link")
"""Flags of COPY and ADD without an effect that a Python program could observe."""


class FakeBuilder:
    """The builder of a fake engine."""

    def __init__(self, store: Store, images: FakeImages, registry: FakeRegistryPort, *, flavour: Flavour) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._flavour = flavour
        self._call = contextmanager(store.call)

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an untagged image. Raises `BuildFailed`, `OptionUnsupported`."""
        with self._call("build", str(request.context)):
            if not self._flavour.is_docker:
                check_podman_build(request)
            check_secrets(request.secrets)
            _check_platform(request.platform or _PLATFORM)
            stage = _Build(self._store, self._images, self._registry, request, progress, flavour=self._flavour).run()
            made = self._store.add_built(
                stage.layers, stage.configuration, stage.labels, anew=request.no_cache, program=stage.program
            )
            self._store.made.append(made)
            return made

    def context(self, request: BuildRequest) -> BuildContext:
        """Return the files that a build would read. Raises `UsageError`, `BuildFailed`."""
        with self._call("context", str(request.context)):
            names = DOCKER_IGNORE_FILES if self._flavour.is_docker else PODMAN_IGNORE_FILES
            return build_context.read_context(Path(request.context), Path(request.dockerfile), ignore_names=names)

    def platform(self) -> str:
        """Return the platform of builds that name none."""
        return _PLATFORM

    def lay_out(self, request: BuildRequest) -> Stage:
        """Build the final stage of an image with a stand-in program: run nothing, and accept missing bases.

        Raises `BuildFailed`.
        """
        return _Build(
            self._store, self._images, self._registry, request, Silence(), flavour=self._flavour, stands_in=True
        ).run()


class _Build:
    """A build in progress."""

    def __init__(
        self,
        store: Store,
        images: FakeImages,
        registry: FakeRegistryPort,
        request: BuildRequest,
        progress: Progress,
        *,
        flavour: Flavour,
        stands_in: bool = False,
    ) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._stands_in = stands_in
        """True if the image runs a Python program, so that the build need not execute anything."""
        self._request = request
        self._progress = progress
        self._flavour = flavour
        self._text = Path(request.dockerfile).read_bytes().decode("utf-8", "surrogateescape")
        self._file = parse_dockerfile(self._text)
        self._dialect = Dialect(is_docker=flavour.is_docker, escape=self._file.escape)
        self._stages: list[Stage] = []
        self._names: dict[str, Stage] = {}
        self._globals: dict[str, str] = dict(_PLATFORMS)
        self._context: Files | None = None
        self._log: list[bytes] = []
        self._line = 0

    def run(self) -> Stage:
        """Execute the Dockerfile up to the last required stage."""
        if not self._dialect.is_docker and not self._stands_in:
            self._context_files()  # Podman reads the whole context before it builds anything
        steps = self._file.instructions
        for number, instruction in enumerate(steps, start=1):
            step = f"Step {number}/{len(steps)} : {instruction.word} {instruction.rest}"
            self._progress.step(step)
            self._log = [f"{step}\n".encode("utf-8", "surrogateescape")]
            if instruction.word == "FROM" and self._request.target and self._target_is_done():
                break
            self._line = instruction.line
            try:
                self._carry_out(instruction)
            except (BuildFailed, ValueError, OSError, InvalidReference) as error:
                why = f"line {instruction.line}: {error.why if isinstance(error, BuildFailed) else error}"
                kind = BaseUnauthorized if isinstance(error, BaseUnauthorized) else BuildFailed
                raise kind(why=why, log=b"".join(self._log), step=step) from None
            finally:
                self._progress.build_output(b"".join(self._log))
        if self._request.target and not self._target_is_done():
            raise BuildFailed(why=f"there is no stage {self._request.target}")
        if not self._stages:
            raise BuildFailed(why="the Dockerfile has no FROM")
        self._now.labels.update(self._request.labels)
        if unused := unused_arguments(self._text, given_arguments(self._request)):
            self._progress.warn("build-warning", text=self._dialect.unused.format(" ".join(unused)))
        return self._now

    def _target_is_done(self) -> bool:
        return bool(self._stages) and self._names.get(self._name(self._request.target or "")) is self._now

    def _carry_out(self, instruction: Instruction) -> None:
        word, rest = instruction.word, instruction.rest
        if word in _NOT_CARRIED_OUT:
            if self._stands_in:
                return
            raise ValueError(f"the fake does not support {word}")
        own: Callable[[str], None] | None = getattr(self, f"_do_{word.lower()}", None)
        if own is None and not hasattr(Stage, f"do_{word.lower()}"):
            raise ValueError(f"unknown instruction: {word}")
        if word not in ("FROM", "ARG") and not self._stages:
            raise ValueError(f"no build stage in current context: {word} before FROM")
        if not rest:
            raise ValueError(f"{word} needs an argument")
        if instruction.has_document and not self._stands_in:
            raise ValueError("the fake does not support here-documents")
        carry_out = own or getattr(self._now, f"do_{word.lower()}")
        carry_out(rest)

    @property
    def _now(self) -> Stage:
        return self._stages[-1]

    def _name(self, text: str) -> str:
        """Return the name of a stage as the engine compares it."""
        return text.lower() if self._dialect.is_docker else text

    def _do_from(self, rest: str) -> None:
        flags, rest = split_flags(rest, known=("platform",))
        _check_platform(self._with_globals(flags.get("platform", _PLATFORM)))
        words = [self._with_globals(word) for word in rest.split()]
        if len(words) not in (1, 3) or not words[0] or (words[1:] and words[1].lower() != "as"):
            raise ValueError("expected FROM IMAGE or FROM IMAGE AS NAME")
        stage = self._stage_on(words[0])
        stage.configuration = with_path(stage.configuration)
        if words[1:]:
            name = self._name(words[2])
            if not _STAGE_NAME.fullmatch(name):
                raise ValueError(f"{words[2]!r} is not a name for a stage: it must begin with a letter")
            if name in self._names:
                raise ValueError(f"two stages are named {name}, of which each engine takes another")
            self._names[name] = stage
        self._stages.append(stage)
        triggers = stage.configuration.on_build
        stage.configuration = replace(stage.configuration, on_build=())
        for trigger in triggers:
            self._carry_out(parse_instruction(self._line, trigger))

    def _stage_on(self, base: str) -> Stage:
        if based := self._names.get(self._name(base)):
            return Stage(self._dialect, based.layers, based.configuration, dict(based.labels), based.program)
        if base == "scratch":
            return Stage(self._dialect)
        image = self._base(base)
        if image is None:
            return Stage(self._dialect, configuration=ImageConfiguration(command=(STAND_IN,)))  # most bases have one
        return Stage(self._dialect, image.layers, image.configuration, dict(image.labels), image.program)

    def _base(self, name: str) -> StoredImage | None:
        """Return an image to build on or copy from; None if it is missing in a build with a stand-in program.

        Raises `ValueError`.
        """
        try:
            return self._image(name)
        except (ValueError, BaseUnauthorized):
            if not self._stands_in:
                raise
            return None

    def _image(self, name: str) -> StoredImage:
        reference = parse_reference(name)
        if not self._request.pull:
            try:
                return self._images.find(reference)
            except ImageNotFound:
                if not reference.is_remote:
                    raise ValueError(f"there is no image {reference}") from None
        credentials = self._request.credentials.get(host_of(reference))
        try:
            self._registry.pull(reference, credentials=credentials, progress=self._progress)
        except PullUnauthorized as error:
            raise BaseUnauthorized(why=error.what) from None
        except PullRefused as error:
            raise ValueError(error.what) from None
        return self._images.find(reference)

    def _do_arg(self, rest: str) -> None:
        given = self._request.arguments
        if self._stages:
            self._now.declare(rest, given=given, before=self._globals)
            return
        for name, default in declared(rest, self._globals, escape=self._dialect.word_escape):
            value = given.get(name)
            value = default if value is None else value
            if value is not None:
                self._globals[name] = value

    def _with_globals(self, text: str) -> str:
        return expand(text, self._globals, escape=self._dialect.word_escape)

    def _do_add(self, rest: str) -> None:
        self._copy(rest, flags=("chmod",), unpacks=True)

    def _do_copy(self, rest: str) -> None:
        self._copy(rest, flags=("chmod", "from"), unpacks=False)

    def _copy(self, rest: str, *, flags: tuple[str, ...], unpacks: bool) -> None:
        given, rest = split_flags(rest, known=(*flags, *(_ABOUT_OWNERS if self._stands_in else ())))
        mode = mode_of(self._now.expanded(given["chmod"])) if "chmod" in given else None
        origin = self._origin(given["from"]) if "from" in given else self._context_files()
        files, words = self._now.files(), self._now.words(rest)
        if unpacks and any(map(_FROM_ELSEWHERE.match, words[:-1])):
            if self._stands_in:
                return
            raise ValueError("the fake does not add remote files")
        may_lack = self._stands_in and "from" in given  # files that RUN would have created
        copy(files, words, origin=origin, workdir=self._now.workdir, mode=mode, unpacks=unpacks, may_lack=may_lack)
        self._now.add(files.top)

    def _origin(self, name: str) -> Files:
        """Return the source of COPY --from: an earlier stage, by name or number, or an image."""
        earlier = self._stages[:-1]
        named = self._names.get(self._name(name))
        if named is self._now:
            raise ValueError(f"stage {name} can't take from itself")
        if named is None and name.isdecimal() and int(name) < len(earlier):
            named = earlier[int(name)]
        if named:
            return named.files()
        image = self._base(name)
        return Files(image.layers if image else ())

    def _context_files(self) -> Files:
        if self._context is None:
            root, dockerfile = Path(self._request.context), Path(self._request.dockerfile)
            self._context = read_context(root, dockerfile, flavour=self._flavour)
        return self._context

    def _do_run(self, rest: str) -> None:
        if self._stands_in:
            return
        _, rest = split_flags(rest, known=())
        cache = self._store.steps
        layer = None if self._request.no_cache else cache.find(self._now, rest)
        if layer is None:
            layer = execute(self._now, rest, log=self._log)
            cache.keep(self._now, rest, layer)
        self._now.add(layer)


def _check_platform(platform: str) -> None:
    if platform != _PLATFORM:
        raise BuildFailed(why=f"there is no platform {platform!r} on the fake: its images are for {_PLATFORM}")
