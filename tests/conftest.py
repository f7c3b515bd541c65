"""Where the engines of the tests are: started by `make test`, or named by hand in the same variables."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

for _number, _default in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGTERM, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    if signal.getsignal(_number) == signal.SIG_IGN:  # as in the background of a shell, and under nohup
        signal.signal(_number, _default)

# A machine under load is no defect. Where everything is required, as in CI, the examples are the same each time, so
# that what fails there fails here; developers of the project look for new ones.
settings.register_profile("jobber", deadline=None, derandomize="JOBBER_TEST_REQUIRE" in os.environ)
settings.load_profile("jobber")


def _address(engine: str) -> str:
    address = os.environ.get(f"JOBBER_TEST_{engine.upper()}")
    if address:
        return address
    if engine in os.environ.get("JOBBER_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{engine} is required, and JOBBER_TEST_{engine.upper()} names none")
    pytest.skip(f"no {engine}: `make test` starts one, or name it in JOBBER_TEST_{engine.upper()}")


@pytest.fixture(scope="session")
def docker_engine_address() -> str:
    return _address("docker")


@pytest.fixture(scope="session")
def podman_engine_address() -> str:
    return _address("podman")


@pytest.fixture(
    params=[
        pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.xdist_group("docker")]),
        pytest.param("podman", marks=[pytest.mark.podman, pytest.mark.xdist_group("podman")]),
    ]
)
def engine_address(request: pytest.FixtureRequest) -> str:
    return _address(request.param)


@pytest.fixture(scope="session")
def registry_host() -> str | None:
    return os.environ.get("JOBBER_TEST_REGISTRY")
