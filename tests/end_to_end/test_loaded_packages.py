"""A command loads the package of the engine that it uses, and no other engine's."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from user import Shell

_LOADED = """
import json, os, sys
from jobber.cli.main import call
status = call({words!r}, environment=os.environ)
sys.stderr.write("\\n" + json.dumps(sorted(set(sys.modules) & {{"docker", "podman", "cyclopts", "structlog"}})))
raise SystemExit(status)
"""


def test_run_loads_the_package_of_its_engine_alone(shell: Shell, engine_address: str) -> None:
    program = _LOADED.format(words=["-H", engine_address, "run", "-ri", "none", shell.name, "true"])
    environment = {**os.environ, **shell.environment}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=shell.folder, env=environment, check=False
    )
    engine = type(shell.engine).__module__.split(".")[2]

    assert (ended.returncode, json.loads(ended.stderr.splitlines()[-1])) == (0, [engine]), ended.stderr
