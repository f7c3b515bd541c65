"""What other people's test suites use: an engine, a registry and a clock in memory, and all that stands around."""

from jobber.adapters.fake.clock import FakeClock
from jobber.adapters.fake.engine import FakeEngine
from jobber.adapters.fake.job import Job
from jobber.adapters.fake.registry import FakeRegistry
from jobber.testing.surroundings import (
    FakeConsole,
    FakeInterruptions,
    FakeKeyring,
    FakeProgress,
    FakeSourceTree,
    fake_adoption,
    fake_runner,
)

__all__ = [
    "FakeClock",
    "FakeConsole",
    "FakeEngine",
    "FakeInterruptions",
    "FakeKeyring",
    "FakeProgress",
    "FakeRegistry",
    "FakeSourceTree",
    "Job",
    "fake_adoption",
    "fake_runner",
]
