"""Run a command with private engines around it: Docker, Podman, and two registries.

    python tests/engines/with_engines.py [--generation debian|current|current-containerd] -- COMMAND...

They and the command run in a sandbox with processes, mounts, network and cgroups of its own, so any number of these can
run at once, and nothing is left when the command ends or anyone is killed. The command finds them by JOBBER_TEST_DOCKER
and JOBBER_TEST_PODMAN (addresses), JOBBER_TEST_REGISTRY (HOST:PORT), JOBBER_TEST_REGISTRY_AUTH (HOST:PORT of one
with a user `jobber`) and JOBBER_TEST_REGISTRY_PASSWORD_FILE. JOBBER_TEST_PRIVATE says that nobody else uses them.

Without root the command runs with what engines there are, and what is missing is said;
`JOBBER_TEST_REQUIRE=docker,podman` makes that an error.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import current
import debian
import public
from leavings import clean_up_afterwards, make_folder
from registries import start_registries
from sandbox import NoSandbox, die_with_parent, run_inside

GENERATIONS = ("debian", "current", "current-containerd")


def main() -> int:
    """Start, run, and leave nothing."""
    words = sys.argv[1 : sys.argv.index("--")]
    command = sys.argv[sys.argv.index("--") + 1 :]
    generation = words[words.index("--generation") + 1] if "--generation" in words else GENERATIONS[0]
    if generation not in GENERATIONS:
        raise SystemExit(f"no generation {generation}: there are {', '.join(GENERATIONS)}")
    die_with_parent(signal.SIGTERM)
    if os.geteuid() != 0:
        return _run_with_public("not root", command)
    prepare(generation)
    folder = make_folder("jbr-")
    held, cleaner = clean_up_afterwards(folder, cgroup=folder.name)
    try:
        return run_inside(lambda: _work(generation, folder, command, held), cgroup=folder.name)
    except NoSandbox as error:
        return _run_with_public(str(error), command)
    finally:
        os.close(held)
        os.waitpid(cleaner, 0)
