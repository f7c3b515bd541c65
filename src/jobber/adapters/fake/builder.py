"""Builds on the fake: a subset of Dockerfiles, read for real and carried out in memory."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.fake.copying import Context, find_in_stage
from jobber.adapters.fake.dockerfile import command, expand, instructions, pairs, unquote
from jobber.adapters.fake.files import Files, Layer, Node
from jobber.adapters.fake.job import Job
from jobber.adapters.fake.process import find_program, with_path
from jobber.domain.credentials import host_of
from jobber.domain.errors import BuildFailed, ImageNotFound, JobNotStarted, PullRefused
from jobber.domain.image import ImageConfiguration
from jobber.domain.input import normal_path
from jobber.domain.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.fake.images import FakeImages, FakeRegistryPort
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.build import BuildRequest
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageId, ImageReference


@dataclass(slots=True)
class _Stage:
    """One stage of a build, as far as it has come."""

    layers: tuple[Layer, ...] = ()
    configuration: ImageConfiguration = field(default_factory=ImageConfiguration)
    labels: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    has_command: bool = False
    """Whether its own instructions gave it a command; one that it inherits goes with the next entry point."""

    @property
    def environment(self) -> dict[str, str]:
        return dict(variable.partition("=")[::2] for variable in self.configuration.environment)

    def files(self) -> Files:
        return Files(self.layers, {})


class FakeBuilder:
    """The builder of a fake engine."""

    def __init__(
        self, store: Store, images: FakeImages, registry: FakeRegistryPort, *, flavour: str = "docker"
    ) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._flavour = flavour
        self._call = contextmanager(store.call)

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image, untagged. Raises `BuildFailed`."""
        with self._call("build", str(request.context)):
            made = _Build(
                self._store, self._images, self._registry, request, progress, newest_counts=self._flavour == "docker"
            ).run()
            self._store.made.append(made)
            return made


