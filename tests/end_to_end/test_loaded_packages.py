"""A command loads the package of the engine that it uses, and no other engine's."""

from __future__ import annotations

import os
import subprocess
import sys

from user import Shell

_PACKAGES = {"docker", "podman", "cyclopts", "structlog", "rich"}


def test_run_loads_the_package_of_its_engine_alone(shell: Shell, engine_address: str) -> None:
    words = ("-H", engine_address, "run", "-ri", "none", shell.name, "true")
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "jobber", *words],
        capture_output=True,
        text=True,
        cwd=shell.folder,
        env={**os.environ, **shell.environment},
        check=False,
    )
    modules = [line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")]
    loaded = {module.partition(".")[0] for module in modules}
    engine = type(shell.engine).__module__.split(".")[2]

    assert (ended.returncode, loaded & _PACKAGES) == (0, {engine}), ended.stderr
