"""Variables that a run adds, where the engine can't take them away from its result, and where it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeProgress, Job, fake_runner

if TYPE_CHECKING:
    from jobber.adapters.fake.flavour import IdStore
    from jobber.domain.images.reference import ImageId

SEEN: list[dict[str, str]] = []
_ADDS = ContainerOptions(environment=(("CUDA_VISIBLE_DEVICES", "0"), ("A", "2")))


def _look(job: Job) -> int:
    SEEN.append({name: value for name, value in job.environment.items() if name != "HOSTNAME"})
    return 0


def _engine(id_store: IdStore) -> FakeEngine:
    engine = FakeEngine(version="28.5", id_store=id_store)
    configuration = ImageConfiguration(command=("/look",), environment=("A=1", "B="))
    engine.image("look", programs={"/look": _look}, configuration=configuration)
    return engine


def _run(
    engine: FakeEngine, image: str, options: ContainerOptions | None = None, progress: FakeProgress | None = None
) -> tuple[ImageId, dict[str, str]]:
    made = fake_runner(engine, progress=progress or FakeProgress()).run(
        RunRequest(image, options or ContainerOptions())
    )
    assert made.image is not None
    return made.image, SEEN[-1]


@pytest.mark.parametrize("id_store", ["config", "manifest"])
def test_run_of_a_result_has_the_environment_of_a_run_of_its_code(id_store: IdStore) -> None:
    engine = _engine(id_store)
    _, expected = _run(engine, "look")
    result, added = _run(engine, "look", _ADDS)
    result_of_result, seen = _run(engine, result)
    _, seen_again = _run(engine, result_of_result)

    assert added == {**expected, "CUDA_VISIBLE_DEVICES": "0", "A": "2"}
    assert seen == seen_again == expected
    assert expected["B"] == ""


def test_options_of_a_run_win_over_what_is_blank() -> None:
    engine = _engine("manifest")
    result, _ = _run(engine, "look", _ADDS)
    _, seen = _run(engine, result, _ADDS)

    assert seen["CUDA_VISIBLE_DEVICES"] == "0"


@pytest.mark.parametrize(
    ("id_store", "options", "expected"),
    [
        ("manifest", _ADDS, [("variables-left-blank", {"names": "CUDA_VISIBLE_DEVICES"})]),
        ("manifest", ContainerOptions(environment=(("A", "2"),)), []),
        ("config", _ADDS, []),
    ],
)
def test_what_is_left_blank_is_told(
    id_store: IdStore, options: ContainerOptions, expected: list[tuple[str, dict[str, str]]]
) -> None:
    progress = FakeProgress()
    _run(_engine(id_store), "look", options, progress)

    assert progress.warnings == expected
