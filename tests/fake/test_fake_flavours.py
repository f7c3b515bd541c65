"""The fake's differences by the engine's name, version and image store."""

from __future__ import annotations

from typing import Any

import pytest

from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.filesystem.node import file_node
from jobber.adapters.fake.flavour import parse_flavour
from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.containers.engine_facts import ImageStore
from jobber.domain.containers.options import ContainerOptions, Mount, MountDetail
from jobber.domain.errors import EngineFailed, ImageNotFound, JobNotStarted, OptionUnsupported
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine, FakeInterruptions, FakeProgress, FakeRegistry, FakeRemoteImages, Job

DOCKERS = [
    ("19.03.15", (1, 40)),
    ("20.10.24+dfsg1", (1, 41)),
    ("23.0.6", (1, 42)),
    ("24.0", (1, 43)),
    ("25", (1, 44)),
    ("26.1.5", (1, 45)),
    ("27.1.2", (1, 46)),
    ("27.2.0", (1, 47)),
    ("28.0.4", (1, 48)),
    ("28.1.0-rc.1", (1, 49)),
    ("28.2.2", (1, 50)),
    ("28.5.2", (1, 51)),
    ("29.0", (1, 51)),
]


def run(engine: FakeEngine, options: ContainerOptions, *, program: Any = None) -> int | None:
    """Run a program with options; None where it did not end well."""
    image = engine.image("work", run=program or (lambda _job: 0))
    container = engine.containers.create(ContainerSpecification(image=image, options=options))
    engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
    engine.containers.start(container)
    return engine.containers.inspect(container).exit_status


@pytest.mark.parametrize(("version", "api"), DOCKERS)
def test_version_decides_which_options_docker_has(version: str, api: tuple[int, int]) -> None:
    engine = FakeEngine(version=version)
    options = ContainerOptions(
        mounts=(Mount("image", "/x", "i", detail=MountDetail()),),
    )
    if api >= (1, 48):
        engine.containers.check(options)
    else:
        with pytest.raises(OptionUnsupported, match=r"--mount type=image .* it needs API 1\.48"):
            engine.containers.check(options)
    assert engine.describe().mounts_images is (api >= (1, 48))


