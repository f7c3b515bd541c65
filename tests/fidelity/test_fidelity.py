"""The fake held against a real engine: whatever is done to both, they answer alike.

`JOBBER_FIDELITY_STEPS` is how many steps are tried; `make fidelity STEPS=2000` tries that many, new ones each time.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Literal, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import EngineMachine
from twins import LIST_SCRIPT, Twins, list_program

from jobber.adapters.discovery.connect import connect
from jobber.adapters.host.clock import SystemClock
from jobber.domain.errors import ImageNotFound
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine, FakeProgress
from jobber.testing.contract import JOB_SCRIPT, World, job_program

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.ports import Engine

_BASE = parse_reference("jobber-test-base:fidelity")
_DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY job list /bin/
"""
_STEPS_OF_A_SEQUENCE = 20
_FEW = 40
_FEWEST_SEQUENCES = 2


@pytest.mark.timeout(7200)
def test_fake_answers_as_the_engine_does(engine_address: str, registry_host: str | None, tmp_path: Path) -> None:
    asked = os.environ.get("JOBBER_FIDELITY_STEPS")
    wanted = int(asked or _FEW)
    engine = connect(host=engine_address, choice="auto", environment={}, progress=FakeProgress())
    _make_base(engine, tmp_path)

    class Machine(EngineMachine):
        pass

    Machine.registry_host = registry_host
    Machine.make_twins = staticmethod(lambda: _twins(engine))
    while wanted > Machine.steps:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=max(_FEWEST_SEQUENCES, (wanted - Machine.steps) // _STEPS_OF_A_SEQUENCE),
                stateful_step_count=_STEPS_OF_A_SEQUENCE,
                deadline=None,
                database=None,
                derandomize=not asked,
                phases=(Phase.generate,),  # to shrink a sequence takes an engine an hour
                suppress_health_check=list(HealthCheck),
            ),
        )
    engine.close()

    assert Machine.steps >= wanted


def _twins(engine: Engine) -> Twins:
    real = World(engine, SystemClock(), _BASE)
    return Twins(_fake_like(engine), real, prefix=real.name().name)


def _fake_like(engine: Engine) -> World:
    described = engine.describe()
    flavour = cast("Literal['docker', 'podman']", described.name)
    fake = FakeEngine(flavour=flavour, version=described.version)
    fake.image(str(_BASE), programs={"/bin/job": job_program, "/bin/list": list_program})
    return World(fake, fake.clock, _BASE)


def _make_base(engine: Engine, folder: Path) -> None:
    try:
        engine.images.inspect(_BASE)
    except ImageNotFound:
        busybox = shutil.which("busybox")
        assert busybox, "busybox-static is not installed"
        shutil.copy(busybox, folder / "busybox")
        for name, script in (("job", JOB_SCRIPT), ("list", LIST_SCRIPT)):
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        (folder / "Dockerfile").write_text(_DOCKERFILE)
        request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile")
        engine.images.tag(engine.builder.build(request, progress=FakeProgress()), reference=_BASE)
