"""A container engine for the demo: the one that is there, or Podman from Debian's packages."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.discovery.connect import connect
from jobber.domain.errors import EngineUnavailable
from jobber.session.messages import ConsoleMessages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.ports import Engine

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".demo"
_INSTALL = ROOT / "tests" / "engines" / "install.sh"
_CONFIGURATION = STATE / "containers.conf"
_CONFIGURED = "CONTAINERS_CONF"
_STORAGE = STATE / "storage.conf"
_STORED = "CONTAINERS_STORAGE_CONF"
_PLACE = Path(f"/var/tmp/jobber-demo-{os.geteuid()}")
"""Podman's storage. It is outside the checkout, which could not be removed while the storage is mounted there."""


@contextmanager
def engine() -> Iterator[Engine]:
    """Return the engine that `jobber` itself would use. Raises `EngineUnavailable`."""
    found = connect(
        host=None,
        choice="auto",
        environment=jobber_environment(),
        progress=ConsoleMessages(verbose=False),
    )
    try:
        yield found
    finally:
        found.close()


def prepare_engine() -> None:
    """See that there is an engine, install one if need be, and say which it is."""
    try:
        _tell()
    except EngineUnavailable as error:
        install("podman", "runc", "iptables", unless=f"{error.what}\nhint: {error.hint}")
        _tell()


def install(*packages: str, unless: str) -> None:
    """Install Debian's packages; where that can't be, end with `unless`."""
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        sys.exit(f"error: {unless}")
    subprocess.run([_INSTALL, *packages], check=True)


def run_privately() -> None:
    """Give Podman settings and a storage of our own: for machines where containers don't start with the usual ones.

    crun refuses hybrid cgroups, and limits above our own can't be set without privileges. The usual locks, 2,048 for
    all Podmans of a machine, may be used up by such as are gone; other locks need another storage.
    """
    driver = subprocess.run(
        ["podman", "info", "--format", "{{.Store.GraphDriverName}}"], capture_output=True, text=True, check=False
    ).stdout.strip()
    _PLACE.mkdir(mode=0o700, exist_ok=True)
    if _PLACE.is_symlink() or _PLACE.stat().st_uid != os.geteuid():
        sys.exit(f"error: {_PLACE} is somebody else's")
    STATE.mkdir(exist_ok=True)
    _STORAGE.write_text(
        f'[storage]\ndriver = "{driver or "overlay"}"\ngraphroot = "{_PLACE}/storage"\nrunroot = "{_PLACE}/run"\n'
    )
    _CONFIGURATION.write_text(
        "[containers]\n"
        f'default_ulimits = ["nofile={_limit(resource.RLIMIT_NOFILE)}", "nproc={_limit(resource.RLIMIT_NPROC)}"]\n'
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nlock_type = "file"\n'
        f'tmp_dir = "{_PLACE}/tmp"\n'
        # the same paths as with `--root`, which the clean-up processes that Podman starts are given
        f'static_dir = "{_PLACE}/storage/libpod"\nvolume_path = "{_PLACE}/storage/volumes"\n'
    )


def bring_along(image: str) -> None:
    """Copy an image out of Podman's usual storage into ours; by id, for that is in both."""
    with subprocess.Popen(["podman", "save", "--quiet", image], stdout=subprocess.PIPE) as saved:
        loaded = subprocess.run(
            ["podman", "load", "--quiet"],
            stdin=saved.stdout,
            env=jobber_environment(),
            capture_output=True,
            check=False,
        )
    if saved.returncode or loaded.returncode:
        sys.exit(f"{loaded.stderr.decode()}error: the image could not be copied into {_PLACE}")


def is_private() -> bool:
    """Return whether Podman uses settings of the demo."""
    return _CONFIGURATION.exists() and _STORAGE.exists() and _CONFIGURED not in os.environ


def jobber_environment(*, only_added: bool = False) -> dict[str, str]:
    """Return the environment for `jobber`; with `only_added`, only the variables that the demo adds."""
    added = {_CONFIGURED: str(_CONFIGURATION), _STORED: str(_STORAGE)} if is_private() else {}
    return added if only_added else {**os.environ, **added}


def _tell() -> None:
    with engine() as found:
        description = found.describe()
    print(f"Engine: {description.name.title()} {description.version}", flush=True)


def _limit(number: int) -> str:
    hard = resource.getrlimit(number)[1]
    limit = 20000 if hard == resource.RLIM_INFINITY else min(hard, 20000)
    return f"{limit}:{limit}"
