"""The jobs that run at the same time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.pipelines.definition import NOTHING, Needs
from jobber.domain.pipelines.names import JobId
from jobber.domain.pipelines.schedule import Capacity, Schedule


def _schedule(graph: Mapping[str, str], capacity: Capacity, **needs: Needs) -> Schedule:
    upstream = {JobId(name): [JobId(up) for up in above.split()] for name, above in graph.items()}
    return Schedule(upstream, {JobId(name): needs.get(name, NOTHING) for name in graph}, capacity)


def _started(schedule: Schedule) -> list[str]:
    return [str(id_) for id_, _ in schedule.start()]


def test_jobs_start_when_those_they_need_are_done() -> None:
    schedule = _schedule({"a": "", "b": "a", "c": "a b"}, Capacity(9))

    assert _started(schedule) == ["a"]
    schedule.succeed(JobId("a"))
    assert _started(schedule) == ["b"]
    schedule.succeed(JobId("b"))
    assert _started(schedule) == ["c"]
    schedule.succeed(JobId("c"))
    assert schedule.is_over
    assert schedule.done == {"a", "b", "c"}


def test_no_more_jobs_than_allowed() -> None:
    schedule = _schedule({"a": "", "b": "", "c": ""}, Capacity(2))

    assert _started(schedule) == ["a", "b"]
    assert _started(schedule) == []


def test_failure_skips_what_needs_it_and_only_that() -> None:
    schedule = _schedule({"a": "", "b": "", "c": "a", "d": "c b", "e": "b"}, Capacity(9))
    schedule.start()
    schedule.fail(JobId("a"))
    schedule.succeed(JobId("b"))

    assert schedule.skipped == {"c": "a", "d": "a"}
    assert _started(schedule) == ["e"]


def test_second_failure_skips_nothing_twice() -> None:
    schedule = _schedule({"a": "", "b": "", "c": "a b"}, Capacity(9))
    schedule.start()
    schedule.fail(JobId("a"))
    schedule.fail(JobId("b"))

    assert schedule.skipped == {"c": "a"}
    assert schedule.is_over


def test_nothing_starts_after_a_stop() -> None:
    schedule = _schedule({"a": "", "b": "", "c": "a"}, Capacity(1))
    schedule.start()
    schedule.stop()
    schedule.succeed(JobId("a"))

    assert schedule.is_over


def test_each_gpu_has_one_job() -> None:
    schedule = _schedule({"a": "", "b": "", "c": ""}, Capacity(9, ("0", "1", "2")), a=Needs(2), b=Needs(2), c=Needs(1))

    assert schedule.start() == (("a", ("0", "1")), ("c", ("2",)))
    schedule.succeed(JobId("a"))
    assert schedule.start() == (("b", ("0", "1")),)


@pytest.mark.parametrize(
    ("needs", "capacity"),
    [(Needs(cpus=3), Capacity(9, cpus=4)), (Needs(memory=3), Capacity(9, memory=4))],
)
def test_resources_are_shared(needs: Needs, capacity: Capacity) -> None:
    schedule = _schedule({"a": "", "b": "", "c": ""}, capacity, a=needs, b=needs)

    assert _started(schedule) == ["a", "c"]
    schedule.succeed(JobId("a"))
    assert _started(schedule) == ["b"]


def test_unknown_amounts_do_not_limit() -> None:
    schedule = _schedule({"a": "", "b": ""}, Capacity(9), a=Needs(cpus=3, memory=3), b=Needs(cpus=3, memory=3))

    assert _started(schedule) == ["a", "b"]


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (Needs(), ""),
        (Needs(1, 2, 3), ""),
        (Needs(2), "2 GPUs, and the engine has 1"),
        (Needs(cpus=4.5), "4.5 CPUs, and the engine has 4"),
        (Needs(memory=2 << 30), "2048 MiB of memory, and the engine has 1024 MiB"),
    ],
)
def test_needs_that_cannot_be_met(needs: Needs, expected: str) -> None:
    assert Capacity(1, ("0",), 4, 1 << 30).lacks(needs) == expected


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 3)), max_size=12),
    st.integers(1, 4),
)
def test_resources_are_never_exceeded_and_every_job_runs(wanted: list[tuple[int, float, int]], jobs: int) -> None:
    capacity = Capacity(jobs, ("x", "y"), 2.0, 4)
    graph = {f"j{n}": f"j{n - 3}" if n >= 3 else "" for n in range(len(wanted))}
    schedule = _schedule(graph, capacity, **{f"j{n}": Needs(*need) for n, need in enumerate(wanted)})
    ran = 0
    while True:
        schedule.start()
        running = [schedule.needs[id_] for id_ in schedule.running]
        gpus = [gpu for held in schedule.running.values() for gpu in held]
        assert len(running) <= jobs
        assert len(gpus) == len({*gpus})
        assert sum(need.cpus for need in running) <= 2
        assert sum(need.memory for need in running) <= 4
        if schedule.is_over:
            break
        schedule.succeed(next(iter(schedule.running)))
        ran += 1
    assert ran == len(wanted)
