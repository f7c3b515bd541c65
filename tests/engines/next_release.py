"""An installation of Debian's next release with the current generation of engines, made once and kept.

It lies in a cache folder (`$XDG_CACHE_HOME/jobber`, else `~/.cache/jobber`), is made by debootstrap from the mirror
that this machine's own sources name, and is never written to again: engines run on top of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

RELEASE = "forky"
PACKAGES = (
    "docker.io",
    "docker-cli",
    "docker-buildx",
    "podman",
    "runc",
    "crun",
    "iptables",
    "nftables",
    "netavark",
    "aardvark-dns",
    "containers-storage",
)
_SCRIPT = "/usr/share/debootstrap/scripts/sid"
"""Debian's debootstrap of this release knows no script for the next one; all are the same."""
_WAYS = ("Acquire::Check-", "Acquire::http", "Acquire::Retries")
_KEPT_FROM_STARTING = "#!/bin/sh\nexit 101\n"


def installation() -> Path:
    """The root of the installation, made if it isn't there; of two that want it at once, one makes it."""
    described = hashlib.sha256(" ".join((RELEASE, *PACKAGES)).encode()).hexdigest()[:8]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "jobber")
    root = cache / f"{RELEASE}-{described}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            _make(root)
    return root


def _make(root: Path) -> None:
    """Make it beside its place, so that one that was cut short is never taken for a whole one."""
    partial = root.with_name(f"{root.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    mirror = _mirror()
    print(f"installing Debian {RELEASE} into {root} (once, about two minutes)", file=sys.stderr)
    _inside(["debootstrap", "--variant=minbase", RELEASE, str(partial), mirror, _SCRIPT])
    (partial / "etc/apt/apt.conf.d/90-machine").write_text(_ways())
    policy = partial / "usr/sbin/policy-rc.d"
    policy.write_text(_KEPT_FROM_STARTING)
    policy.chmod(0o755)
    _inside(["chroot", str(partial), "apt-get", "update", "-qq"])
    _inside(["chroot", str(partial), "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES])
    _inside(["chroot", str(partial), "apt-get", "clean"])
    partial.rename(root)


def _mirror() -> str:
    """Where this machine's own packages come from."""
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    told = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()
    if not told:
        raise SystemExit("no Debian mirror in this machine's package sources: run `apt-get update` first")
    return told[0]


def _ways() -> str:
    """Return the machine's settings for packages, for example a proxy or a fixed mirror."""
    told = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
    return "".join(f"{line}\n" for line in told.splitlines() if line.startswith(_WAYS))


def _inside(command: list[str]) -> None:
    """Run a step whose mounts and processes are gone when it ends, however it does."""
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    done = subprocess.run(
        [*namespaces, *command],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:3])} failed:\n{done.stdout[-4000:]}")
