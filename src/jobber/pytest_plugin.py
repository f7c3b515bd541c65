"""pytest fixtures for test suites that use jobber; jobber is loaded when a test requests a fixture.

With `--jobber-engine=docker` or `=podman`, the same tests run on a real engine.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from jobber.testing import FakeClock, FakeCommandLine, FakeEngine, FakeRegistry

_FAKES = ("fake", "fake-podman")
EngineChoice = Literal["fake", "fake-podman", "docker", "podman"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select an engine and a registry."""
    group = parser.getgroup("jobber")
    group.addoption(
        "--jobber-engine",
        choices=(*_FAKES, "docker", "podman"),
        default="fake",
        help="engine of the fixture jobber_engine (default: fake); a real one is found as `jobber` finds it",
    )
    group.addoption("--jobber-host", metavar="HOST", help="address of the real engine, as for `jobber --host`")
    group.addoption(
        "--jobber-registry", metavar="HOST:PORT", help="open registry of the fixture jobber_registry on a real engine"
    )


class _OnlyOnTheFake:
    """A wrapper of a real object that skips tests that use features of the fake alone."""

    def __init__(self, real: object, what: str) -> None:
        self._real = real
        self._what = what

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._real, name)
        except AttributeError:
            return _skip(f"only the fake {self._what} has `{name}`")


@pytest.fixture
def jobber_clock(request: pytest.FixtureRequest) -> FakeClock:
    """Provide the clock of `jobber_engine`: it advances when a job sleeps or when a test advances it."""
    from jobber.testing import FakeClock

    if _choice(request) in _FAKES:
        return FakeClock()
    from jobber.adapters.host.clock import SystemClock

    clock: Any = _OnlyOnTheFake(SystemClock(), "clock")
    return clock  # type: ignore[no-any-return]


@pytest.fixture
def jobber_registry(request: pytest.FixtureRequest) -> FakeRegistry:
    """Provide the registry of `jobber_engine`; its name is `jobber_registry.host`."""
    from jobber.testing import FakeRegistry

    if _choice(request) in _FAKES:
        return FakeRegistry()
    from jobber.testing.real_registry import RealRegistry

    host = request.config.getoption("--jobber-registry")
    if not host:
        _skip("on a real engine, --jobber-registry=HOST:PORT names a registry")
    registry: Any = _OnlyOnTheFake(RealRegistry(host), "registry")
    return registry  # type: ignore[no-any-return]


@pytest.fixture
def jobber_engine(request: pytest.FixtureRequest) -> Iterator[FakeEngine]:
    """Provide an engine for this test, which `jobber.run`, `jobber.build` and `jobber_cli` use as well.

    Images that a test creates on a real engine are removed after the test.
    """
    from jobber.testing import FakeEngine, using

    choice = _choice(request)
    if choice in _FAKES:
        clock, registry = request.getfixturevalue("jobber_clock"), request.getfixturevalue("jobber_registry")
        engine = FakeEngine(
            flavour="podman" if choice == "fake-podman" else "docker",
            version="4.3.1" if choice == "fake-podman" else "28.0",
            clock=clock,
            registry=registry,
        )
        with using(engine):
            yield engine
        return
    real = _real_engine(choice, request.config.getoption("--jobber-host"))
    with _turn(real.describe().address), using(real):
        yield real
        real.tidy()


@pytest.fixture
def jobber_cli(jobber_engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory) -> FakeCommandLine:
    """Provide the complete `jobber` command in this process, on `jobber_engine`, with its own home and directory."""
    from jobber.testing import FakeCommandLine

    place = tmp_path_factory.mktemp("jobber")
    home, directory = _created(place / "home"), _created(place / "work")
    return FakeCommandLine(jobber_engine, home=home, directory=directory)


@contextmanager
def _turn(address: str) -> Iterator[None]:
    """Hold a lock on an engine, for one pytest-xdist worker at a time: tests share the engine's names."""
    import fcntl

    place = Path(gettempdir(), f"jobber-tests-{os.getuid()}-{sha256(address.encode()).hexdigest()[:12]}.lock")
    with os.fdopen(os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _choice(request: pytest.FixtureRequest) -> EngineChoice:
    choice: EngineChoice = request.config.getoption("--jobber-engine")
    return choice


def _created(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _real_engine(choice: str, host: str | None) -> Any:
    from jobber.adapters.discovery.connect import connect
    from jobber.domain.errors import EngineUnavailable
    from jobber.domain.ports.progress import Silence
    from jobber.testing.real import NeedsContext, RealEngine

    class RealEngineOfTests(RealEngine):
        """A real engine that skips tests that need the fake engine."""

        def image(self, name: str, **settings: Any) -> Any:
            """Build an image and tag it; skip the test if the image needs the fake engine."""
            try:
                return super().image(name, **settings)
            except NeedsContext as error:
                return _skip(error.what)

        def __getattr__(self, name: str) -> Any:
            return _skip(f"only the fake engine has `{name}`")

    try:
        engine = connect(host=host, choice=choice, environment=os.environ, progress=Silence())
    except EngineUnavailable as error:
        pytest.fail(str(error), pytrace=False)
    return RealEngineOfTests(engine)


def _skip(why: str) -> NoReturn:
    pytest.skip(why)