@pytest.mark.parametrize(("version", "api"), DOCKERS)
def test_version_decides_on_the_version_of_the_api(version: str, api: tuple[int, int]) -> None:
    assert parse_flavour("docker", version).api_version == api


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"flavour": "dokcer"}, r"there is no flavour 'dokcer': did you mean docker\?"),
        ({"flavour": "x"}, "there is no flavour 'x': it is one of docker, podman"),
        ({"version": "latest"}, "'latest' is not a version"),
        ({"version": ""}, "'' is not a version"),
        ({"id_store": "manifets"}, r"there is no id_store 'manifets': did you mean manifest\?"),
    ],
)
def test_what_is_no_engine_is_told(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        FakeEngine(**settings)


@pytest.mark.parametrize("name", ["registry.test:5000/x:1", "me/x"])
def test_id_is_the_digest_of_the_manifest_or_of_the_configuration(name: str) -> None:
    registry, reference = FakeRegistry(), parse_reference(name)
    made, other = FakeEngine(registry=registry), FakeEngine(registry=registry)
    containerd = FakeEngine(registry=registry, id_store="manifest")
    image = made.image(name, files={"/a": "1"})
    digest = made.registry.push(reference, credentials=None, progress=FakeProgress())
    pulled = containerd.registry.pull(reference, credentials=None, progress=FakeProgress())

    assert other.registry.pull(reference, credentials=None, progress=FakeProgress()).id == image
    assert FakeRemoteImages(registry).inspect(reference, credentials=None).id == image
    assert pulled.id == digest != image
    assert containerd.registry.push(reference, credentials=None, progress=FakeProgress()) == digest


def test_id_of_what_is_made_with_containerds_store_is_its_digest() -> None:
    engine = FakeEngine(id_store="manifest")
    image = engine.image("me/x", files={"/a": "1"})

    assert engine.registry.push(parse_reference("me/x"), credentials=None, progress=FakeProgress()) == image


@pytest.mark.parametrize("name", ["x", "library/x", "docker.io/x", "index.docker.io/library/x:latest"])
def test_docker_shows_names_without_its_own_registry(name: str) -> None:
    engine = FakeEngine()
    image = engine.image(name, files={"/a": "1"})

    assert engine.images.inspect(parse_reference("x")).references == ("x:latest",)
    engine.images.remove(parse_reference(name))
    with pytest.raises(ImageNotFound):
        engine.images.inspect(image)


@pytest.mark.parametrize("name", ["quay.io/library/x", "localhost/x", "me/x"])
def test_other_names_are_others(name: str) -> None:
    engine = FakeEngine()
    engine.image(name, files={"/a": "1"})

    with pytest.raises(ImageNotFound):
        engine.images.inspect(parse_reference("x"))


def test_podman_looks_for_a_short_name_here_and_then_among_those_of_the_docker_hub() -> None:
    engine = FakeEngine(flavour="podman", version="4.3")
    hub = engine.image("docker.io/library/x", files={"/a": "hub"})
    found = engine.images.inspect(parse_reference("x")).id
    here = engine.image("localhost/x", files={"/a": "here"})

    assert (found, engine.images.inspect(parse_reference("x")).id) == (hub, here)
    assert engine.images.inspect(parse_reference("x")).references == ("x:latest",)


@pytest.mark.parametrize(
    ("engine", "known", "error"),
    [
        (FakeEngine(), "runc", EngineFailed),
        (FakeEngine(flavour="podman", version="4.3"), "crun", OptionUnsupported),
    ],
)
def test_runtimes_are_those_that_the_engine_has(engine: FakeEngine, known: str, error: type[Exception]) -> None:
    image = engine.image("work", run=lambda _job: 0)
    create = engine.containers.create
    with pytest.raises(error, match="runsc"):
        create(ContainerSpecification(image, ContainerOptions(), runtime="runsc"))
    engine.runtimes.add("runsc")

    for runtime in (known, "nvidia", "runsc"):
        assert create(ContainerSpecification(image, ContainerOptions(), runtime=runtime))


def test_directory_of_the_machine_is_made_for_v_on_docker_alone() -> None:
    docker, podman = FakeEngine(), FakeEngine(flavour="podman", version="4.3")
    options = ContainerOptions(mounts=(Mount("bind", "/in", "/nowhere"),))

    assert run(docker, options) == 0
    assert Files((), docker.host).is_directory("/nowhere")
    with pytest.raises(EngineFailed, match="statfs /nowhere: no such file or directory"):
        run(podman, options)


@pytest.mark.parametrize(("source", "why"), [("/home/file/x", "Not a directory"), ("/home/ring", "File exists")])
def test_place_on_the_machine_that_can_t_be_is_told(source: str, why: str) -> None:
    engine = FakeEngine()
    files = Files((), engine.host)
    files.write("/home/file", "F")
    files.link("/home/ring", "ring")

    with pytest.raises(EngineFailed, match=why):
        run(engine, ContainerOptions(mounts=(Mount("bind", "/in", source),)))


@pytest.mark.parametrize("destination", ["/in/file", "/etc/there"])
def test_file_of_the_machine_is_mounted_on_a_file(destination: str) -> None:
    engine = FakeEngine()
    engine.host["/home/file"] = file_node("F")
    mounts = (Mount("bind", destination, "/home/file", detail=MountDetail()),)
    base = engine.image("base", files={"/etc/there": "", "/dir/x": ""})

    def show(job: Job) -> None:
        job.say(job.files.read(destination))

    image = engine.image("work", run=show, base=base)
    container = engine.containers.create(ContainerSpecification(image, ContainerOptions(mounts=mounts)))
    attachment = engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
    engine.containers.start(container)

    assert getattr(attachment.next(), "chunk", None) == b"F"


def test_file_of_the_machine_is_not_mounted_on_a_directory() -> None:
    engine = FakeEngine()
    engine.host["/home/file"] = file_node("F")

    with pytest.raises(JobNotStarted, match='"/bin": not a directory'):
        run(engine, ContainerOptions(mounts=(Mount("bind", "/bin", "/home/file"),)))


def test_directory_of_an_image_is_mounted() -> None:
    engine = FakeEngine(version="28.5")
    engine.image("digits", files={"/data/x": "X"})
    mount = Mount("image", "/in", "digits", detail=MountDetail(subpath="data"))

    def program(job: Job) -> int:
        return 0 if job.files.read("/in/x") == b"X" else 1

    assert run(engine, ContainerOptions(mounts=(mount,)), program=program) == 0


@pytest.mark.parametrize(
    ("settings", "store", "driver"),
    [
        ({}, ImageStore.GRAPH_DRIVER, "overlay2"),
        ({"id_store": "manifest"}, ImageStore.CONTAINERD, "overlayfs"),
        ({"flavour": "podman", "version": "5.8.6"}, ImageStore.CONTAINERS_STORAGE, "overlay"),
    ],
)
def test_set_up_goes_by_flavour_and_store(settings: dict[str, Any], store: ImageStore, driver: str) -> None:
    facts = FakeEngine(**settings).facts()

    assert (facts.image_store, facts.storage_driver) == (store, driver)


def test_runtimes_that_a_test_adds_are_described() -> None:
    engine = FakeEngine()
    engine.runtimes.add("kata")

    assert {"kata", "nvidia", "runc"} <= set(engine.facts().runtimes)
