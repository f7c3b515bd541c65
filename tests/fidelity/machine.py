"""Sequences of what jobber does with an engine, found by Hypothesis and carried out in both worlds.

Each rule is a step. What the fake does not claim to know is not asked of it: users and their rights, removing images
that other images are made from, networks.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule
from twins import Pair, Twins, container_facts, container_id, image_id

from jobber.domain.containers.container import ContainerSpecification, ImageMount, VolumeMount
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.images.reference import ImageReference, parse_reference
from jobber.testing import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.domain.containers.container import ContainerId
    from jobber.testing.contract import World
    from jobber.testing.contract.world import Ran

_PATHS = ("/work/a", "/work/b", "/work/deep/c", "/out/x", "/out/y", "/vol/v", "/store/s", "/in/x")
_MADE = ("/work/a", "/work/deep", "/out", "/in", "/work/l")
_TEXTS = ("", "one", "two words", "ü\n$HOME")
_NAMES = ("fid-a", "fid-b:one", "fid-b:two")

_paths = st.sampled_from(_PATHS)
_texts = st.sampled_from(_TEXTS)
_verb = st.one_of(
    st.tuples(st.just("write"), _paths, _texts),
    st.tuples(st.just("show"), st.sampled_from((*_PATHS, *_MADE))),
    st.tuples(st.just("remove"), st.sampled_from(("/work/a", "/work/deep", "/out/x", "/work/l"))),
    st.tuples(st.just("mkdir"), st.sampled_from(("/work/deep", "/out/x", "/work/new/er"))),
    st.tuples(st.just("link"), st.sampled_from(("/work/l", "/out/l")), st.sampled_from(("a", "/work/a", "nothing"))),
    st.tuples(st.just("say"), st.sampled_from(("hello", "a  b", "é"))),
    st.tuples(st.just("complain"), st.just("oh")),
    st.tuples(st.just("variable"), st.sampled_from(("A", "B", "NOBODY"))),
    st.tuples(st.just("where")),
    st.tuples(st.just("exit"), st.sampled_from(("0", "0", "3"))),
)
_words = st.lists(_verb, max_size=4).map(lambda verbs: tuple(word for verb in verbs for word in verb))
_instructions = st.lists(
    st.sampled_from(
        (
            "ENV A=1",
            'ENV A="two words" B=$A',
            "ENV B=${A:-none}",
            "LABEL kept=yes",
            'LABEL "some.name"="a \\"b\\" c"',
            'CMD ["say", "the command"]',
            'ENTRYPOINT ["/bin/job"]',
            "WORKDIR /work",
            "WORKDIR deep",
            "EXPOSE 80 53/udp",
            "STOPSIGNAL SIGINT",
            "ARG A=arg",
            "COPY a /copied/",
            "COPY a /copied/other",
            "COPY folder /copied/",
            "COPY folder/b a /out/",
            "ADD a /work/a",
            "COPY . /copied/all",
            "COPY a relative",
            'RUN ["/bin/job", "write", "/work/a", "built", "mkdir", "/out"]',
            'RUN ["/bin/job", "write", "/work/deep/c", "built", "link", "/work/l", "a"]',
            "COPY folder /store",
        )
    ),
    max_size=5,
)
_endings = st.sampled_from(
    ("", "", "", "VOLUME /store\n", "COPY nowhere /\n", 'RUN ["/bin/job", "exit", "3"]\n', "BREW tea\n")
)
_options = st.builds(
    ContainerOptions,
    environment=st.sampled_from(((), (), (("B", "run"),), (("A", "over"), ("C", "x=y")))),
    labels=st.sampled_from(((), (("kept", "no"), ("mine", "1")))),
    workdir=st.sampled_from((None, None, "/bin", "/", "/out/here")),
    entrypoint=st.sampled_from((None, None, "", "/bin/job")),
    mounts=st.sampled_from(
        (
            (),
            (),
            (Mount(kind="volume", destination="/vol", source="NAMED"),),
            (Mount(kind="volume", destination="/vol", source="NAMED", read_only=True),),
            (Mount(kind="volume", destination="/vol"),),
            (Mount(kind="volume", destination="/work", source="NAMED"),),
            (Mount(kind="tmpfs", destination="/out"),),
        )
    ),
    read_only=st.sampled_from((False, False, False, True)),
)


@dataclass(frozen=True)
class _Job:
    """The parameters of a run, apart from the image."""

    words: tuple[str, ...]
    options: ContainerOptions
    has_command: bool


_jobs = st.builds(_Job, words=_words, options=_options, has_command=st.sampled_from((True, True, False)))
_sources = st.sampled_from(("/work", "/work", "/work/l", "/out", "/nowhere", "/work/a", "/"))


@dataclass(frozen=True)
class Kept:
    """A container that has run, in both worlds, and of what."""

    pair: Pair
    image: Pair
    added: tuple[str, ...]


def _ran_facts(ran: Ran) -> object:
    """Return the facts of a run that must agree; error messages of a failing program may differ."""
    return ran.exit_status, ran.stdout, ran.stderr if ran.exit_status == 0 else b""


class EngineMachine(RuleBasedStateMachine):
    """A sequence of steps; the caller sets the worlds of the class."""

    make_twins: ClassVar[Callable[[], Twins]]
    registry_host: ClassVar[str | None] = None
    steps: ClassVar[int] = 0
    number: ClassVar[int] = 0

    images = Bundle("images")
    containers = Bundle("containers")

    def __init__(self) -> None:
        super().__init__()
        self.twins = type(self).make_twins()
        self.folder = Path(tempfile.mkdtemp(prefix="jobber-fidelity-"))
        self.base = Pair(self.twins.fake.base_id, self.twins.real.base_id)
        self.prefix = self.twins.prefix

    @initialize(target=images)
    def begin(self) -> Pair:
        (self.folder / "folder").mkdir()
        (self.folder / "a").write_text("A")
        (self.folder / "folder" / "b").write_text("B")
        (self.folder / "folder" / "b").chmod(0o755)
        return self.base

    @rule(target=images, image=images, instructions=_instructions, ending=_endings)
    def build(self, image: Pair, instructions: list[str], ending: str) -> Any:
        name = self._name("built")
        self._tag(image, name)
        lines = [f"FROM {name}", *instructions]
        (self.folder / "Dockerfile").write_text("\n".join(lines) + "\n" + ending)
        built = self.twins.build(self.folder, labels={"fidelity": self._unique(), "empty": ""})
        self._count()
        if built is None:
            return multiple()
        self._tag(built, self._name(f"kept:{self._unique()}"))
        self.twins.list_files(built)
        return built

    @rule(target=containers, image=images, job=_jobs, given=st.none() | images, source=_sources)
    def run(self, image: Pair, job: _Job, given: Pair | None, source: str) -> Any:
        self._count()
        kept = self._run(image, job, given, source)
        return multiple() if kept is None else kept

    @rule(target=images, image=images, job=_jobs)
    def run_and_commit(self, image: Pair, job: _Job) -> Any:
        self._count()
        kept = self._run(image, job, None, "")
        made = None if kept is None else self._commit(kept)
        return multiple() if made is None else made

    @rule(target=images, container=containers)
    def commit(self, container: Kept) -> Any:
        self._count()
        made = self._commit(container)
        return multiple() if made is None else made

    @rule(container=consumes(containers), label=st.sampled_from((None, "1")))
    def remove_container(self, container: Kept, label: str | None) -> None:
        self._count()
        self._list({"fidelity.run": None, "mine": label})
        for _ in range(2):
            self.twins.both(
                lambda world, fake: world.engine.containers.remove(container_id(container.pair, on_fake=fake)),
                alike=lambda _: None,
            )
        self.twins.inspect_container(container.pair)
        self._list({"fidelity.run": None})

    @rule(
        image=images,
        name=st.sampled_from(_NAMES),
        action=st.sampled_from(("tag", "claim", "untag", "look")),
    )
    def name(self, image: Pair, name: str, action: str) -> None:
        """Give a name, or take it away: from an image that has another, as every image here has."""
        self._count()
        reference = self._name(name)

        def claim(world: World, on_fake: bool) -> None:
            world.engine.images.claim(image_id(image, on_fake=on_fake), reference=reference)
            world.images.append(reference)

        if action == "tag":
            self._tag(image, reference)
        elif action == "claim":
            self.twins.both(claim, alike=lambda _: None)
        elif action == "untag":
            self.twins.both(lambda world, _: world.engine.images.remove(reference), alike=lambda _: None)
        self.twins.inspect_name(reference)
        self.twins.inspect(image)

    @rule(image=images, name=st.sampled_from(("p", "q:x")), known=st.booleans())
    def push_and_pull(self, image: Pair, name: str, known: bool) -> None:
        if self.registry_host is None:
            return
        self._count()
        reference = replace(self._name(name), registry=self.registry_host, namespace=("fidelity",))
        if known:
            self._tag(image, reference)
        self.twins.both(
            lambda world, _: world.engine.registry.push(reference, credentials=None, progress=FakeProgress()),
            alike=lambda digest: (digest.partition(":")[0], len(digest)),
        )
        if known:
            self.twins.both(lambda world, _: world.engine.images.remove(reference), alike=lambda _: None)
        self.twins.inspect_name(reference)
        self.twins.both(
            lambda world, _: self._pulled(world, reference),
            alike=lambda facts: facts,
        )
        self.twins.both(lambda world, _: world.engine.images.remove(reference), alike=lambda _: None)

    @rule(what=st.sampled_from(("inspect", "tag", "create", "provide", "/nowhere", "nowhere", "/bin")), image=images)
    def go_wrong(self, what: str, image: Pair) -> None:
        """Ask for an image that is missing, or run what can't be run."""
        self._count()
        nobody = Pair("sha256:" + "0" * 64, "sha256:" + "0" * 64)
        none = self._name("none")
        calls: dict[str, Callable[[World, bool], object]] = {
            "inspect": lambda world, fake: world.engine.images.inspect(image_id(nobody, on_fake=fake)),
            "tag": lambda world, fake: world.engine.images.tag(image_id(nobody, on_fake=fake), reference=none),
            "create": lambda world, fake: world.create("exit", "0", image=image_id(nobody, on_fake=fake)),
            "provide": lambda world, fake: self._inputs(world, nobody, "/work", on_fake=fake),
        }
        options = ContainerOptions(entrypoint="")
        call = calls.get(
            what,
            lambda world, fake: world.run(image=image_id(image, on_fake=fake), options=options, command=(what,)),
        )
        self.twins.both(call, alike=lambda _: None)

    def teardown(self) -> None:
        try:
            for world in (self.twins.fake, self.twins.real):
                world.tidy()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _pulled(self, world: World, reference: ImageReference) -> bool:
        image = world.engine.registry.pull(reference, credentials=None, progress=FakeProgress())
        return any(digest.startswith(f"{reference.repository}@sha256:") for digest in image.digests)

    def _list(self, labels: Mapping[str, str | None]) -> None:
        def ours(world: World, _: bool) -> list[str]:
            found = world.engine.containers.list(labels=labels)
            return sorted(repr(container_facts(each)) for each in found if each.id in world.containers)

        self.twins.both(ours, alike=lambda found: found)

    def _run(self, image: Pair, job: _Job, given: Pair | None, source: str) -> Kept | None:
        options = replace(job.options, mounts=tuple(self._named(mount) for mount in job.options.mounts))
        command = job.words if options.entrypoint == "/bin/job" else ("/bin/job", *job.words)
        run = json.dumps({"fidelity": self._unique()})

        def create_and_watch(world: World, on_fake: bool) -> tuple[ContainerId, Ran]:
            specification = ContainerSpecification(
                image=image_id(image, on_fake=on_fake),
                options=options,
                command=command if job.has_command else None,
                inputs=self._inputs(world, given, source, on_fake=on_fake),
                labels={"fidelity.run": "1", "jobber.run": run},
            )
            container = world.engine.containers.create(specification)
            world.containers.append(container)
            return container, world.watch(container)

        done = self.twins.both(create_and_watch, alike=lambda ran: _ran_facts(ran[1]))
        if done is None:
            return None
        kept = Kept(Pair(done[0][0], done[1][0]), image, options.added_environment)
        self.twins.inspect_container(kept.pair)
        return kept

    def _commit(self, container: Kept) -> Pair | None:
        labels = {"jobber.run": self._unique(), "kept": "by the run", "e": ""}
        made = self.twins.commit(container.pair, container.image, labels=labels, added=container.added)
        if made is not None:
            self._tag(made, self._name(f"kept:{self._unique()}"))
            self.twins.list_files(made)
        return made

    def _inputs(
        self, world: World, given: Pair | None, source: str, *, on_fake: bool
    ) -> tuple[ImageMount | VolumeMount, ...]:
        if given is None:
            return ()
        image = world.engine.images.inspect(image_id(given, on_fake=on_fake))
        provided = world.engine.inputs.provide(image, source=source, destination="/in", progress=FakeProgress())
        return (provided,)

    def _named(self, mount: Mount) -> Mount:
        return replace(mount, source=f"{self.prefix}-volume") if mount.source == "NAMED" else mount

    def _tag(self, image: Pair, reference: ImageReference) -> None:
        def tag(world: World, on_fake: bool) -> None:
            world.engine.images.tag(image_id(image, on_fake=on_fake), reference=reference)
            if reference not in world.images:
                world.images.append(reference)

        self.twins.both(tag, alike=lambda _: None)

    def _name(self, name: str) -> ImageReference:
        repository, _, tag = name.partition(":")
        return parse_reference(f"{self.prefix}-{repository}{':' if tag else ''}{tag}").with_default_tag()

    def _unique(self) -> str:
        type(self).number += 1
        return json.dumps(type(self).number)

    def _count(self) -> None:
        type(self).steps += 1
