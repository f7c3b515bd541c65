"""What the contract needs of a real engine: a base image, and all that the engine tells of an image."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.host.clock import SystemClock
from jobber.domain.build import BuildRequest
from jobber.domain.credentials import Credentials
from jobber.domain.errors import ImageNotFound
from jobber.domain.reference import ImageId, ImageReference, parse_reference
from jobber.testing import FakeProgress
from jobber.testing.contract import JOB_SCRIPT, GuardedRegistry, World

if TYPE_CHECKING:
    from jobber.adapters.wire import Wire
    from jobber.domain.ports import Engine

BASE = parse_reference("jobber-test-base:contract")
_DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY --chmod=755 job /bin/job
"""


def make_base(engine: Engine, folder: Path) -> ImageReference:
    """The base image, built once for an engine."""
    try:
        engine.images.inspect(BASE)
    except ImageNotFound:
        busybox = shutil.which("busybox")
        assert busybox, "busybox-static is not installed"
        shutil.copy(busybox, folder / "busybox")
        (folder / "job").write_text(JOB_SCRIPT)
        (folder / "job").chmod(0o755)
        (folder / "Dockerfile").write_text(_DOCKERFILE.replace("--chmod=755 ", ""))
        request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile")
        engine.images.tag(engine.builder.build(request, progress=FakeProgress()), reference=BASE)
    return BASE


def make_world(engine: Engine, wire: Wire, folder: Path, registry_host: str | None) -> World:
    """A world on a real engine."""

    def raw_image(image: ImageId) -> str:
        name = image.removeprefix("sha256:")
        told = []
        for path in (f"/images/{name}/json", f"/images/{name}/history"):
            with wire.call("GET", path) as response:
                told.append(json.dumps(response.json()))
        return "\n".join(told)

    return World(engine, SystemClock(), make_base(engine, folder), registry_host, raw_image, guarded_registry())


def guarded_registry() -> GuardedRegistry | None:
    """The registry that wants a password, if one was started."""
    host, file = os.environ.get("JOBBER_TEST_REGISTRY_AUTH"), os.environ.get("JOBBER_TEST_REGISTRY_PASSWORD_FILE")
    if not host or not file:
        return None
    return GuardedRegistry(host, Credentials("jobber", Path(file).read_text(encoding="utf-8"), origin="the test"))
