"""The contract's base image, for engines that run real programs."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, TagTaken
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import parse_reference
from jobber.domain.ports.progress import Silence
from jobber.testing.contract.world import JOB_SCRIPT

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import Engine

_DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY job /bin/job
ENV BUILT_FOR={worker}
"""


def build_base(engine: Engine, folder: Path) -> ImageReference:
    """Build the base image for an engine in an empty folder, from this machine's static busybox, and return its name.

    Each pytest-xdist process builds its own image: Podman before 4.8 loses names of an image that two processes tag at
    once. The tag depends on the content.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "contract")
    content = sha256((_DOCKERFILE + JOB_SCRIPT).encode()).hexdigest()[:8]
    base = parse_reference(f"jobber-test-base:{worker}-{content}")
    try:
        engine.images.inspect(base)
    except ImageNotFound:
        busybox = shutil.which("busybox")
        assert busybox, "busybox-static is not installed"
        shutil.copy(busybox, folder / "busybox")
        (folder / "job").write_text(JOB_SCRIPT)
        (folder / "job").chmod(0o755)
        (folder / "Dockerfile").write_text(_DOCKERFILE.format(worker=worker))
        request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile")
        built = engine.builder.build(request, progress=Silence())
        with suppress(TagTaken):  # another process of the same test run has tagged it
            engine.images.claim(built, reference=base)
    return base
