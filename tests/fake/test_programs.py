"""Python callables as programs: how they end, what they print, where they are."""

# ruff: noqa: T201 - prints are what this is about

from __future__ import annotations

import asyncio
import cmd
import sys
import threading
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import jobber
from jobber.domain.errors import EngineLost
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, Job, Program, using

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber import Result


def run(program: Callable[[Job], Any], engine: FakeEngine, **settings: Any) -> Result:
    engine.image("work", run=program)
    with using(engine):
        return jobber.run("work", quiet=True, **settings)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.mark.parametrize(("returned", "exit_status"), [(None, 0), (0, 0), (3, 3), (300, 44), (-1, 255)], ids=repr)
def test_exit_status_is_what_is_returned(returned: int | None, exit_status: int, engine: FakeEngine) -> None:
    assert run(lambda _job: returned, engine).exit_status == exit_status
    if returned is not None:
        assert run(lambda job: job.exit(returned), engine).exit_status == exit_status


@pytest.mark.parametrize("returned", [True, 2.5, "3"], ids=repr)
def test_what_is_no_exit_status_is_told(returned: object, engine: FakeEngine) -> None:
    def train(_job: Job) -> Any:
        return returned

    ended = run(train, engine)

    assert ended.exit_status == 1
    assert ended.log.endswith(
        f"train returned {returned!r}: a program returns its exit status, an int, or None for 0\n"
    )


@pytest.mark.parametrize(
    ("code", "exit_status", "log"),
    [(3, 3, ""), (None, 0, ""), (True, 1, ""), (257, 1, ""), ("bad \udce4", 1, "bad \\udce4\n"), ([1], 1, "[1]\n")],
)
def test_sys_exit_ends_the_program(code: Any, exit_status: int, log: str, engine: FakeEngine) -> None:
    ended = run(lambda _job: sys.exit(code), engine)

    assert (ended.exit_status, ended.log) == (exit_status, log)


def test_exception_fails_the_job_and_is_told_as_python_does(
    jobber_engine: FakeEngine, jobber_cli: FakeCommandLine
) -> None:
    def train(job: Job) -> None:
        job.say("epoch 1\n")
        try:
            assert job.files.read("/data/x") == b"Y"
        except AssertionError:
            job.files.write("/data/x", "Y")

    jobber_engine.image("data", files={"/data/x": "X"})
    jobber_engine.image("train", run=train)
    ran = jobber_cli("run", "-i", "data", "train")

    assert (ran.exit_status, ran.out) == (1, "epoch 1\n")
    told = ran.err.partition("\nresult ")[0].splitlines()
    assert told[0] == "Traceback (most recent call last):"
    assert told[1].endswith(", in train")
    assert told[2].strip() == 'assert job.files.read("/data/x") == b"Y"'
    assert "During handling of the above exception, another exception occurred:" in told
    assert told[-1].endswith("ReadOnly: [Errno 30] Read-only file system: '/data/x'")
    assert "adapters/fake" not in ran.err
    assert ran.image is not None
    assert jobber_engine.read(ran.image.id, "/run.log").decode() == "epoch 1\n" + "\n".join(told) + "\n"


def test_say_takes_texts_and_bytes_alone(engine: FakeEngine) -> None:
    other: Any = bytearray(b"a")
    wrong: Any = 5

    assert run(lambda job: job.say(other), engine).log == "a"
    assert run(lambda job: job.say(wrong), engine).log.endswith("TypeError: a job says str or bytes, not int: 5\n")


def test_files_hold_texts_and_bytes_alone(engine: FakeEngine) -> None:
    wrong: Any = {"accuracy": 1}
    ended = run(lambda job: job.files.write("/metrics.json", wrong), engine)

    assert ended.log.endswith("TypeError: a file holds str or bytes, not dict: /metrics.json\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EngineLost("start", why="gone"), pytest.exit.Exception("q")])
def test_what_is_not_the_programs_own_passes_and_leaves_no_running_job(
    error: BaseException, engine: FakeEngine
) -> None:
    def program(_job: Job) -> None:
        raise error

    with pytest.raises(type(error)):
        run(program, engine)

    assert [stored for stored in engine.store.containers.values() if stored.state.name == "RUNNING"] == []


def generator(_job: Job) -> Iterator[int]:
    yield 1


async def coroutine(job: Job) -> None:
    job.say("x")


async def stream(_job: Job) -> Any:
    yield 1


class Generator:
    def __call__(self, _job: Job) -> Iterator[int]:
        yield 1


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (generator, "generator is a generator"),
        (partial(generator), "is a generator"),
        (Generator(), "is a generator"),
        (stream, "stream is a generator"),
        (coroutine, "coroutine is an `async def`"),
        ("/bin/train", "a program is a function of a job, not '/bin/train'"),
    ],
)
def test_what_does_nothing_when_it_is_called_is_no_program(program: Any, why: str, engine: FakeEngine) -> None:
    with pytest.raises(TypeError, match=why):
        engine.image("work", run=program)
    with pytest.raises(TypeError, match=why):
        engine.image("work", programs={"/bin/work": program})


