"""The contract of detached runs: following jobs later, terminals, claims, notes, results."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest

from jobber.domain.containers.container import ContainerId, ContainerState, Terminal
from jobber.domain.containers.events import DeadlinePassed, Exited, Output, Stream
from jobber.domain.errors import ContainerNotFound, ImageNotFound, RunTaken
from jobber.domain.images.reference import ImageId
from jobber.domain.ports import Attachment
from jobber.domain.runs.policy import Outcome
from jobber.testing.contract.world import World
from jobber.testing.environment import FakeInterruptions
from jobber.testing.standard_input import job_input

_SIZE = Terminal(rows=33, columns=77)


def _all(world: World, attachment: Attachment) -> tuple[dict[Stream, bytes], int]:
    """Return the output of a job until its end, and its exit status."""
    output = dict.fromkeys(Stream, b"")
    try:
        while True:
            event = attachment.next(deadline=world.clock.monotonic() + 60)
            if isinstance(event, Exited):
                return output, event.exit_status
            assert isinstance(event, Output), event
            output[event.stream] += event.chunk
    finally:
        attachment.close()


class LifecycleContract:
    """The required behaviour of a run's container and of the engine's run store."""

    def test_running_job_is_followed_from_its_beginning(self, world: World) -> None:
        container = world.create("say", "one", "complain", "two", "sleep", "0.5", "say", "three", "exit", "4")
        world.engine.containers.start(container)
        output, status = _all(world, self._follow(world, container))

        assert output == {Stream.STDOUT: b"one\nthree\n", Stream.STDERR: b"two\n"}
        assert status == 4

    def test_ended_job_is_followed_from_its_beginning(self, world: World) -> None:
        container = world.create("say", "one", "complain", "two", "exit", "3")
        world.watch(container)
        output, status = _all(world, self._follow(world, container))

        assert (output[Stream.STDOUT], output[Stream.STDERR], status) == (b"one\n", b"two\n", 3)

    def test_two_who_follow_hear_the_same(self, world: World) -> None:
        container = world.create("say", "one", "sleep", "0.3", "fill", "300000")
        world.engine.containers.start(container)
        first, second = self._follow(world, container), self._follow(world, container)

        assert _all(world, first) == _all(world, second)

    def test_what_is_older_is_left_out(self, world: World) -> None:
        container = world.create("say", "old", "sleep", "3", "say", "new")
        world.watch(container)
        ended = world.engine.containers.inspect(container).finished
        since = world.moment(ended) - timedelta(seconds=1.5)
        attachment = world.engine.containers.follow(
            container, since=since, stdin=None, interruptions=FakeInterruptions()
        )

        read = io.BytesIO()
        world.engine.containers.logs(container, sink=read, since=since)

        assert _all(world, attachment)[0][Stream.STDOUT] == read.getvalue() == b"new\n"

    def test_deadline_passes_for_one_who_follows(self, world: World) -> None:
        container = world.create("sleep", "4", "exit", "5")
        world.engine.containers.start(container)
        attachment = self._follow(world, container)
        passed = attachment.next(deadline=world.clock.monotonic() + 0.1)
        end = attachment.next()
        attachment.close()

        assert (passed, end) == (DeadlinePassed(), Exited(5))

    def test_job_that_has_closed_its_output_is_followed_to_its_end(self, world: World) -> None:
        container = world.create("say", "last words", "quiet", "sleep", "1", "exit", "6")
        world.engine.containers.start(container)

        assert _all(world, self._follow(world, container)) == ({Stream.STDOUT: b"last words\n", Stream.STDERR: b""}, 6)

    def test_nobody_can_follow_what_is_not_there(self, world: World) -> None:
        container = world.create("exit", "0")
        world.engine.containers.remove(container)

        with pytest.raises(ContainerNotFound):
            self._follow(world, container)

    def test_job_without_a_giver_finds_the_end_of_its_input(self, world: World) -> None:
        container = world.create("echo", "say", "done", reads_input=False)
        world.engine.containers.start(container)

        assert _all(world, self._follow(world, container))[0][Stream.STDOUT] == b"done\n"

    def test_terminal_has_both_outputs_in_one_and_its_own_line_ends(self, world: World) -> None:
        container = world.create("say", "out", "complain", "err", terminal=_SIZE)
        attachment = world.engine.containers.attach(
            container, stdin=job_input(b""), interruptions=FakeInterruptions(), terminal=_SIZE
        )
        world.engine.containers.start(container)
        attachment.resize(_SIZE)
        output, _ = _all(world, attachment)
        log = io.BytesIO()
        world.engine.containers.logs(container, sink=log)

        assert output == {Stream.STDOUT: b"out\r\nerr\r\n", Stream.STDERR: b""}
        assert log.getvalue() == b"out\r\nerr\r\n"

    def test_container_knows_whether_its_job_has_a_terminal(self, world: World) -> None:
        with_one, without = world.create("exit", "0", terminal=_SIZE), world.create("exit", "0")

        assert world.engine.containers.inspect(with_one).terminal
        assert not world.engine.containers.inspect(without).terminal

    def test_job_with_a_terminal_is_followed_as_well(self, world: World) -> None:
        container = world.create("say", "one", "sleep", "0.3", "say", "two", terminal=_SIZE)
        world.engine.containers.start(container)

        assert _all(world, self._follow(world, container))[0][Stream.STDOUT] == b"one\r\ntwo\r\n"

    def test_one_claims_a_run_at_a_time(self, world: World) -> None:
        run = str(uuid.uuid4())
        claim = world.engine.runs.claim(run, image=world.base_id)
        with pytest.raises(RunTaken):
            world.engine.runs.claim(run, image=world.base_id)
        held = world.engine.runs.holder(run)
        claim.check()
        claim.release()
        claim.release()
        again = world.engine.runs.claim(run, image=world.base_id)
        again.release()

        assert held
        assert world.engine.runs.holder(run) == ""

    def test_claims_of_two_runs_are_apart(self, world: World) -> None:
        claims = [world.engine.runs.claim(str(uuid.uuid4()), image=world.base_id) for _ in range(2)]
        for claim in claims:
            claim.check()
            claim.release()

        assert len(claims) == 2

    def test_claim_of_the_dead_is_taken_over(self, world: World) -> None:
        run = str(uuid.uuid4())
        world.die_with_claim(run)
        claim = world.engine.runs.claim(run, image=world.base_id)
        claim.check()
        claim.release()

        assert world.engine.runs.holder(run) == ""

    def test_jobber_that_watched_to_the_end_holds_its_run_without_a_trace(self, world: World) -> None:
        run = str(uuid.uuid4())
        claim = world.engine.runs.hold(run, image=world.base_id)
        claim.check()
        holder = world.engine.runs.holder(run)
        claim.release()

        assert holder == ""

    def test_claim_needs_an_image_that_is_there(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.runs.claim(str(uuid.uuid4()), image=ImageId("sha256:" + "0" * 64))

    def test_first_note_of_a_run_stays_until_it_is_forgotten(self, world: World) -> None:
        runs, run = world.engine.runs, str(uuid.uuid4())
        before = runs.noted_end(run)
        runs.note_end(run, image=world.base_id, outcome=Outcome.TIMED_OUT)
        runs.note_end(run, image=world.base_id, outcome=Outcome.INTERRUPTED)
        noted = runs.noted_end(run)
        runs.forget(run)
        runs.forget(run)

        assert (before, noted, runs.noted_end(run)) == (None, Outcome.TIMED_OUT, None)

    def test_sweep_takes_what_the_dead_have_left_and_nothing_else(self, world: World) -> None:
        runs, alive, dead, gone = world.engine.runs, *(str(uuid.uuid4()) for _ in range(3))
        claim = runs.claim(alive, image=world.base_id)
        world.die_with_claim(dead)
        runs.note_end(gone, image=world.base_id, outcome=Outcome.INTERRUPTED)
        claimed = bool(runs.holder(dead))
        left = [found.what for found in runs.leftovers()]
        runs.sweep()
        claim.check()
        held = runs.holder(alive)
        claim.release()

        assert held
        assert [f"of run {run}" in left for run in (alive, dead, gone)] == [False, claimed, True]
        assert not {f"of run {run}" for run in (dead, gone)} & {found.what for found in runs.leftovers()}
        assert (runs.holder(dead), runs.noted_end(gone)) == ("", None)

    def test_engine_tells_the_time(self, world: World) -> None:
        container = world.create("exit", "0")
        created = world.moment(world.engine.containers.inspect(container).created)

        assert abs(world.engine.runs.now() - created) < timedelta(minutes=2)

    def test_run_without_a_result_has_none(self, world: World) -> None:
        assert list(world.engine.runs.results(str(uuid.uuid4()))) == []

    def test_started_job_runs_without_anyone_attached(self, world: World) -> None:
        container = world.create("sleep", "20")
        world.engine.containers.start(container)
        state = world.engine.containers.inspect(container).state
        world.engine.containers.signal(container, signal="SIGKILL")

        assert state is ContainerState.RUNNING

    def _follow(self, world: World, container: ContainerId) -> Attachment:
        return world.engine.containers.follow(
            container,
            since=None,
            stdin=None,
            interruptions=FakeInterruptions(),
        )
