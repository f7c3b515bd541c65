"""The image with Python that the demo's jobs stand on: the usual one, or one made from Debian's packages."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine import bring_along, engine, install, is_private, jobber_environment, run_privately
from jobber.domain.errors import ImageNotFound, PullRefused
from jobber.domain.images.reference import parse_reference
from jobber.session.messages import ConsoleMessages

if TYPE_CHECKING:
    from jobber.domain.ports import Engine

BASE = "python:3-slim"
OWN = "jobber-demo-base"
_FULL_NAME = "docker.io/library/python:3-slim"
_PULL_SECONDS = 120
_NO_BASE = (
    f"there is no image {BASE}, and it can't be pulled\nhint: load it into the engine (docker load, podman load),"
    " or run the demo as root on Debian, where it makes an image of its own"
)


def choose_base() -> str:
    """Return the name of an image with Python: a local one, one from a registry, or one that is built here."""
    with engine() as found:
        base = next((name for name in (BASE, OWN) if _is_there(found, name)), None)
        if base is None and _pull(found):
            base = BASE
    if base is None:
        base = _make()
    _check_that_containers_start(base)
    return base


def _is_there(found: Engine, name: str) -> bool:
    try:
        found.images.inspect(parse_reference(name).with_default_tag())
    except ImageNotFound:
        return False
    return True


def _pull(found: Engine) -> bool:
    print(f"Pulling {BASE} …", flush=True)
    reference = parse_reference(_FULL_NAME)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_PULL_SECONDS)
    try:
        image = found.registry.pull(reference, credentials=None, progress=ConsoleMessages(verbose=False))
        found.images.tag(image.id, reference=parse_reference(BASE))
    except (PullRefused, TimeoutError) as error:
        print(f"No registry in reach ({type(error).__name__})", flush=True)
        return False
    finally:
        signal.alarm(0)
    return True


def _give_up(*_: object) -> NoReturn:
    raise TimeoutError


def _make() -> str:
    """Debian's smallest system with Python, by debootstrap from the mirror that this machine uses."""
    install("debootstrap", unless=_NO_BASE)
    print("Making a base image from Debian's packages instead; that takes about a minute …", flush=True)
    with tempfile.TemporaryDirectory(prefix="jobber-demo-", dir="/var/tmp") as folder:
        root = Path(folder, "root")
        _call("debootstrap", "--variant=minbase", "--include=python3", _release(), str(root), _mirror())
        for place in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            _call("find", str(root / place), "-mindepth", "1", "-delete")
        _call("tar", "-C", str(root), "-cf", f"{folder}/root.tar", "--exclude=./dev/*", ".")
        Path(folder, "Dockerfile").write_text('FROM scratch\nADD root.tar /\nCMD ["python3"]\n')
        Path(folder, ".dockerignore").write_text("root\n")
        _call(sys.executable, "-m", "jobber", "build", "-t", f"{OWN}:latest", folder)
    return OWN


def _check_that_containers_start(base: str) -> None:
    command = [sys.executable, "-m", "jobber", "run", "--result-image", "none", base, "true"]
    while True:
        tried = subprocess.run(command, env=jobber_environment(), capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return
        with engine() as found:
            can_be_set = found.describe().name == "podman" and not is_private()
            image = found.images.inspect(parse_reference(base).with_default_tag()).id
        if not can_be_set:
            sys.exit(f"{tried.stderr}error: the engine starts no containers")
        print("Containers don't start with Podman's usual settings here: the demo uses its own (.demo/)", flush=True)
        run_privately()
        bring_along(image)
        with engine() as found:
            found.images.tag(image, reference=parse_reference(base).with_default_tag())


def _mirror() -> str:
    """Where this machine's own packages of Debian come from."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL) $(CREATED_BY)"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines():
        address, *rest = line.split(" ", 1)
        if rest and rest[0].startswith("Debian") and rest[0].endswith("Packages"):
            return address
    sys.exit("error: apt knows no mirror of Debian\nhint: look at /etc/apt/sources.list, then run `apt-get update`")


def _release() -> str:
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    return facts.get("VERSION_CODENAME", "stable").strip('"')


def _call(*words: str) -> None:
    done = subprocess.run(
        words, env=jobber_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}error: {words[0]} failed with status {done.returncode}")
