"""The fake's containers where the contract does not look."""

from __future__ import annotations

import io

import pytest

from jobber.domain.containers.container import ContainerId, ContainerSpecification, Terminal
from jobber.domain.containers.events import DeadlinePassed, Exited, Output, TerminationSignal
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.errors import ClaimLost, EngineFailed, EngineLost, ImageNotFound, NameTaken
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.snapshot import Snapshot
from jobber.testing import FakeConsole, FakeEngine, FakeInterruptions, Job


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def create(engine: FakeEngine, image: ImageId, *, options: ContainerOptions | None = None) -> ContainerId:
    return engine.containers.create(ContainerSpecification(image=image, options=options or ContainerOptions()))


def test_name_is_had_once(engine: FakeEngine) -> None:
    image = engine.image("work", run=lambda _job: 0)
    create(engine, image, options=ContainerOptions(name="one"))

    with pytest.raises(NameTaken):
        create(engine, image, options=ContainerOptions(name="one"))


def test_image_without_a_command_is_refused(engine: FakeEngine) -> None:
    with pytest.raises(EngineFailed, match="no command specified"):
        create(engine, engine.image("digits", files={"/x": "x"}))


def test_image_of_too_many_layers_is_refused(engine: FakeEngine) -> None:
    image = engine.image("work", run=lambda _job: 0)
    for number in range(124):
        image = engine.image("work", files={f"/{number}": "x"}, base=image)

    with pytest.raises(EngineFailed, match="max depth exceeded"):
        create(engine, image)


def test_files_of_the_engines_machine_are_mounted(engine: FakeEngine) -> None:
    def program(job: Job) -> int:
        job.say(job.files.read("/in/x"))
        job.files.write("/in/y", "Y")
        job.files.remove("/in/x")
        return 0

    image = engine.image("work", run=program)
    engine.host["/home/me/x"] = engine.store.images[engine.image("f", files={"/x": "X"})].layers[0]["/x"]
    mount = Mount(kind="bind", source="/home/me/", destination="/in")
    container = create(engine, image, options=ContainerOptions(mounts=(mount,)))
    attachment = engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
    engine.containers.start(container)

    assert [attachment.next(), type(attachment.next())] == [attachment_output(b"X"), Exited]
    assert set(engine.host) == {"/home/me/y"}


def attachment_output(chunk: bytes) -> Output:
    from jobber.domain.containers.events import Stream

    return Output(Stream.STDOUT, chunk)


def test_named_volume_is_filled_once_and_kept(engine: FakeEngine) -> None:
    def program(job: Job) -> int:
        job.files.write("/v/made", "M")
        return 0

    image = engine.image("work", run=program, files={"/v/x": "X"})
    mount = Mount(kind="volume", source="kept", destination="/v")
    for _ in range(2):
        container = create(engine, image, options=ContainerOptions(mounts=(mount,)))
        engine.containers.start(container)
        engine.containers.remove(container)

    assert set(engine.store.volumes["kept"].nodes) == {"/x", "/made"}


def test_anonymous_volume_goes_with_its_container(engine: FakeEngine) -> None:
    image = engine.image(
        "work", run=lambda _job: 0, configuration=ImageConfiguration(("/bin/program",), volumes=("/v",))
    )
    container = create(engine, image)
    there = len(engine.store.volumes)
    engine.containers.remove(container)

    assert (there, len(engine.store.volumes)) == (1, 0)


def test_job_that_was_never_started_has_no_output(engine: FakeEngine) -> None:
    container = create(engine, engine.image("work", run=lambda _job: 0))
    attachment = engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
    log = io.BytesIO()
    engine.containers.logs(container, sink=log)
    engine.containers.signal(container, signal="SIGKILL")

    with pytest.raises(EngineLost, match="never started"):
        attachment.next()
    assert log.getvalue() == b""


def test_log_of_a_running_job_has_what_it_has_said(engine: FakeEngine) -> None:
    def program(job: Job) -> int:
        job.say("one")
        job.sleep(10)
        job.say("two")
        return 0

    container = create(engine, engine.image("work", run=program))
    engine.containers.start(container)
    log = io.BytesIO()
    engine.containers.logs(container, sink=log)

    assert log.getvalue() == b"one"


def test_signal_that_nothing_listens_to_does_nothing(engine: FakeEngine) -> None:
    container = create(engine, engine.image("work", run=lambda job: job.sleep(10)))
    engine.containers.start(container)
    engine.containers.signal(container, signal="SIGTERM")

    assert engine.containers.inspect(container).exit_status is None


def test_time_moves_to_whatever_comes_first(engine: FakeEngine) -> None:
    container = create(engine, engine.image("work", run=lambda job: job.sleep(10)))
    engine.interruptions.send("SIGINT", at=2)
    attachment = engine.containers.attach(container, stdin=None, interruptions=engine.interruptions)
    engine.containers.start(container)
    events = [attachment.next(deadline=1), attachment.next(deadline=5), attachment.next(deadline=5), attachment.next()]

    assert events == [DeadlinePassed(), TerminationSignal("SIGINT", 1), DeadlinePassed(), Exited(0)]
    assert engine.clock.monotonic() == 10