class _Build:
    """One build under way."""

    def __init__(
        self,
        store: Store,
        images: FakeImages,
        registry: FakeRegistryPort,
        request: BuildRequest,
        progress: Progress,
        *,
        newest_counts: bool,
    ) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._request = request
        self._progress = progress
        self._newest_counts = newest_counts
        """Whether of ARG and ENV the later one counts, as BuildKit has it; else ENV does, as Podman has it."""
        self._context = Context(request.context)
        self._stages: dict[str, _Stage] = {}
        self._stage: _Stage | None = None
        self._globals: dict[str, str] = {}
        self._log: list[bytes] = []

    def run(self) -> ImageId:
        steps = list(instructions(Path(self._request.dockerfile).read_text(encoding="utf-8")))
        for number, (line, word, rest) in enumerate(steps, start=1):
            step = f"Step {number}/{len(steps)} : {word} {rest}"
            self._progress.step(step)
            self._log = [f"{step}\n".encode()]
            if word == "FROM" and self._request.target and self._target_is_done():
                break
            try:
                self._carry_out(word, rest)
            except BuildFailed as failed:
                raise BuildFailed(why=failed.why, log=b"".join(self._log), step=step) from None
            except (ValueError, OSError, KeyError) as error:
                raise BuildFailed(why=f"line {line}: {error}", log=b"".join(self._log), step=step) from None
            self._progress.build_output(b"".join(self._log))
        if self._request.target and not self._target_is_done():
            raise BuildFailed(why=f"there is no stage {self._request.target}")
        if self._stage is None:
            raise BuildFailed(why="the Dockerfile has no FROM")
        labels = {**self._stage.labels, **self._request.labels}
        anew = self._request.no_cache or not self._newest_counts  # Podman 4.3 gives each build an id of its own
        return self._store.add_built(self._stage.layers, self._stage.configuration, labels, anew=anew)

    def _target_is_done(self) -> bool:
        return self._stages.get(self._request.target or "") is self._stage is not None

    def _carry_out(self, word: str, rest: str) -> None:
        carry_out: Callable[[str], None] | None = getattr(self, f"_do_{word.lower()}", None)
        if carry_out is None:
            raise BuildFailed(why=f"unknown instruction: {word}")
        if word not in ("FROM", "ARG") and self._stage is None:
            raise BuildFailed(why=f"no build stage in current context: {word} before FROM")
        carry_out(rest)

    @property
    def _now(self) -> _Stage:
        assert self._stage is not None
        return self._stage

    def _base(self, reference: ImageReference) -> StoredImage:
        try:
            return self._images.find(reference)
        except ImageNotFound:
            if not reference.is_remote:
                raise BuildFailed(why=f"there is no image {reference}") from None
        credentials = self._request.credentials.get(host_of(reference))
        try:
            self._registry.pull(reference, credentials=credentials, progress=self._progress)
        except PullRefused as error:
            raise BuildFailed(why=error.what) from None
        return self._images.find(reference)

    def _do_from(self, rest: str) -> None:
        words = expand(rest, self._globals).split()
        words = [word for word in words if not word.startswith("--")]
        name = words[0]
        if name in self._stages:
            based = self._stages[name]
            stage = _Stage(based.layers, based.configuration, dict(based.labels))
        elif name == "scratch":
            stage = _Stage()
        else:
            image = self._base(parse_reference(name))
            stage = _Stage(image.layers, image.configuration, dict(image.labels))
        stage.configuration = with_path(stage.configuration)
        self._stage = stage
        if len(words) == 3 and words[1].lower() == "as":
            self._stages[words[2].lower()] = stage
        self._stages[str(len({id(known) for known in self._stages.values()}) - 1)] = stage

    def _do_arg(self, rest: str) -> None:
        name, equals, default = rest.partition("=")
        given = self._request.arguments.get(name)
        known = self._globals if self._stage is None else self._variables()
        value = given if given is not None else (expand(unquote(default), known) if equals else None)
        variables = self._globals if self._stage is None else self._stage.variables
        if value is None and self._stage is not None:
            value = self._globals.get(name)
        if value is not None:
            variables[name] = value

    def _do_env(self, rest: str) -> None:
        variables, known = self._variables(), self._now.environment
        for name, value in pairs(rest):
            known[name] = expand(value, variables)
            self._now.variables.pop(name, None)
        environment = tuple(f"{name}={value}" for name, value in known.items())
        self._configure(environment=environment)

    def _do_label(self, rest: str) -> None:
        variables = self._variables()
        self._now.labels.update({name: expand(value, variables) for name, value in pairs(rest)})

    def _do_cmd(self, rest: str) -> None:
        self._configure(command=command(rest))
        self._now.has_command = True

    def _do_entrypoint(self, rest: str) -> None:
        kept = self._now.configuration.command if self._now.has_command else None
        self._configure(entrypoint=command(rest), command=kept)

    def _do_workdir(self, rest: str) -> None:
        path = expand(rest, self._variables())
        workdir = normal_path(posixpath.join(self._now.configuration.workdir or "/", path))
        self._configure(workdir=workdir)
        self._add({workdir: Node(kind="directory", mode=0o755)})

    def _do_user(self, rest: str) -> None:
        self._configure(user=expand(rest, self._variables()))

    def _do_expose(self, rest: str) -> None:
        ports = {port if "/" in port else f"{port}/tcp" for port in rest.split()}
        self._configure(exposed_ports=tuple(sorted({*self._now.configuration.exposed_ports, *ports})))

    def _do_volume(self, rest: str) -> None:
        paths = json.loads(rest) if rest.startswith("[") else rest.split()
        self._configure(volumes=tuple(sorted({*self._now.configuration.volumes, *paths})))

    def _do_stopsignal(self, rest: str) -> None:
        self._configure(stop_signal=rest)

    def _do_add(self, rest: str) -> None:
        if re.search(r"\w+://", rest):
            raise BuildFailed(why="the fake adds no files from elsewhere")
        self._do_copy(rest)

    def _do_copy(self, rest: str) -> None:
        text = expand(rest, self._variables())
        words = json.loads(text) if text.startswith("[") else text.split()
        flags = dict(w.removeprefix("--").partition("=")[::2] for w in words if w.startswith("--"))
        *sources, destination = [word for word in words if not word.startswith("--")]
        origin = self._stages.get(flags["from"].lower()) if "from" in flags else None
        if "from" in flags and origin is None:
            raise BuildFailed(why=f"there is no stage {flags['from']}")
        target = normal_path(posixpath.join(self._now.configuration.workdir or "/", destination))
        into = destination.endswith("/") or len(sources) > 1 or self._now.files().is_directory(target)
        added: Layer = {}
        for source in sources:
            found = dict(find_in_stage(origin.files(), source) if origin else self._context.find(source, into=into))
            if not found:
                raise BuildFailed(why=f"COPY failed: {source}: no such file or directory")
            for relative, node in found.items():
                name = relative or (posixpath.basename(source) if into else "")
                added[normal_path(posixpath.join(target, name))] = node
        self._add(added)

    def _do_run(self, rest: str) -> None:
        argv = tuple(json.loads(rest)) if rest.startswith("[") else tuple(shlex.split(rest))
        files = self._now.files()
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **self._variables()}
        workdir = self._now.configuration.workdir or "/"
        try:
            program = find_program(files, argv, environment, workdir)
        except JobNotStarted as error:
            raise BuildFailed(why=f"{error.why} (the fake runs single commands that an image has)") from None
        user = self._now.configuration.user or ""
        job = Job(
            argv=argv,
            environment=environment,
            workdir=workdir,
            user=user,
            files=files,
            stdin=b"",
            hostname="build",
        )
        timeline = job.run(program)
        self._log.extend(output.chunk for _, output in timeline.outputs)
        if timeline.exit_status:
            raise BuildFailed(why=f"{rest!r} returned a non-zero code: {timeline.exit_status}")
        self._add(dict(files.top))

    def _add(self, layer: Layer) -> None:
        self._now.layers = (*self._now.layers, layer)

    def _configure(self, **changes: object) -> None:
        self._now.configuration = replace(self._now.configuration, **changes)  # type: ignore[arg-type]

    def _variables(self) -> dict[str, str]:
        arguments, environment = self._now.variables, self._now.environment
        return {**environment, **arguments} if self._newest_counts else {**arguments, **environment}
