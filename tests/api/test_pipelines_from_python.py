"""Pipelines from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import jobber
from jobber.domain.errors import UsageError
from jobber.testing import FakeEngine, Job


def _step(job: Job) -> int:
    job.say(f"step {job.argv[1]}\n")
    job.files.write("/out/x", job.argv[1].encode())
    return 3 if "fail" in job.argv else 0


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    (tmp_path / "digits" / "x").write_text("1")
    made = FakeEngine()
    made.image("steps", run=_step)
    return made


def _pipeline(engine: FakeEngine, *words: str) -> jobber.Pipeline:
    return (
        jobber.Pipeline(params={"epochs": 5, "fast": True}, engine=engine)
        .job("digits", build="digits")
        .job("train", image="steps", cmd=["${model}", "${epochs}", "${fast}", *words], inputs="digits", out="/out",
             matrix={"model": ["cnn", "mlp"]}, retries=1)
        .job("compare", image="steps", cmd="compare", inputs=["train[*],dest=/runs"])
    )  # fmt: skip


def test_pipeline_is_built_and_run_in_code(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline = _pipeline(engine)
    first = {job.name: (job.state, job.why) for job in pipeline.plan()}
    done = pipeline.run(check=True)

    assert first["digits"] == ("stale", "never built")
    assert {name: job.state for name, job in done.items()} == {
        "digits": "built",
        "train[cnn]": "succeeded",
        "train[mlp]": "succeeded",
        "compare": "succeeded",
    }
    assert "train[cnn] | step cnn\n" in capsys.readouterr().out
    assert {job.state for job in pipeline.plan()} == {"fresh"}
    image = done["train[mlp]"].image
    assert image is not None
    assert "train:mlp.latest-run" in image.tags
    assert pipeline.plan("compare")[0].needs == ("train[cnn]", "train[mlp]")


def test_pipeline_of_a_file(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "jobber-pipeline.yml").write_text("params: {n: 1}\njobs: {a: {image: steps, cmd: 'x ${n}'}}\n")
    pipeline = jobber.pipeline(engine=engine, params={"n": 2})

    assert pipeline.run(quiet=True)["a"].succeeded
    assert jobber.pipeline(tmp_path / "jobber-pipeline.yml", engine=engine).plan()[0].why == "command: 1, was 2"


def test_check_raises_for_a_failed_job(engine: FakeEngine) -> None:
    with pytest.raises(jobber.PipelineFailed, match=r"job train\[cnn\] failed: failed with exit status 3 and 2 others"):
        _pipeline(engine, "fail").run(check=True, quiet=True, jobs=1)


def test_wrong_pipelines_are_usage_errors(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown setting 'comand'"):
        jobber.Pipeline(engine=engine).job("a", image="b", comand="x").plan()
    with pytest.raises(UsageError, match="there is a job a already"):
        jobber.Pipeline().job("a", image="b").job("a", image="b")
    with pytest.raises(UsageError, match="gets no jobs in code"):
        jobber.pipeline("x").job("a", image="b")
    with pytest.raises(UsageError, match="a setting must be a string"):
        jobber.Pipeline(engine=engine).job("a", image="b", needs={"gpus": object()}).plan()
    with pytest.raises(UsageError, match="zzz: unknown job"):
        _pipeline(engine).plan("zzz")
    with pytest.raises(jobber.JobberError, match="can't be read"):
        jobber.pipeline(tmp_path / "none.yml", engine=engine).plan()