def test_new_size_of_a_terminal_is_noted(engine: FakeEngine) -> None:
    container = create(engine, engine.image("work", run=lambda _job: 0))
    engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions()).resize(Terminal(24, 80))

    assert (engine.calls[-1].name, engine.calls[-1].subject) == ("resize", "24x80")


@pytest.mark.parametrize("ring", [True, False])
def test_links_lead_somewhere_or_not(engine: FakeEngine, *, ring: bool) -> None:
    def program(job: Job) -> int:
        job.files.link("/a", "b")
        job.files.link("/b", "/a" if ring else "/c")
        job.files.write("/c", "C")
        try:
            return 0 if job.files.read("/a") == b"C" else 2
        except OSError as error:
            return error.errno or 1

    container = create(engine, engine.image("work", run=program))
    engine.containers.start(container)

    assert engine.containers.inspect(container).exit_status == (40 if ring else 0)


def test_what_is_not_there_can_t_be_removed(engine: FakeEngine) -> None:
    def program(job: Job) -> int:
        job.files.write("/d/x", "X")
        job.files.make_directory("/d/e")
        job.files.remove("/d")
        try:
            job.files.remove("/d")
        except FileNotFoundError:
            return 4 if not job.files.exists("/d/x") else 5
        return 0

    container = create(engine, engine.image("work", run=program))
    engine.containers.start(container)

    assert engine.containers.inspect(container).exit_status == 4


def test_commit_of_a_flat_snapshot_has_one_layer_and_the_log(engine: FakeEngine) -> None:
    image = engine.image("work", run=lambda job: job.files.write("/made", "M"), files={"/gone": "x"})
    container = create(engine, image)
    engine.containers.start(container)
    snapshot = Snapshot(ImageConfiguration(), {}, depth=110)
    made = engine.containers.commit(container, snapshot=snapshot, log=io.BytesIO(b"said"))

    assert len(engine.images.inspect(made).layers) == 2
    assert engine.list(made) == ["/bin/program", "/gone", "/made", "/run.log"]


def test_short_id_that_two_images_have_means_none(engine: FakeEngine) -> None:
    for number in range(20):
        engine.image(f"x{number}", files={"/x": str(number)})

    with pytest.raises(ImageNotFound):
        engine.images.inspect("sha256:")


def test_image_is_found_by_its_digest_or_not(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        engine.images.inspect(parse_reference("a/b@sha256:" + "0" * 64))


def test_console_has_a_text_to_read_or_nothing() -> None:
    given = FakeConsole(b"text").stdin
    assert given is not None

    assert (given.read(), given.fileno(), FakeConsole(None).stdin) == (b"text", -1, None)


def test_counting_of_signals_begins_anew_with_a_command(engine: FakeEngine) -> None:
    seen = []
    for _ in range(2):
        engine.interruptions.begin()
        engine.interruptions.send("SIGINT")
        seen.append(engine.interruptions.take())

    assert seen == [TerminationSignal("SIGINT", 1)] * 2
    assert engine.interruptions.fileno() == -1


def test_interruptions_without_a_clock_come_at_once() -> None:
    interruptions = FakeInterruptions()
    interruptions.send("SIGINT")

    assert (interruptions.due(), interruptions.take(), interruptions.take()) == (
        0.0,
        TerminationSignal("SIGINT", 1),
        None,
    )


def test_directory_of_another_image_is_mounted_read_only(engine: FakeEngine) -> None:
    seen: list[bytes] = []

    def program(job: Job) -> int:
        seen.append(job.files.read("/in/data/x"))
        with pytest.raises(OSError, match="Read-only file system"):
            job.files.write("/in/data/y", "y")
        seen.append(job.files.read("/in/data/x"))
        return 0

    other = engine.image("digits", files={"/data/x": "X"})
    image = engine.image("work", run=program)
    mount = Mount(kind="image", source=other, destination="/in")
    container = create(engine, image, options=ContainerOptions(mounts=(mount,)))
    engine.containers.start(container)

    assert seen == [b"X", b"X"]


def test_mount_takes_the_place_of_a_volume_that_the_image_declares(engine: FakeEngine) -> None:
    configuration = ImageConfiguration(command=("/p",), volumes=("/data", "/store"))
    image = engine.image("work", programs={"/p": lambda _job: 0}, configuration=configuration)
    mount = Mount(kind="volume", source="mine", destination="/data/")
    container = create(engine, image, options=ContainerOptions(mounts=(mount,)))
    places = [place.destination for place in engine.containers.inspect(container).mounts]
    engine.containers.remove(container)

    assert (sorted(places), list(engine.store.volumes)) == (["/data", "/store"], ["mine"])


def test_claim_that_another_has_taken_over_is_lost(engine: FakeEngine) -> None:
    image = engine.image("work", run=lambda _job: 0)
    first = engine.runs.claim("run", image=image)
    engine.die()
    second = engine.runs.claim("run", image=image)
    second.check()
    with pytest.raises(ClaimLost):
        first.check()
    first.release()

    assert engine.runs.holder("run") == "fake/boot/1/1"
