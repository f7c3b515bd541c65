"""A user with an engine, for each engine that there is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from user import Shell, write_context

from jobber.adapters.discovery.connect import connect
from jobber.testing import FakeProgress


@pytest.fixture
def shell(engine_address: str, tmp_path: Path) -> Iterator[Shell]:
    name = f"jobber-test-{uuid.uuid4().hex[:10]}"
    folder = tmp_path / name
    write_context(folder, name)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "DOCKER_BUILDKIT")}
    environment = {**kept, "HOME": str(tmp_path), "DOCKER_HOST": engine_address}
    engine = connect(host=engine_address, choice="auto", environment={}, progress=FakeProgress())
    made = Shell(folder, environment, engine, name)
    built = made.jobber("build")
    assert built.returncode == 0, built.stderr
    yield made
    made.tidy()
