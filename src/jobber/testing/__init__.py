"""The test kit: an engine, a registry and a clock in memory, and the environment of commands.

This package loads neither docker nor podman nor pytest. The fixtures are in `jobber.pytest_plugin`, the engine contract
in `jobber.testing.contract`.
"""

from jobber.adapters.fake.clock import FakeClock
from jobber.adapters.fake.engine import FakeEngine
from jobber.adapters.fake.faults import Faults, Phase
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.jobs.interruptions import FakeInterruptions
from jobber.adapters.fake.jobs.job import Job, Program
from jobber.adapters.fake.registry import FakeRegistry
from jobber.adapters.fake.remote_images import FakeRemoteImages
from jobber.adapters.fake.store import Call
from jobber.domain.images.image import ImageConfiguration
from jobber.testing.command_line import FakeCommandLine, using
from jobber.testing.completed import Completed
from jobber.testing.engine import EngineUnderTest
from jobber.testing.environment import (
    FakeConsole,
    FakeKeyring,
    FakeProgress,
    FakeSourceTree,
    fake_run_finisher,
    fake_runner,
)
from jobber.testing.real import RealEngine

__all__ = [
    "Call",
    "Completed",
    "EngineUnderTest",
    "FakeClock",
    "FakeCommandLine",
    "FakeConsole",
    "FakeEngine",
    "FakeInterruptions",
    "FakeKeyring",
    "FakeProgress",
    "FakeRegistry",
    "FakeRemoteImages",
    "FakeSourceTree",
    "Faults",
    "Files",
    "ImageConfiguration",
    "Job",
    "Phase",
    "Program",
    "RealEngine",
    "fake_run_finisher",
    "fake_runner",
    "using",
]
