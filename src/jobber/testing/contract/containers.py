"""The contract of containers: jobs from creation to the end, their output, input and signals."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from jobber.domain.containers.container import ContainerId, ContainerSpecification, ContainerState
from jobber.domain.containers.events import DeadlinePassed, Exited, Output
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.errors import ContainerNotFound, ImageNotFound, JobNotStarted, NameTaken, NotAFile, PathNotFound
from jobber.domain.images.reference import ImageId
from jobber.domain.ports import Attachment
from jobber.testing.contract.world import World
from jobber.testing.environment import FakeInterruptions
from jobber.testing.standard_input import job_input

_MEGABYTE = 1 << 20
_LITTLE = 32 * _MEGABYTE


class ContainerContract:
    """The required behaviour of job containers."""

    def test_mounts_of_another_container_are_taken_over(self, world: World) -> None:
        name = world.name().name
        mounts = (Mount(kind="volume", destination="/lent"),)
        world.create("exit", "0", options=ContainerOptions(name=name, mounts=mounts))
        world.run("write", "/lent/x", "lent", options=ContainerOptions(volumes_from=(name,)))

        assert world.run("show", "/lent/x", options=ContainerOptions(volumes_from=(f"{name}:ro",))).stdout == b"lent"
        assert (
            world.run("write", "/lent/y", "1", options=ContainerOptions(volumes_from=(f"{name}:ro",))).exit_status == 1
        )

    def test_container_is_found_by_its_name(self, world: World) -> None:
        name = world.name().name
        container = world.create("exit", "0", options=ContainerOptions(name=name))

        assert world.engine.containers.inspect(ContainerId(name)).id == container

    def test_variable_is_unset(self, world: World) -> None:
        options = ContainerOptions(environment=(("A", "1"), ("NOT_THERE", None)))

        assert world.run("variable", "A", "variable", "NOT_THERE", options=options).stdout == b"1\n\n"

    @pytest.mark.parametrize("status", [0, 3, 126, 255])
    def test_exit_status_is_the_jobs(self, world: World, status: int) -> None:
        assert world.run("exit", str(status)).exit_status == status

    def test_exit_status_is_a_byte(self, world: World) -> None:
        assert world.run("exit", "300").exit_status == 44

    def test_environment_names_the_host_and_the_home(self, world: World) -> None:
        ran = world.run("variable", "HOSTNAME", "variable", "HOME", options=ContainerOptions(hostname="box"))

        assert ran.stdout in (b"box\n/\n", b"box\n\n")  # Podman 5 has no home for an unknown user

    @pytest.mark.parametrize(
        ("user", "home"), [(None, b"/root"), ("7", b"/seven"), ("other:7", b"/seven"), ("9", b"/")]
    )
    def test_home_is_what_the_image_knows_of_the_user(
        self, world: World, user: str | None, home: bytes, tmp_path: Path
    ) -> None:
        (tmp_path / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\nother:x:7:7::/seven:/bin/sh\n")
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY passwd /etc/passwd\n")

        assert world.run("variable", "HOME", image=image, options=ContainerOptions(user=user)).stdout == home + b"\n"

    def test_relative_path_starts_at_the_working_directory(self, world: World) -> None:
        options = ContainerOptions(workdir="/bin")
        ran = world.run("write", "./note", "1", "show", "note", "show", "/bin/note", options=options)

        assert ran.stdout == b"11"

    def test_output_comes_apart_and_as_it_is(self, world: World) -> None:
        ran = world.run("say", "out", "complain", "err", "binary")

        assert ran.stdout == b"out\n\x00\x01\n\r\x80\xff"
        assert ran.stderr == b"err\n"

    def test_job_without_output(self, world: World) -> None:
        assert world.run("exit", "0").log == b""

    def test_much_output_comes_whole(self, world: World) -> None:
        assert world.run("fill", str(5 * _MEGABYTE)).stdout == b"x" * 5 * _MEGABYTE

    def test_job_that_closes_its_output_goes_on(self, world: World) -> None:
        ran = world.run("say", "last words", "quiet", "sleep", "0.3", "exit", "5")

        assert (ran.exit_status, ran.stdout) == (5, b"last words\n")

    @pytest.mark.parametrize("size", [0, 1, 3 * _MEGABYTE])
    def test_input_is_passed_on_with_its_end(self, world: World, size: int) -> None:
        assert world.run("echo", stdin=b"y" * size).stdout == b"y" * size

    @pytest.mark.parametrize("words", [("exit", "3"), ("quiet", "exit", "3"), ("sleep", "0.3", "exit", "3")])
    def test_input_that_a_job_does_not_read_costs_none_of_its_output(
        self, world: World, words: tuple[str, ...]
    ) -> None:
        ran = world.run("complain", "err", "fill", "300000", *words, stdin=b"y" * 3 * _MEGABYTE)

        assert (ran.exit_status, ran.stdout, ran.stderr) == (3, b"x" * 300_000, b"err\n")

    def test_job_without_input_sees_its_end(self, world: World) -> None:
        assert world.run("echo", "say", "done", stdin=None).stdout == b"done\n"

    def test_job_that_reads_no_input_ends(self, world: World) -> None:
        assert world.run("say", "done", stdin=b"z" * _MEGABYTE).stdout == b"done\n"

    @pytest.mark.parametrize(
        ("command", "status"), [("/nowhere/to/be/found", 127), ("nowhere", 127), ("", 127), ("/bin", 126)]
    )
    def test_command_that_cant_be_executed(self, world: World, command: str, status: int) -> None:
        with pytest.raises(JobNotStarted) as raised:
            world.run(command=(command,))

        assert raised.value.exit_status == status

    def test_options_have_their_effect(self, world: World) -> None:
        options = ContainerOptions(environment=(("GREETING", "hi there"),), workdir="/bin", entrypoint="/bin/job")
        ran = world.run(options=options, command=("variable", "GREETING", "where"))

        assert ran.stdout == b"hi there\n/bin\n"

    def test_read_only_root_refuses_writes(self, world: World) -> None:
        assert world.run("write", "/x", "1", options=ContainerOptions(read_only=True)).exit_status == 1

    def test_tmpfs_can_be_written(self, world: World) -> None:
        options = ContainerOptions(read_only=True, mounts=(Mount(kind="tmpfs", destination="/scratch"),))

        assert world.run("write", "/scratch/x", "1", "show", "/scratch/x", options=options).stdout == b"1"

    def test_deadline_passes_while_the_job_goes_on(self, world: World) -> None:
        container = world.create("say", "begun", "sleep", "1", "exit", "4")
        attachment = world.engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
        world.engine.containers.start(container)
        first = attachment.next()
        second = attachment.next(deadline=world.clock.monotonic() + 0.1)
        last = attachment.next()
        attachment.close()

        assert isinstance(first, Output)
        assert isinstance(second, DeadlinePassed)
        assert last == Exited(4)

    def test_signal_reaches_the_job(self, world: World) -> None:
        assert self._signalled(world, "SIGTERM", "on", "TERM", "7") == Exited(7)

    def test_job_without_handler_outlives_sigterm_and_not_sigkill(self, world: World) -> None:
        container = world.create("say", "begun", "sleep", "20")
        attachment = self._begun(world, container)
        world.engine.containers.signal(container, signal="SIGTERM")
        still = attachment.next(deadline=world.clock.monotonic() + 0.3)
        world.engine.containers.signal(container, signal="SIGKILL")
        end = attachment.next(deadline=world.clock.monotonic() + 30)
        attachment.close()

        assert isinstance(still, DeadlinePassed)
        assert end == Exited(137)

    def test_signal_to_an_ended_job_is_no_error(self, world: World) -> None:
        container = world.create("exit", "0")
        world.watch(container)
        world.engine.containers.signal(container, signal="SIGTERM")

        assert world.engine.containers.inspect(container).exit_status == 0

    def test_states_of_a_life(self, world: World) -> None:
        container = world.create("exit", "9")
        before = world.engine.containers.inspect(container)
        world.watch(container)
        after = world.engine.containers.inspect(container)

        assert (before.state, before.exit_status) == (ContainerState.CREATED, None)
        assert (after.state, after.exit_status) == (ContainerState.EXITED, 9)

    @pytest.mark.parametrize(("words", "status"), [(("exhaust",), 137), (("exhaust-child", "exit", "3"), 3)])
    def test_job_that_runs_out_of_memory_is_reported(self, world: World, words: tuple[str, ...], status: int) -> None:
        container = world.create(*words, options=ContainerOptions(memory=_LITTLE, memory_swap=_LITTLE))
        before = world.engine.containers.inspect(container)
        ran = world.watch(container)
        after = world.engine.containers.inspect(container)

        assert ran.exit_status == status
        assert (before.out_of_memory, after.out_of_memory) == (None, True if world.reports_memory else None)
        assert after.memory_limit == _LITTLE

    def test_job_that_has_memory_enough_is_told_from_one_that_has_not(self, world: World) -> None:
        container = world.create("exit", "137")
        world.watch(container)
        ended = world.engine.containers.inspect(container)

        assert (ended.out_of_memory, ended.memory_limit) == (False if world.reports_memory else None, None)

    def test_logs_are_there_after_the_end(self, world: World) -> None:
        container = world.create("say", "one", "complain", "two", "say", "three")
        world.watch(container)
        sink = io.BytesIO()
        world.engine.containers.logs(container, sink=sink)

        assert sorted(sink.getvalue().splitlines()) == [b"one", b"three", b"two"]

    def test_list_finds_by_label(self, world: World) -> None:
        mark = world.name().name
        ours = world.create("exit", "0", labels={"jobber-test.mark": mark, "jobber-test.other": ""})
        found = world.engine.containers.list(labels={"jobber-test.mark": mark, "jobber-test.other": None})
        none = world.engine.containers.list(labels={"jobber-test.mark": mark + "x"})

        assert [container.id for container in found] == [ours]
        assert list(none) == []

    def test_labels_come_back_as_they_were(self, world: World) -> None:
        labels = {"jobber-test.hostile": 'a$b "c" \'d\' \\e\nf ü {"g": ["$HOME"]}'}
        container = world.create("exit", "0", labels=labels)

        assert labels.items() <= dict(world.engine.containers.inspect(container).labels).items()

    def test_name_is_taken_only_once(self, world: World) -> None:
        options = ContainerOptions(name=world.name().name)
        world.create("exit", "0", options=options)

        with pytest.raises(NameTaken):
            world.create("exit", "0", options=options)

    def test_container_of_missing_image_is_told(self, world: World) -> None:
        specification = ContainerSpecification(
            image=ImageId("sha256:" + "0" * 64), options=ContainerOptions(), command=("x",)
        )
        with pytest.raises(ImageNotFound):
            world.engine.containers.create(specification)

    def test_removed_container_is_gone_and_removing_again_is_fine(self, world: World) -> None:
        container = world.create("exit", "0")
        world.engine.containers.remove(container)
        world.engine.containers.remove(container)

        with pytest.raises(ContainerNotFound):
            world.engine.containers.inspect(container)

    def test_running_container_is_removed_at_once(self, world: World) -> None:
        container = world.create("say", "begun", "sleep", "30")
        attachment = self._begun(world, container)
        world.engine.containers.remove(container)
        attachment.close()

        with pytest.raises(ContainerNotFound):
            world.engine.containers.inspect(container)

    @pytest.mark.parametrize("call", ["inspect", "attach", "signal", "logs"])
    def test_calls_to_a_missing_container_are_told(self, world: World, call: str) -> None:
        nobody = ContainerId("0" * 64)
        containers = world.engine.containers
        calls: dict[str, Callable[[], object]] = {
            "inspect": lambda: containers.inspect(nobody),
            "attach": lambda: containers.attach(nobody, stdin=job_input(b""), interruptions=FakeInterruptions()),
            "signal": lambda: containers.signal(nobody, signal="SIGTERM"),
            "logs": lambda: containers.logs(nobody, sink=io.BytesIO()),
        }

        with pytest.raises(ContainerNotFound):
            calls[call]()

    def _begun(self, world: World, container: ContainerId) -> Attachment:
        attachment = world.engine.containers.attach(container, stdin=None, interruptions=FakeInterruptions())
        world.engine.containers.start(container)
        assert isinstance(attachment.next(), Output)
        return attachment

    def _signalled(self, world: World, signal: str, *words: str) -> object:
        container = world.create(*words, "say", "begun", "sleep", "20")
        attachment = self._begun(world, container)
        world.engine.containers.signal(container, signal=signal)
        event = attachment.next(deadline=world.clock.monotonic() + 10)
        attachment.close()
        return event

    def test_file_of_an_ended_job_is_read(self, world: World) -> None:
        words = ("write", "/out/deep/x", "X" * 1000, "link", "/out/deep/l", "x", "link", "/way", "/out/deep")
        container = world.create(*words)
        world.watch(container)
        read = world.engine.containers.read

        assert read(container, path="/out/deep/x", limit=2000) == b"X" * 1000
        assert read(container, path="/out/deep/x", limit=10) == b"X" * 10
        assert read(container, path="/out/deep/l", limit=1) == b"X"
        assert read(container, path="/way/l", limit=1) == b"X"

    def test_file_of_an_ended_job_that_is_none(self, world: World) -> None:
        words = ("mkdir", "/out/deep", "write", "/out/x", "", "link", "/out/l", "nowhere", "link", "/out/ring", "ring")
        container = world.create(*words)
        world.watch(container)
        read = world.engine.containers.read

        with pytest.raises(NotAFile):
            read(container, path="/out/deep", limit=10)
        for path in ("/out/nowhere", "/nowhere/x", "/out/x/below", "/out/l", "/out/ring"):
            with pytest.raises(PathNotFound) as raised:
                read(container, path=path, limit=10)
            assert not isinstance(raised.value, NotAFile)
        assert read(container, path="/out/x", limit=10) == b""

    def test_file_of_a_missing_container(self, world: World) -> None:
        with pytest.raises(ContainerNotFound):
            world.engine.containers.read(ContainerId("0" * 64), path="/x", limit=10)
