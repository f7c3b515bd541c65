"""The needs of the contract on a real engine: a base image, and everything that the engine reports about an image."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from without_created import reload_without_created

from jobber.adapters.engine_api.calls import listed, perform
from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.host.clock import SystemClock
from jobber.adapters.host.process_identity import current_owner
from jobber.adapters.podman.transient import OF_REMOVED_IMAGES
from jobber.adapters.registry_api import RegistryApi
from jobber.adapters.run_claims.helper_containers import claim_name
from jobber.domain.errors import EngineFailed, ImageNotFound
from jobber.domain.images.credentials import Credentials
from jobber.domain.runs.label_names import Label
from jobber.testing.contract import GuardedRegistry, World, build_base

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.run_claims.helper_containers import RunCalls
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Engine


def make_world(
    engine: Engine,
    connection: EngineConnection,
    folder: Path,
    registry_host: str | None,
    *,
    calls: RunCalls,
    own: EngineConnection,
) -> World:
    """A world on a real engine; `connection` offers Docker's calls, and `own` those of the engine itself."""

    def raw_image(image: ImageId) -> str:
        name = image.removeprefix("sha256:")
        told = []
        for path in (f"/images/{name}/json", f"/images/{name}/history"):
            # Podman 4.3 fails to inspect an image for a moment while another test removes one.
            ask = partial(perform, connection, "GET", path, call="inspect the image", missing=ImageNotFound(image))
            told.append(json.dumps(retrying(ask, sign=OF_REMOVED_IMAGES)))
        return "\n".join(told)

    def raw_store() -> str:
        told = []
        # Podman 4.3 fails to list images for a moment while another test removes one.
        ask = partial(listed, connection, "/images/json", filters={}, everything=True)
        images = retrying(ask, sign="image not known")
        ids = [image["Id"] for image in images]
        for image in ids:
            with suppress(ImageNotFound, EngineFailed, ConnectionBroken):  # another test's, removed meanwhile
                told.append(raw_image(image))
        with connection.call("GET", "/containers/json", query={"all": True}) as response:
            told.append(response.read().decode())
        return "\n".join(told)

    base = build_base(engine, folder)

    def die_with_claim(run: str) -> None:
        facts = {"run": run, Label.PART: dead_owner()}
        calls.make(claim_name(run), image=engine.images.inspect(base).id, facts=facts)

    def reload_without_time(image: ImageId, tag: ImageReference) -> None:
        is_podman = engine.describe().name == "podman"
        full = f"localhost/{tag}" if is_podman else str(tag)
        reload_without_created(own, image, tag=full, is_podman=is_podman)

    return World(
        engine,
        SystemClock(),
        base,
        registry_host,
        raw_image,
        raw_store,
        guarded_registry(),
        remote=RegistryApi(),
        die_with_claim=die_with_claim,
        reload_without_time=reload_without_time,
    )


def dead_owner() -> str:
    """A process of this machine that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    host, boot, _, start, *rest = current_owner().split("/")
    return "/".join((host, boot, str(process.pid), f"{start}0", *rest))


def guarded_registry() -> GuardedRegistry | None:
    """The registry that wants a password, if one was started."""
    host, file = os.environ.get("JOBBER_TEST_REGISTRY_AUTH"), os.environ.get("JOBBER_TEST_REGISTRY_PASSWORD_FILE")
    if not host or not file:
        return None
    return GuardedRegistry(host, Credentials("jobber", Path(file).read_text(encoding="utf-8"), origin="the test"))
