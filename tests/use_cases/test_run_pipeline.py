"""`jobber pipeline` as a whole, on the fake engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from jobber.adapters.host.process_identity import current_owner
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    ImageNotFound,
    JobNotStarted,
    PullRefused,
    RunTaken,
)
from jobber.domain.images.reference import ImageReference, parse_reference
from jobber.domain.ports.progress import Silence
from jobber.domain.runs.label_names import Label
from jobber.testing import Completed, FakeCommandLine, FakeEngine, FakeRegistry, Job
from jobber.testing.command_line import EnvironmentUnderTest

PipelineCall = Callable[..., Completed]

_FILE = """\
params: {seed: 7, epochs: 20}
jobs:
  digits: {build: digits}
  prepare:
    image: steps
    cmd: prepare --seed ${seed}
    inputs: [digits]
    out: /out
  train:
    matrix: {model: [cnn, mlp], fold: [1, 2]}
    exclude: [{model: mlp, fold: 2}]
    image: trainer
    cmd: [train, --model, "${model}", --fold, "${fold}", --epochs, "${epochs}"]
    inputs: [prepare]
    out: /model
  compare:
    image: trainer
    cmd: compare
    inputs: ["train[*],dest=/runs"]
    out: /report
"""


def _steps(job: Job) -> int:
    _, name, *_ = argv = job.argv
    if name == "prepare":
        data = job.files.read("/data/digits")
        job.say(f"prepared with seed {argv[3]}\n")
        job.files.write("/out/data", data + argv[3].encode())
    elif name == "train":
        model = argv[3]
        job.say(f"training {model}\n")
        job.files.write("/model/weights", job.files.read("/data/data") + model.encode())
    elif name == "compare":
        found = sorted(path for path in job.files.walk("/runs") if path.endswith("/weights"))
        job.say("\n".join(found) + "\n")
        job.files.write("/report/table", "\n".join(found).encode())
    elif name == "sleep":
        job.on_signal("SIGINT", 130)
        job.sleep(float(argv[2]))
    elif name == "fail":
        job.say("oh no\n")
        return 3
    return 0


@pytest.fixture
def pipeline(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> PipelineCall:
    jobber_engine.image("steps", run=_steps)
    jobber_engine.image("trainer", run=_steps, files={"/train": "1"})
    folder = jobber_cli.directory
    (folder / "digits").mkdir()
    (folder / "digits" / "Dockerfile").write_text("FROM scratch\nCOPY digits /data/\n")
    (folder / "digits" / "digits").write_text("0 1 2\n")
    (folder / "jobber-pipeline.yml").write_text(_FILE)

    def call(*words: str | Path) -> Completed:
        return jobber_cli("pipeline", *words)

    return call


def _write(cli: FakeCommandLine, text: str) -> None:
    (cli.directory / "jobber-pipeline.yml").write_text(dedent(text))


def _states(done: Completed) -> dict[str, str]:
    return {job["job"]: job["state"] for job in json.loads(done.out)["jobs"]}


def _reasons(done: Completed) -> dict[str, str | None]:
    return {job["job"]: job["why"] for job in json.loads(done.out)["jobs"]}


def test_first_run_runs_everything_and_the_second_nothing(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    first = pipeline("run")
    before = len(jobber_engine.journal)
    second = pipeline("run", "--json")
    calls = jobber_engine.journal[before:]

    assert first.exit_status == second.exit_status == 0
    assert "train[cnn-1] | training cnn\n" in first.out
    assert "compare | /runs/cnn-1/weights\ncompare | /runs/cnn-2/weights\n" in first.out
    assert set(_states(second).values()) == {"fresh"}
    assert calls.count("list-images") == calls.count("list") == 1
    assert not {"build", "create", "tag", "relabel", "sweep"} & {*calls}
    assert pipeline("status").exit_status == 0


def test_results_have_keys_digest_and_tags(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")
    image = jobber_engine.images.inspect(_reference("train:cnn-1.latest-run"))

    assert len(image.labels[Label.CONTENT_KEY]) == len(image.labels[Label.RECIPE_KEY]) == 64
    assert image.labels[Label.OUT_DIGEST].startswith("sha256:")
    assert [tag for tag in image.references if tag.startswith("train:20260101_")]


def _reference(text: str) -> ImageReference:
    return parse_reference(text)


def test_same_output_of_a_changed_step_runs_nothing_below(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})

    assert _reasons(pipeline("status", "--json"))["prepare"] == "image steps: layer 1 of 1 differs"
    assert _states(pipeline("run", "--json")) == {
        "digits": "fresh",
        "prepare": "succeeded",
        "train[cnn-1]": "reused",
        "train[cnn-2]": "reused",
        "train[mlp-1]": "reused",
        "compare": "reused",
    }
    assert pipeline("status").exit_status == 0
    assert set(_states(pipeline("run", "--json")).values()) == {"fresh"}


def test_content_decides_if_all_results_are_there(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})
    pipeline("run", "prepare")

    assert _reasons(pipeline("status", "--json"))["train[cnn-1]"] == "the same content"
    assert set(_states(pipeline("run", "--json")).values()) == {"fresh"}
    assert {*_reasons(pipeline("status", "--json")).values()} == {None}


def test_engine_that_refuses_to_relabel_gets_a_tag_of_the_key(
    pipeline: PipelineCall, jobber_engine: FakeEngine
) -> None:
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})
    jobber_engine.fail("relabel", EngineFailed("load an image", why="no"), times=9)
    pipeline("run")

    assert {*_reasons(pipeline("status", "--json")).values()} == {None}


def test_parameter_runs_what_depends_on_it(pipeline: PipelineCall) -> None:
    pipeline("run")
    status = pipeline("status", "-p", "epochs=10", "--json")

    assert status.exit_status == 1
    assert _states(status)["prepare"] == "fresh"
    assert _reasons(status)["train[mlp-1]"] == "command: --epochs 10, was 20"
    assert _reasons(status)["compare"] == "needs train[cnn-1], which is stale"
    assert _states(pipeline("run", "-p", "epochs=10", "--json"))["train[cnn-1]"] == "succeeded"
    assert pipeline("status", "-p", "epochs=10").exit_status == 0
    assert pipeline("status").exit_status == 0


def test_reason_of_a_cell_compares_with_the_same_cell(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    text = "jobs: {t: {matrix: {m: [a, b], n: [1, 2]}, image: steps, cmd: [x, 'train ${m} ${n}']}}"
    _write(jobber_cli, text)
    pipeline("run")
    _write(jobber_cli, text.replace("train $", "Train $"))

    assert _reasons(pipeline("status", "--json")) == {
        f"t[{m}-{n}]": f"command: 'Train {m} {n}', was 'train {m} {n}'" for m in "ab" for n in "12"
    }


def test_reason_of_a_cell_whose_last_run_failed_compares_with_that_run(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine
) -> None:
    text = "jobs: {t: {matrix: {m: [a, b]}, image: steps, cmd: [x, '${m}']}}"
    _write(jobber_cli, text)
    pipeline("run")
    _write(jobber_cli, text.replace("[x", "[fail"))
    pipeline("run", "t[a]")
    _write(jobber_cli, text.replace("[x", "[fails"))

    assert _reasons(pipeline("status", "--json")) == {
        "t[a]": "command: fails, was fail",
        "t[b]": "command: fails, was x",
    }


def test_job_that_failed_with_the_same_content_has_failed(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(
        jobber_cli,
        """
        jobs:
          digits: {build: digits}
          p: {image: steps, cmd: prepare --seed 7, inputs: [digits], out: /out}
          t: {image: trainer, cmd: fail, inputs: [p]}
        """,
    )
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})
    pipeline("run", "p")

    assert _reasons(pipeline("status", "--json"))["t"] == "failed with exit status 3"
    assert _states(pipeline("status", "--json"))["t"] == "failed"


def test_old_parameter_moves_the_tag_back(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")
    old = jobber_engine.images.inspect(_reference("prepare:latest-run")).id
    pipeline("run", "-p", "seed=8")
    new = jobber_engine.images.inspect(_reference("prepare:latest-run")).id
    pipeline("run")

    assert old != new
    assert jobber_engine.images.inspect(_reference("prepare:latest-run")).id == old


def test_changed_input_is_the_reason(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    pipeline("run")
    (jobber_cli.directory / "digits" / "digits").write_text("3\n")

    reasons = _reasons(pipeline("status", "--json"))
    assert reasons["digits"] == "its context, Dockerfile, arguments or base image changed"
    assert reasons["prepare"] == "needs digits, which is stale"
    pipeline("run", "digits")
    assert _reasons(pipeline("status", "--json"))["prepare"] == "input digits: its layers differ"
    pipeline("run", "prepare")
    assert _reasons(pipeline("status", "--json"))["train[cnn-1]"] == "input prepare: out differs"
    assert _states(pipeline("run", "--json"))["compare"] == "succeeded"


def test_moved_image_of_a_context_gets_its_tag_again(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    pipeline("run", "digits")
    first = jobber_engine.images.inspect(_reference("digits:latest")).id
    (jobber_cli.directory / "digits" / "digits").write_text("3\n")
    pipeline("run", "digits")
    (jobber_cli.directory / "digits" / "digits").write_text("0 1 2\n")
    pipeline("run", "digits")

    assert jobber_engine.images.inspect(_reference("digits:latest")).id == first


def test_failed_job_ends_the_run_and_its_result_is_named(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(
        jobber_cli,
        """
        jobs:
          a: {image: steps, cmd: fail}
          b: {image: a, cmd: x}
          c: {image: b, cmd: x}
          d: {image: steps, cmd: x, inputs: []}
        """,
    )
    done = pipeline("run", "-j", "1", "--json")
    kept = pipeline("run", "-j", "1", "-k", "--json")

    assert (done.exit_status, kept.exit_status) == (1, 1)
    assert _states(done) == {"a": "failed", "d": "not run", "b": "not run", "c": "not run"}
    assert _reasons(done)["b"] == "needs a"
    assert _states(kept) == {"a": "failed", "d": "succeeded", "b": "not run", "c": "not run"}
    assert "a | oh no" in done.err
    assert _states(pipeline("status", "--json"))["a"] == "failed"
    assert _reasons(pipeline("status", "--json"))["a"] == "failed with exit status 3"
    assert "hint: open a shell in it: jobber run -ri none" in done.err


def test_job_that_cannot_start_has_failed(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, retries: 3}}")
    jobber_engine.fail("start", JobNotStarted(why="no such file", exit_status=127))

    assert (pipeline("run", "--json").exit_status, jobber_engine.journal.count("start")) == (1, 1)


def test_build_that_fails(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    (jobber_cli.directory / "digits" / "Dockerfile").write_text("FROM scratch\nCOPY nothing /data/\n")
    done = pipeline("run", "--json")

    assert done.exit_status == 1
    assert _states(done)["digits"] == "failed"
    assert _reasons(done)["prepare"] == "needs digits"


def test_job_is_retried_up_to_its_retries_after_an_engine_failure(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, retries: 2}}")
    jobber_engine.fail("create", EngineFailed("create the container", why="busy"), times=3)

    assert pipeline("run").exit_status == 125
    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}


def test_retry_attaches_to_the_job_that_was_started(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5, retries: 1}}")
    jobber_engine.faults.lose_output()
    done = pipeline("run", "--json")

    assert _states(done) == {"a": "succeeded"}
    assert jobber_engine.journal.count("create") == 1
    assert "attached to run" in done.err


def test_retry_removes_a_container_that_never_started(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5, retries: 1}}")
    jobber_engine.fail("start", EngineLost("start", why="gone"))

    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}
    assert jobber_engine.journal.count("create") == 2
    assert jobber_engine.containers.list(labels={}) == []


def _lose_job(pipeline: PipelineCall, engine: FakeEngine) -> None:
    """Run a pipeline that loses the connection to its only job, and let the job end."""
    engine.faults.lose_output()
    pipeline("run")
    engine.clock.advance(100)


def test_run_that_is_lost_is_found_by_the_next_pipeline(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}}")
    jobber_engine.faults.lose_output()
    lost = pipeline("run", "--json")
    running = pipeline("status", "--json")
    again = pipeline("run", "--json")

    assert (lost.exit_status, _states(lost)) == (125, {"a": "error"})
    assert _states(running) == {"a": "running"}
    assert (again.exit_status, _states(again)) == (0, {"a": "succeeded"})
    assert jobber_engine.journal.count("create") == 1
    assert jobber_engine.containers.list(labels={}) == []


def test_run_that_ended_meanwhile_is_finished_and_not_repeated(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}}")
    _lose_job(pipeline, jobber_engine)

    assert _states(pipeline("run", "--json")) == {"a": "fresh"}
    assert jobber_engine.journal.count("create") == 1
    assert jobber_engine.containers.list(labels={}) == []


def test_run_that_another_process_is_finishing_is_waited_for(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: a, cmd: x}}")
    _lose_job(pipeline, jobber_engine)
    jobber_engine.fail("claim-run", RunTaken("run", owner="host/boot/1/2"))
    done = pipeline("run", "--json")

    assert (done.exit_status, _states(done)) == (0, {"a": "succeeded", "b": "succeeded"})
    assert jobber_engine.journal.count("create") == 2
    assert jobber_engine.containers.list(labels={}) == []


def test_run_that_another_process_has_finished_meanwhile(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}}")
    _lose_job(pipeline, jobber_engine)
    jobber_engine.fail("claim-run", ContainerNotFound("gone"))

    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}


def test_first_interruption_starts_nothing_more(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: a, cmd: x}}")
    jobber_engine.interruptions.send("SIGINT", at=2)
    done = pipeline("run", "--json")

    assert (done.exit_status, _states(done)) == (130, {"a": "succeeded", "b": "not run"})
    assert "no more jobs are started" in done.err


def test_second_interruption_stops_the_jobs_and_keeps_their_results(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: a, cmd: x}}")
    jobber_engine.interruptions.send("SIGINT", at=2)
    jobber_engine.interruptions.send("SIGINT", at=3)
    done = pipeline("run", "--json")

    assert (done.exit_status, _states(done)) == (130, {"a": "interrupted", "b": "not run"})
    assert json.loads(done.out)["jobs"][0]["tags"]


def test_third_interruption_leaves_the_jobs(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: steps, cmd: sleep 9}}")
    for at in (2, 2, 2):
        jobber_engine.interruptions.send("SIGINT", at=at)
    done = pipeline("run", "--json")

    assert done.exit_status == 130
    assert "recover" in done.err


def test_colleague_with_the_same_registry_builds_and_runs_nothing(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    for name in ("steps", "trainer"):
        jobber_cli._engine.registry.push(
            _tagged(jobber_cli, name, f"{host}/{name}:latest"), credentials=None, progress=_silence()
        )
    assert pipeline("-r", host, "run").exit_status == 0
    other = FakeEngine(registry=jobber_registry)
    there = FakeCommandLine(other, home=jobber_cli.home, directory=jobber_cli.directory)
    status, ran = there("pipeline", "-r", host, "status", "--json"), there("pipeline", "-r", host, "run", "--json")

    assert set(_states(status).values()) == set(_states(ran).values()) == {"fresh"}
    assert not {"build", "create", "pull"} & {*other.journal}
    more = there("pipeline", "-r", host, "run", "-p", "epochs=5", "--json")
    assert _states(more)["train[cnn-1]"] == "succeeded"
    assert _states(more)["prepare"] == "fresh"
    assert "build" not in other.journal


def _tagged(cli: FakeCommandLine, name: str, reference: str) -> ImageReference:
    engine = cli._engine
    image = engine.images.inspect(_reference(f"{name}:latest"))
    engine.images.tag(image.id, reference=_reference(reference))
    return _reference(reference)


def _silence() -> Silence:
    return Silence()


def test_refused_push_keeps_the_result_and_goes_on(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    _write(jobber_cli, "jobs: {digits: {build: digits}, a: {image: steps, cmd: x}, b: {image: a, cmd: x}}")
    jobber_cli._engine.registry.push(
        _tagged(jobber_cli, "steps", f"{host}/steps:latest"), credentials=None, progress=_silence()
    )
    for name in ("digits", "a"):
        jobber_registry.refuse_pushes(f"{host}/{name}", why="denied")
    done = pipeline("-r", host, "run", "--json")

    assert done.exit_status == 125
    assert _states(done) == {"digits": "built", "a": "succeeded", "b": "succeeded"}
    assert "jobber push" in done.err


def test_images_that_are_missing_are_all_found_before_the_first_job(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: stepz, cmd: x}, b: {image: nothing, cmd: x}, c: {image: steps, cmd: x}}")
    done = pipeline("run")
    one = pipeline("run", "a")

    assert (done.exit_status, one.exit_status) == (125, 125)
    assert "a: there is no image stepz:latest" in done.err
    assert "b: there is no image nothing:latest" in done.err
    assert "create" not in jobber_engine.journal


def test_errors_for_missing_contexts_have_file_and_line(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {a: {build: nowhere}}\n")
    one = pipeline("status")
    (jobber_cli.directory / "empty").mkdir()
    _write(jobber_cli, "jobs:\n  a: {build: nowhere}\n  b: {build: empty}\n")
    both = pipeline("status")

    assert (one.exit_status, both.exit_status) == (2, 2)
    assert f"jobber-pipeline.yml:1: a: build context {jobber_cli.directory}/nowhere does not exist\nhint: " in one.err
    assert f"jobber-pipeline.yml:2: a: build context {jobber_cli.directory}/nowhere does not exist" in both.err
    assert f"jobber-pipeline.yml:3: b: {jobber_cli.directory}/empty/Dockerfile does not exist" in both.err


def test_misspelled_job_is_suggested_beside_other_missing_images(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine
) -> None:
    _write(jobber_cli, "jobs: {prepare: {image: nothing, cmd: x}, b: {image: prepair, cmd: x}}")

    assert "hint: did you mean prepare?" in pipeline("run").err


def test_misspelled_job_is_suggested(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {prepare: {image: steps, cmd: x}, b: {image: prepair, cmd: x}}")

    assert "hint: did you mean prepare?" in pipeline("run").err


def test_all_errors_are_reported_together_and_no_job_starts(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs:\n  a: {imag: steps}\n  b: {image: steps, cmd: '${x}'}\n")
    done = pipeline("run")

    assert done.exit_status == 2
    assert done.err.count("error: ") == 3
    assert "jobber-pipeline.yml:2: unknown setting 'imag'\nhint: did you mean image?" in done.err
    assert jobber_engine.journal.count("list-images") == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("run", "trian"), "trian: unknown job"),
        (("run", "-p", "x"), "-p 'x' is not NAME=VALUE"),
        (("run", "-p", "x=1"), "-p x: unknown parameter"),
        (("run", "-j", "0"), "--jobs 0"),
        (("status", "-k"), "--keep-going is not an option of `jobber pipeline status`"),
        (("run", "--format", "dot"), "--format is not an option of `jobber pipeline run`"),
        (("run", "-f", "missing.yml"), "missing.yml can't be read"),
    ],
)
def test_wrong_words(pipeline: PipelineCall, words: tuple[str, ...], expected: str) -> None:
    done = pipeline(*words)

    assert done.exit_status in (2, 125)
    assert expected in done.err


def test_no_file(jobber_cli: FakeCommandLine) -> None:
    done = jobber_cli("pipeline", "run")

    assert done.exit_status == 2
    assert "there is no jobber-pipeline.yml" in done.err


def test_file_is_found_in_a_directory_above(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    assert pipeline("run", "digits").exit_status == 0
    assert jobber_cli("pipeline", "status", "digits", directory=Path("digits")).exit_status == 0


def test_schema_is_printed(pipeline: PipelineCall) -> None:
    assert json.loads(pipeline("schema").out)["title"] == "jobber-pipeline.yml"


def test_dry_run_changes_nothing(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    done = pipeline("run", "-n")

    assert done.exit_status == 0
    assert "digits        stale  never built" in done.out
    assert not {"build", "create", "tag", "pull"} & {*jobber_engine.journal[2:]}


def test_parameters_may_be_in_a_file(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    (jobber_cli.directory / "params.yml").write_text("seed: 9\n")
    _write(jobber_cli, "params: params.yml\njobs: {a: {image: steps, cmd: 'x ${seed}'}}")
    assert pipeline("run").exit_status == 0
    (jobber_cli.directory / "params.yml").unlink()
    assert "there is no file" in pipeline("run").err


def test_only_and_from_take_the_others_as_they_are(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    assert "has no result to use" in pipeline("run", "--only", "compare").err
    assert "has no result to use" in pipeline("run", "--only", "prepare").err
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})

    assert _states(pipeline("run", "--only", "train[cnn-1]", "--json")) == {"train[cnn-1]": "fresh"}
    assert _states(pipeline("run", "--only", "prepare", "--force", "prepare", "--json")) == {
        "digits": "fresh",
        "prepare": "succeeded",
    }
    assert set(_states(pipeline("run", "--from", "train", "--json")).values()) == {"fresh"}


def test_force_runs_a_fresh_job(pipeline: PipelineCall) -> None:
    pipeline("run")
    done = pipeline("run", "--force", "prepare", "--json")

    assert _states(done)["prepare"] == "succeeded"
    assert _states(done)["compare"] == "reused"
    assert set(_states(pipeline("run", "--no-reuse", "--json")).values()) == {"built", "succeeded"}


def test_job_with_a_mount_is_always_stale(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    text = "jobs: {{a: {{image: steps, cmd: x, Xdocker: -v /x:/y{}}}, b: {{image: a, cmd: x}}}}"
    _write(jobber_cli, text.format(""))
    pipeline("run")
    status = pipeline("status", "--json")
    again = pipeline("run", "--json")
    _write(jobber_cli, text.format(", assume-fresh: true"))

    assert (_reasons(status)["a"] or "").startswith("always: the content mounted at /y may have changed")
    assert _states(again)["a"] == "succeeded"
    assert set(_states(pipeline("status", "--json")).values()) == {"fresh"}


def test_job_without_a_result_is_always_stale(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, result-image: none}}")
    pipeline("run")

    assert _reasons(pipeline("status", "--json")) == {"a": "its result is not kept"}


def test_eight_jobs_share_two_gpus(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.store.gpus = 2
    _write(
        jobber_cli,
        "jobs: {a: {image: steps, cmd: 'x ${n}', matrix: {n: [1, 2, 3, 4, 5, 6, 7, 8]}, needs: {gpus: 1}}}",
    )
    done = pipeline("run", "--json")
    words = {
        json.loads(it.labels[Label.RUN])["docker-args"][1] for it in jobber_engine.images.list(labels={Label.RUN: None})
    }

    assert done.exit_status == 0
    assert words == {'"device=0"', '"device=1"'}
    assert pipeline("status").exit_status == 0


def test_needs_that_nothing_can_meet_are_an_error(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    for needs, why in (
        ("gpus: 1", "needs 1 GPUs, and the engine has 0"),
        ("cpus: 5", "needs 5 CPUs, and the engine has 4"),
        ("memory: 17g", "needs 17408 MiB of memory"),
    ):
        _write(jobber_cli, f"jobs: {{a: {{image: steps, cmd: x, needs: {{{needs}}}}}}}")
        assert why in pipeline("run").err


def test_other_placement_is_the_same_run(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, Xdocker: '--memory 1g --name abc -e A=1'}}")
    pipeline("run")
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, Xdocker: '--memory 2g -e A=1'}}")
    assert pipeline("status").exit_status == 0
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x, Xdocker: '-e A=2'}}")

    assert _reasons(pipeline("status", "--json")) == {"a": "options: --env A=2, was A=1"}


def test_renamed_job_is_fresh_and_gets_its_tags(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    pipeline("run")
    _write(jobber_cli, "jobs: {b: {image: steps, cmd: x}}")
    done = pipeline("run", "--json")

    assert _states(done) == {"b": "fresh"}
    assert "b:latest-run" in json.loads(done.out)["jobs"][0]["tags"]


def test_build_with_an_unknown_base_runs_each_time(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    (jobber_cli.directory / "digits" / "Dockerfile").write_text("FROM nothing\nCOPY digits /data/\n")

    assert _reasons(pipeline("status", "digits", "--json")) == {
        "digits": "a base image is unknown to the engine and its registry"
    }


def test_images_by_id_and_in_registries(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, jobber_registry: FakeRegistry
) -> None:
    id_ = jobber_engine.images.inspect(_reference("steps:latest")).id
    remote = f"{jobber_registry.host}/steps:1"
    jobber_engine.registry.push(_tagged(jobber_cli, "steps", remote), credentials=None, progress=_silence())
    _write(
        jobber_cli,
        f"jobs: {{a: {{image: '{id_}', cmd: x}}, b: {{image: '{remote}', cmd: x, inputs: ['{remote},src=/bin']}}}}",
    )
    assert pipeline("run").exit_status == 0
    jobber_engine.images.remove(_reference(remote))
    assert pipeline("status").exit_status == 0
    (jobber_cli.directory / "jobber-config.yml").write_text("pull: missing\n")
    assert pipeline("status").exit_status == 0
    (jobber_cli.directory / "jobber-config.yml").write_text("pull: never\n")

    assert "there is no image" in pipeline("status").err


def test_verbose_shows_steps_and_builds(pipeline: PipelineCall) -> None:
    done = pipeline("run", "-v")

    assert done.exit_status == 0
    assert "prepare: saving the result image" in done.err


def test_running_jobs_are_stopped_also_before_their_containers_exist(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: steps, cmd: sleep 9}}")
    jobber_engine.interruptions.send("SIGINT", at=2)
    jobber_engine.interruptions.send("SIGINT", at=3)

    assert _states(pipeline("run", "--json")) == {"a": "interrupted", "b": "interrupted"}


def test_signal_for_the_job_reaches_it(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}}")
    jobber_engine.interruptions.send("SIGUSR1", at=2)
    pipeline("run")

    assert [call.subject for call in jobber_engine.calls if call.name == "signal"] == ["SIGUSR1"]


def test_result_that_is_removed_meanwhile_is_made_again(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")

    def steps(job: Job) -> int:
        if "prepare" in job.argv:
            for image in jobber_engine.images.list(labels={Label.RUN: None}):
                if any(tag.startswith("train:") for tag in image.references):
                    jobber_engine.images.remove(image.id)
        return _steps(job)

    jobber_engine.image("steps", run=steps, files={"/comment": "changed"})
    states = _states(pipeline("run", "--json"))

    assert states["train[cnn-1]"] == "succeeded"
    assert states["compare"] == "reused"


def test_content_known_in_the_registry_is_pulled(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    _pushed(jobber_cli, host)
    pipeline("-r", host, "run")
    other = FakeEngine(registry=jobber_registry)
    changed = f"{host}/steps:latest"
    other.image(changed, run=_steps, files={"/comment": "changed"})
    other.registry.push(_reference(changed), credentials=None, progress=_silence())
    there = FakeCommandLine(other, home=jobber_cli.home, directory=jobber_cli.directory)
    states = _states(there("pipeline", "-r", host, "run", "--json"))

    assert states == {
        "digits": "fresh",
        "prepare": "succeeded",
        "train[cnn-1]": "reused",
        "train[cnn-2]": "reused",
        "train[mlp-1]": "reused",
        "compare": "reused",
    }
    third = FakeEngine(registry=jobber_registry)
    last = FakeCommandLine(third, home=jobber_cli.home, directory=jobber_cli.directory)
    assert set(_states(last("pipeline", "-r", host, "status", "--json")).values()) == {"fresh"}


def _pushed(cli: FakeCommandLine, host: str) -> None:
    for name in ("steps", "trainer"):
        cli._engine.registry.push(_tagged(cli, name, f"{host}/{name}:latest"), credentials=None, progress=_silence())


def test_result_in_the_registry_with_the_same_content_counts_for_the_status(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    _pushed(jobber_cli, host)
    pipeline("-r", host, "run")
    other = FakeEngine(registry=jobber_registry)
    changed = f"{host}/steps:latest"
    other.image(changed, run=_steps, files={"/comment": "changed"})
    other.registry.push(_reference(changed), credentials=None, progress=_silence())
    there = FakeCommandLine(other, home=jobber_cli.home, directory=jobber_cli.directory)
    there("pipeline", "-r", host, "run", "prepare")
    reasons = _reasons(there("pipeline", "-r", host, "status", "--json"))

    assert (reasons["train[cnn-1]"] or "").startswith(f"in the registry: {host}/train:key-")


def test_registry_that_does_not_answer_is_no_cache(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    (jobber_cli.directory / "jobber-config.yml").write_text(f"default-registry: {host}\npull: missing\n")
    _tagged(jobber_cli, "steps", f"{host}/steps:latest")
    jobber_registry.disconnect(host)
    done = pipeline("run", "--json")

    assert _states(done) == {"a": "succeeded"}
    assert done.exit_status == 125


def test_key_that_cannot_be_shared_is_an_error(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry, jobber_engine: FakeEngine
) -> None:
    host = jobber_registry.host
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}, b: {image: trainer, cmd: x, inputs: ['a,src=/bin']}}")
    _pushed(jobber_cli, host)
    pipeline("-r", host, "run")
    jobber_engine.image(f"{host}/steps:latest", run=_steps, configuration=None, files={"/comment": "changed"})
    jobber_engine.registry.push(_reference(f"{host}/steps:latest"), credentials=None, progress=_silence())
    jobber_registry.refuse_pushes(f"{host}/b", why="denied")
    done = pipeline("-r", host, "run", "--json")

    assert done.exit_status == 125
    assert _states(done)["b"] == "succeeded"


def test_no_push_shares_nothing(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    _pushed(jobber_cli, host)
    (jobber_cli.directory / "jobber-config.yml").write_text("push: false\n")
    pipeline("-r", host, "run")

    assert jobber_registry.tags(f"{host}/train") == ()


def test_image_with_another_configuration_is_another_code(pipeline: PipelineCall, jobber_engine: FakeEngine) -> None:
    pipeline("run")
    before = jobber_engine.images.inspect(_reference("steps:latest"))
    changed = replace(before.configuration, environment=("A=1",))
    jobber_engine.image("steps", base=before.id, configuration=changed)

    assert _reasons(pipeline("status", "--json"))["prepare"] == "image steps: its configuration differs"


def test_others_runs_on_the_engine_are_left_alone(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.faults.lose_output()
    assert jobber_cli("run", "steps", "sleep", "5").exit_status == 125
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")

    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}
    assert len(jobber_engine.containers.list(labels={})) == 1


def test_container_that_never_started_is_replaced(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    jobber_engine.fail("start", EngineLost("start", why="gone"))

    assert _states(pipeline("run", "--json")) == {"a": "error"}
    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}
    assert jobber_engine.containers.list(labels={}) == []


def test_run_that_another_process_finishes_is_run_again(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}, b: {image: steps, cmd: x}}")
    jobber_engine.faults.lose_output()
    pipeline("run", "a")

    def other(_job: Job) -> int:
        for container in jobber_engine.containers.list(labels={Label.RUN: None}):
            if container.exit_status is None and "sleep" in container.labels[Label.RUN]:
                jobber_engine.containers.remove(container.id)
        return 0

    jobber_engine.image("other", run=other)
    _write(jobber_cli, "jobs: {b: {image: other, cmd: x}, a: {image: steps, cmd: sleep 5}}")

    assert _states(pipeline("run", "-j", "1", "--json")) == {"b": "succeeded", "a": "succeeded"}


def test_image_that_disappears_before_it_is_used(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, jobber_registry: FakeRegistry
) -> None:
    remote = f"{jobber_registry.host}/steps:1"
    jobber_engine.registry.push(_tagged(jobber_cli, "steps", remote), credentials=None, progress=_silence())
    _write(jobber_cli, f"jobs: {{a: {{image: '{remote}', cmd: x}}, b: {{image: '{remote}', cmd: y}}}}")
    jobber_engine.fail("pull", PullRefused(remote, why="too many requests"), times=2)
    done = pipeline("run")

    assert done.exit_status == 125
    assert "images of 2 jobs are missing" in done.err


def test_earlier_result_that_disappears_is_no_reason_to_fail(
    pipeline: PipelineCall, jobber_engine: FakeEngine, jobber_cli: FakeCommandLine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    pipeline("run")
    jobber_engine.image("steps", run=_steps, files={"/comment": "changed"})
    jobber_engine.faults.fail("inspect", ImageNotFound("gone"), spared=1)

    assert _reasons(pipeline("status", "--json")) == {"a": "image steps: layer 1 of 1 differs"}


def test_results_of_plain_runs_are_no_results_of_jobs(pipeline: PipelineCall, jobber_cli: FakeCommandLine) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    assert jobber_cli("run", "-t", "a", "steps", "x").exit_status == 0

    assert (_reasons(pipeline("status", "--json"))["a"] or "").startswith("its earlier result is not one of a pipeline")


def test_container_that_another_process_is_about_to_start_is_left_alone(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: x}}")
    monkeypatch.setattr(EnvironmentUnderTest, "owner", lambda _: current_owner())
    jobber_engine.fail("start", EngineLost("start", why="gone"))

    assert _states(pipeline("run", "--json")) == {"a": "error"}
    assert _states(pipeline("run", "--json")) == {"a": "succeeded"}
    assert len(jobber_engine.containers.list(labels={})) == 1


def test_reused_result_that_cannot_be_pushed_is_an_error(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry, jobber_engine: FakeEngine
) -> None:
    host = jobber_registry.host
    _pushed(jobber_cli, host)
    pipeline("-r", host, "run")
    jobber_engine.image(f"{host}/steps:latest", run=_steps, files={"/comment": "changed"})
    jobber_engine.registry.push(_reference(f"{host}/steps:latest"), credentials=None, progress=_silence())
    jobber_registry.refuse_pushes(f"{host}/train", why="denied")
    done = pipeline("-r", host, "run", "--json")

    assert (done.exit_status, _states(done)["train[cnn-1]"]) == (125, "reused")
    assert "jobber push" in done.err


def test_run_that_cannot_be_finished_at_first_is_tried_again_by_its_job(
    pipeline: PipelineCall, jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    _write(jobber_cli, "jobs: {a: {image: steps, cmd: sleep 5}}")
    _lose_job(pipeline, jobber_engine)
    jobber_engine.fail("commit", EngineFailed("commit the container", why="busy"))
    done = pipeline("run", "--json")

    assert (done.exit_status, _states(done)) == (0, {"a": "succeeded"})
    assert "can't be finished now: the engine could not commit the container: busy" in done.err
    assert jobber_engine.journal.count("create") == 1
    assert jobber_engine.containers.list(labels={}) == []
