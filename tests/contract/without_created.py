"""Images that don't say when they were created: saved, their times taken away, and loaded again."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection


def reload_without_created(connection: EngineConnection, image: str, *, tag: str = "", is_podman: bool) -> None:
    """Load an image that is like another one, but for a configuration without times, with a tag if there is one.

    Args:
        connection: The connection to Docker, or to Podman's own API.
        image: The image's ID.
        tag: `NAME:TAG`, as the engine keeps it.
        is_podman: Whether it is Podman.

    """
    name = image.removeprefix("sha256:") if is_podman else image
    query = {"format": "docker-archive"} if is_podman else {}
    with connection.call("GET", f"/images/{name}/get", query=query) as response:
        assert response.ok, response.why()
        saved = tarfile.open(fileobj=io.BytesIO(response.read()))
    with saved:
        archive = _stripped(saved, tag=tag)
    headers = {"Content-Type": "application/x-tar"}
    with connection.call("POST", "/images/load", stream=[archive], headers=headers) as response:
        said = response.read()
        assert response.ok, said
        assert b"error" not in said, said


def _stripped(saved: tarfile.TarFile, *, tag: str) -> bytes:
    (manifest,) = json.loads(_content(saved, "manifest.json"))
    configuration: dict[str, Any] = json.loads(_content(saved, manifest["Config"]))
    del configuration["created"]
    for step in configuration["history"]:
        step.pop("created", None)
    text = json.dumps(configuration).encode()
    name = f"{sha256(text).hexdigest()}.json"
    layers = {f"{number}/layer.tar": _content(saved, layer) for number, layer in enumerate(manifest["Layers"])}
    told = [{"Config": name, "RepoTags": [tag] if tag else None, "Layers": [*layers]}]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, content in {name: text, **layers, "manifest.json": json.dumps(told).encode()}.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _content(saved: tarfile.TarFile, path: str) -> bytes:
    file = saved.extractfile(path)
    assert file is not None, path
    return file.read()
