"""Variables that the engine's own client would give a container."""

from __future__ import annotations

import json

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeConsole, FakeEngine, fake_runner

SECRET = "http://me:geheim@proxy:3128"


def saying_proxies(job: object) -> None:
    environment = job.environment  # type: ignore[attr-defined]
    job.say(json.dumps({name: environment[name] for name in sorted(environment) if "proxy" in name.lower()}))  # type: ignore[attr-defined]


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("job", run=saying_proxies)
    made.containers.client_environment = {"HTTP_PROXY": SECRET, "http_proxy": SECRET}
    return made


def ran(engine: FakeEngine, *environment: tuple[str, str | None]) -> dict[str, str]:
    console = FakeConsole()
    result = fake_runner(engine, console=console).run(RunRequest("job", ContainerOptions(environment=environment)))
    assert result.image is not None
    image = engine.images.inspect(result.image)
    assert "geheim" not in f"{image.configuration} {image.labels}"
    assert json.loads(image.labels[Label.RUN])["docker-args"] == []
    said: dict[str, str] = json.loads(console.stdout)
    return said


def test_the_job_has_them_and_the_result_and_its_record_have_not(engine: FakeEngine) -> None:
    assert ran(engine) == {"HTTP_PROXY": SECRET, "http_proxy": SECRET}


def test_what_is_given_by_name_wins(engine: FakeEngine) -> None:
    assert ran(engine, ("HTTP_PROXY", "mine")) == {"HTTP_PROXY": "mine", "http_proxy": SECRET}


def test_what_is_unset_by_name_stays_unset(engine: FakeEngine) -> None:
    assert ran(engine, ("HTTP_PROXY", None)) == {"http_proxy": SECRET}
