"""`jobber.run` and its results."""

from __future__ import annotations

import asyncio
import io
import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import jobber
from jobber.domain.containers.events import TerminationSignal
from jobber.testing import FakeEngine, FakeProgress, Job, using


def train(job: Job) -> int:
    job.say("epoch 1\n")
    job.complain("warm\n")
    job.files.write("/model/weights", job.files.read("/data/x"))
    job.files.write("/model/deep/notes", "N")
    if not job.files.exists("/model/best"):
        job.files.link("/model/best", "weights")
    job.files.write("/model/metrics.json", '{"accuracy": 0.5}')
    return 0


@pytest.fixture
def engine(jobber_engine: FakeEngine) -> FakeEngine:
    jobber_engine.image("digits", files={"/data/x": "X"})
    jobber_engine.image("train", run=train)
    jobber_engine.image("show", run=lambda job: job.say(" ".join(job.argv[1:])))
    jobber_engine.image("fail", run=lambda _job: 3)
    return jobber_engine


@pytest.fixture
def result(engine: FakeEngine) -> jobber.Result:
    del engine
    return jobber.run("train", inputs=["digits"], out="/model", quiet=True)


def test_result_has_outcome_and_record(result: jobber.Result) -> None:
    assert (result.exit_status, result.outcome, result.succeeded) == (0, "succeeded", True)
    assert result.log == "epoch 1\nwarm\n"
    assert result.metrics == {"accuracy": 0.5}
    assert set(result.tags) == {"train:latest-run", "train:20260101_000000"}
    assert result.labels["jobber.out"] == "/model"
    assert result.record["inputs"][0]["ref"] == "digits:latest"


def test_files_are_read_relative_to_out_or_by_absolute_path(result: jobber.Result) -> None:
    assert result.files.read("weights") == b"X"
    assert result.files.read_text("/model/deep/notes") == "N"
    assert result.files.list("deep") == ("/model/deep/notes",)
    assert result.files.list() == ("/model/best", "/model/deep/notes", "/model/metrics.json", "/model/weights")
    assert ("weights" in result.files, "nothing" in result.files) == (True, False)


def test_missing_files_raise_an_error(result: jobber.Result) -> None:
    with pytest.raises(jobber.PathNotFound):
        result.files.read("nothing")
    with pytest.raises(IsADirectoryError):
        result.files.read("deep")


def test_saved_directory_has_its_files_without_links(result: jobber.Result, tmp_path: Path) -> None:
    result.files.save("", to=tmp_path / "model")
    result.files.save("weights", to=tmp_path / "one" / "weights")
    copied = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())

    assert copied == ["model/deep/notes", "model/metrics.json", "model/weights", "one/weights"]
    with pytest.raises(FileExistsError):
        result.files.save("weights", to=tmp_path / "one" / "weights")


def test_result_is_the_next_runs_input_and_code(result: jobber.Result, engine: FakeEngine) -> None:
    engine.image("evaluate", run=lambda job: job.say(job.files.read("/in/weights")))
    evaluated = jobber.run("evaluate", inputs=[jobber.Input(result, dest="/in")], quiet=True)
    again = jobber.run(result, inputs=["digits"], quiet=True)

    assert evaluated.log == "X"
    assert again.record["image"]["id"] == result.id


def test_input_has_source_and_destination(engine: FakeEngine) -> None:
    engine.image("look", run=lambda job: job.say(job.files.read("/in/x")))
    data = jobber.image("digits")
    given: list[str | jobber.Input] = [
        jobber.Input("digits", src="/data", dest="/in"),
        "digits,dest=/b",
        jobber.Input(data, dest="/c"),
    ]

    assert jobber.run("look", inputs=given, quiet=True).log == "X"


@pytest.mark.parametrize("command", ["a 'b c'", ["a", "b c"], ("a", "b c")])
def test_command_is_a_list_or_a_string_that_is_split(engine: FakeEngine, command: str | list[str]) -> None:
    del engine
    assert jobber.run("show", command=command, quiet=True).record["command"] == ["a", "b c"]


def test_job_gets_variables_and_options(engine: FakeEngine) -> None:
    engine.image("look", run=lambda job: job.say(f"{job.environment['A']} {job.workdir}"))
    result = jobber.run("look", environment={"A": "b c", "API_TOKEN": "x"}, xdocker="-w /work", quiet=True)

    assert result.log == "b c /work"
    assert result.record["docker-args"] == ["-w", "/work", "-e", "A=b c", "-e", "API_TOKEN=***"]