@pytest.mark.parametrize("program", [generator, coroutine])
def test_what_does_nothing_is_told_when_it_is_returned(program: Program, engine: FakeEngine) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ended = run(lambda job: program(job), engine)  # noqa: PLW0108 - not seen before it is called

    assert (ended.exit_status, "returned <" in ended.log) == (1, True)


def test_plain_function_may_run_a_coroutine(engine: FakeEngine) -> None:
    assert run(lambda job: asyncio.run(coroutine(job)), engine).log == "x"


def test_prints_are_the_jobs_output(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> None:
    def program(job: Job) -> None:
        print("printed")
        job.say("said\n")
        sys.stdout.buffer.write(b"\xff\n")
        print("complaint", file=sys.stderr)

    before = sys.stdout, sys.stderr
    jobber_engine.image("work", run=program)
    ran = jobber_cli("run", "work")

    assert (ran.stdout, ran.err.partition("result")[0]) == (b"printed\nsaid\n\xff\n", "complaint\n")
    assert ran.image is not None
    assert jobber_engine.read(ran.image.id, "/run.log") == b"printed\nsaid\n\xff\ncomplaint\n"
    assert (sys.stdout, sys.stderr) == before


def test_prints_of_other_threads_are_not_the_jobs(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    both, done = threading.Barrier(2), []

    def program(job: Job) -> None:
        print(f"of {job.argv[1]}")
        both.wait(10)
        print(f"of {job.argv[1]}")
        both.wait(10)

    engine.image("work", run=program)

    def run_one(word: str) -> None:
        done.append((word, jobber.run("work", command=[word], engine=engine, quiet=True).log))
        print("afterwards")

    threads = [threading.Thread(target=run_one, args=(word,)) for word in "ab"]
    for thread in threads:
        thread.start()
        print("outside")
    for thread in threads:
        thread.join(10)

    assert sorted(done) == [("a", "of a\nof a\n"), ("b", "of b\nof b\n")]
    assert sorted(capsys.readouterr().out.splitlines()) == ["afterwards"] * 2 + ["outside"] * 2


def test_debugger_talks_to_the_developer(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    def program(_job: Job) -> None:
        print("said")
        cmd.Cmd().columnize(["stopped"])

    assert run(program, engine).log == "said\n"
    assert capsys.readouterr().out == "stopped\n"


def test_stream_that_others_put_in_its_place_stays(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs: Any = object()

    run(lambda _job: monkeypatch.setattr(sys, "stdout", theirs), engine)
    there = sys.stdout
    monkeypatch.undo()

    assert there is theirs
    assert run(lambda _job: print("x"), engine).log == "x\n"


def test_relative_paths_start_at_the_working_directory(engine: FakeEngine) -> None:
    def program(job: Job) -> None:
        files = job.files
        files.write("rel.txt", "1")
        files.make_directory("sub")
        files.link("sub/link", "../rel.txt")
        files.write("gone", "")
        files.remove("gone")
        assert (files.read("./sub/link"), files.read("/model/rel.txt")) == (b"1", b"1")
        assert (files.exists("rel.txt"), files.exists("gone"), files.is_directory("sub")) == (True, False, True)
        assert files.resolve("../model/sub/link") == "/model/rel.txt"
        assert sorted(files.walk(".")) == ["/model/rel.txt", "/model/sub", "/model/sub/link"]
        assert sorted(files.walk("sub")) == ["/model/sub/link"]

    ended = run(program, engine, out="/model", xdocker="-w /model")

    assert ended.log == ""
    assert "/model/rel.txt" in engine.list("work:latest-run")


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ("-h box", {"HOSTNAME": "box", "HOME": "/root"}),
        ("-h box -e HOSTNAME=mine -e HOME=/mine", {"HOSTNAME": "mine", "HOME": "/mine"}),
        ("-u 5 -e HOME=", {"HOME": "/var/daemon"}),
        ("-u daemon:0", {"HOME": "/var/daemon"}),
        ("-u 9", {"HOME": "/"}),
    ],
)
def test_environment_names_the_host_and_the_users_home(
    options: str, environment: dict[str, str], engine: FakeEngine
) -> None:
    seen: dict[str, str] = {}
    known = "root:x:0:0:root:/root:/bin/sh\n\ndaemon:x:5:5::/var/daemon:/bin/sh\n"
    engine.image("work", run=lambda job: seen.update(job.environment), files={"/etc/passwd": known})
    jobber.run("work", xdocker=options, engine=engine, quiet=True)

    assert {name: seen[name] for name in environment} == environment


def test_signal_ends_with_as_much_of_a_status_as_there_is(engine: FakeEngine) -> None:
    def program(job: Job) -> None:
        job.on_signal("SIGTERM", 300)
        job.sleep(100)

    run(program, engine, timeout=3)
    labels = engine.images.inspect(parse_reference("work:latest-run")).labels

    assert '"exit-code":44' in labels["jobber.run"]