@pytest.mark.usefixtures("engine")
def test_failed_job_has_a_result() -> None:
    result = jobber.run("fail", quiet=True)

    assert (result.exit_status, result.outcome) == (3, "failed")
    with pytest.raises(jobber.JobFailed) as raised:
        result.check()
    assert raised.value.result is result


@pytest.mark.usefixtures("engine")
def test_check_raises_an_error_for_a_failed_job() -> None:
    with pytest.raises(jobber.JobFailed, match=r"^the job of fail failed with exit status 3$"):
        jobber.run("fail", check=True, quiet=True)


def test_job_exceeds_its_timeout(engine: FakeEngine) -> None:
    engine.image("slow", run=lambda job: job.sleep(3600))
    result = jobber.run("slow", timeout=5, quiet=True)

    assert (result.exit_status, result.outcome) == (124, "timed-out")


@pytest.mark.usefixtures("engine")
def test_run_without_a_result_image_has_its_log() -> None:
    result = jobber.run("show", command=["a"], result_image="none", quiet=True)

    assert (result.image, result.tags, result.log) == (None, (), "a")
    with pytest.raises(jobber.NoResultImage):
        result.files.read("x")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"image": "nobody"}, jobber.ImageNotFound),
        ({"image": "Not Valid"}, jobber.InvalidReference),
        ({"image": "show", "out": "relative"}, jobber.UsageError),
        ({"image": "show", "timeout": 0}, jobber.UsageError),
        ({"image": "show", "inputs": ["digits,src=relative"]}, jobber.InvalidInput),
        ({"image": "show", "inputs": ["digits,src=/nothing"]}, jobber.SourceNotFound),
        ({"image": "show", "xdocker": "--rm"}, jobber.InvalidOption),
        ({"image": "show", "result_image": "sometimes"}, jobber.UsageError),
        ({"image": "digits"}, jobber.JobberError),
    ],
    ids=str,
)
def test_each_failure_raises_an_error_of_its_own_class(
    engine: FakeEngine, settings: dict[str, object], error: type[Exception]
) -> None:
    del engine

    with pytest.raises(error):
        jobber.run(**settings, quiet=True)  # type: ignore[arg-type]


def test_output_is_shown_as_it_arrives(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    del engine
    jobber.run("train", inputs=["digits"])
    shown = capsys.readouterr()

    assert shown.out == "epoch 1\n"
    assert shown.err.startswith("warm\nresult train:latest-run, ")


def test_output_is_shown_on_a_text_stream_without_a_buffer(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def program(job: Job) -> None:
        job.say(b"\xc3")
        job.say(b"\xa9\xff\n")

    engine.image("bytes", run=program)
    text = io.StringIO()
    monkeypatch.setattr(sys, "stdout", text)
    jobber.run("bytes")

    assert text.getvalue() == "é\ufffd\n"


def test_quiet_run_shows_nothing(engine: FakeEngine, capfd: pytest.CaptureFixture[str]) -> None:
    del engine
    jobber.run("train", inputs=["digits"], quiet=True)

    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.usefixtures("engine")
def test_custom_listener_receives_the_events() -> None:
    heard = FakeProgress()
    jobber.run("show", progress=heard, quiet=True)

    assert [event for event, _ in heard.notes] == ["result"]


def test_run_uses_the_engine_object_of_the_argument(capfd: pytest.CaptureFixture[str]) -> None:
    engine = FakeEngine(flavour="podman", version="4.3.1")
    engine.image("show", run=lambda job: job.say("here"))
    result = jobber.run("show", engine=engine, quiet=True)

    assert (result.log, result.record["engine"]["name"]) == ("here", "podman")
    assert engine.read(result.id, "/run.log") == b"here"
    assert capfd.readouterr().out == ""


def test_engine_object_provides_its_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"credsStore": "nobody-has-it"}')
    (tmp_path / "jobber-config.yml").write_text("result-image: none\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    engine = FakeEngine()
    engine.image("r.test/n/slow:1", run=lambda job: job.sleep(100))
    result = jobber.run("r.test/n/slow:1", timeout=5, pull="never", engine=engine, quiet=True)

    assert (result.outcome, result.exit_status) == ("timed-out", 124)
    assert set(result.tags) == {"r.test/n/slow:latest-run", "r.test/n/slow:20260101_000015"}
    assert engine.remote.tags("r.test/n/slow") == ("20260101_000015", "latest-run")


def test_signal_is_received_with_an_engine_object() -> None:
    engine = FakeEngine()
    engine.image("slow", run=lambda job: job.sleep(60))
    engine.faults.signal("SIGINT", at="stream")

    with pytest.raises(KeyboardInterrupt):
        jobber.run("slow", engine=engine, quiet=True)


def test_engine_objects_in_threads_are_independent() -> None:
    def runs(number: int) -> tuple[str, float]:
        engine = FakeEngine()
        engine.image("slow", run=lambda job: job.sleep(number))
        result = jobber.run("slow", engine=engine, quiet=True)
        return result.tags[0], engine.clock.monotonic()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(runs, range(1, 30)))

    assert found == [(f"slow:20260101_0000{number:02d}", float(number)) for number in range(1, 30)]


def test_result_keeps_its_engine() -> None:
    engine = FakeEngine()
    engine.image("train", run=train)
    engine.image("digits", files={"/data/x": "X"})
    with using(engine):
        result = jobber.run("train", inputs=["digits"], out="/model", quiet=True)
        again = jobber.run("train", inputs=["digits"], out="/model", reuse=True, quiet=True)

    assert result.files.list("deep") == ("/model/deep/notes",)
    assert (again.id, again.log) == (result.id, "epoch 1\nwarm\n")


def test_metrics_without_a_label_are_read_where_the_image_was_found() -> None:
    engine = FakeEngine()
    engine.image("old", files={"/out/metrics.json": '{"a": 1}'}, labels={"jobber.out": "/out"})
    with using(engine):
        image = jobber.image("old")

    assert image.metrics == {"a": 1}


def test_interrupted_run_keeps_its_result_and_ends_the_program(engine: FakeEngine) -> None:
    def program(job: Job) -> None:
        job.on_signal("SIGINT", 5)
        job.sleep(60)

    engine.image("slow", run=program)
    engine.faults.signal("SIGINT", at="stream")

    with pytest.raises(KeyboardInterrupt):
        jobber.run("slow", quiet=True)
    assert jobber.image("slow:latest-run").record is not None


def test_interrupted_pull_is_a_keyboard_interrupt(engine: FakeEngine) -> None:
    engine.faults.signal("SIGINT", at="provide")

    with pytest.raises(KeyboardInterrupt):
        jobber.run("train", inputs=["digits"], quiet=True)


def test_lost_engine_has_a_hint_when_to_recover_the_run(engine: FakeEngine) -> None:
    engine.faults.lose_output()

    with pytest.raises(jobber.EngineLost) as raised:
        jobber.run("show", quiet=True)
    assert raised.value.hint is not None
    assert raised.value.hint.endswith("after this process has ended")


@pytest.mark.usefixtures("engine")
def test_run_in_another_thread_of_a_running_event_loop() -> None:
    async def notebook() -> tuple[str, str]:
        here = jobber.run("show", command=["a"], quiet=True)
        there = await asyncio.to_thread(jobber.run, "show", command=["a"], quiet=True)
        return here.outcome, there.outcome

    assert asyncio.run(notebook()) == ("succeeded", "succeeded")


def test_signal_handlers_are_set_in_the_main_thread_only_and_restored() -> None:
    from jobber.session.environment import ThisMachine

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    taken: list[str] = []

    def elsewhere() -> None:
        with ThisMachine().guest_interruptions() as interruptions:
            taken.append(repr(interruptions.take()))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with ThisMachine().guest_interruptions() as interruptions:
        os.kill(os.getpid(), signal.SIGINT)
        select.select([interruptions.fileno()], [], [], 30)  # another thread may have been the one to get it
        heard = interruptions.take()
        term = signal.getsignal(signal.SIGTERM)
    after = {number: signal.getsignal(number) for number in before}

    assert taken == ["None"]
    assert isinstance(heard, TerminationSignal)
    assert heard.signal == "SIGINT"
    assert term is before[signal.SIGTERM]
    assert (after, len(list(Path("/proc/self/fd").iterdir()))) == (before, descriptors)


def test_import_loads_no_other_module() -> None:
    code = "import jobber, sys; print([n for n in sys.modules if n.startswith('jobber')]); jobber.run"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout == "['jobber._version', 'jobber']\n"


@pytest.mark.parametrize("library", ["docker", "podman", "cyclopts", "structlog", "IPython", "yaml", "rich"])
def test_api_does_not_load_heavy_modules(library: str) -> None:
    code = "import jobber, sys; jobber.run, jobber.build; sys.exit(sys.argv[1] in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code, library], check=False).returncode == 0


def test_module_lists_its_names_and_has_no_others() -> None:
    assert set(dir(jobber)) == set(jobber.__all__)
    assert all(getattr(jobber, name) is not None for name in jobber.__all__)
    with pytest.raises(AttributeError):
        _ = jobber.nothing
