"""Archives without layers, for engines that have these."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jobber.adapters.archives.image_archive import ImageArchive, describe_image, log_layer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOWER = f"sha256:{'a' * 64}"
CONFIGURATION = describe_image(
    platform={"architecture": "arm64", "variant": "", "os": "linux"},
    configuration={"Cmd": ["é"], "Labels": {"x": '"' * 200_000}},
    layers=[LOWER],
    history=[{"created_by": "x"}],
    created="2026-01-01T00:00:00Z",
)


def _members(chunks: Iterator[bytes]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        found = {}
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
        return found


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def test_configuration_says_what_it_was_given_and_leaves_out_what_is_empty() -> None:
    assert json.loads(CONFIGURATION) == {
        "created": "2026-01-01T00:00:00Z",
        "architecture": "arm64",
        "os": "linux",
        "config": {"Cmd": ["é"], "Labels": {"x": '"' * 200_000}},
        "rootfs": {"type": "layers", "diff_ids": [LOWER]},
        "history": [{"created_by": "x"}],
    }


def test_id_is_the_digest_of_the_configuration() -> None:
    assert ImageArchive(CONFIGURATION, (LOWER,)).id == _digest(CONFIGURATION)


def test_archive_for_docker_has_no_layer_and_no_tag() -> None:
    archive = ImageArchive(CONFIGURATION, (LOWER,))
    name = f"{archive.id.removeprefix('sha256:')}.json"
    members = _members(archive.for_docker())

    assert members.keys() == {name, "manifest.json"}
    assert members[name] == CONFIGURATION
    assert json.loads(members["manifest.json"]) == [
        {"Config": name, "RepoTags": None, "Layers": [f"{'a' * 64}/layer.tar"]}
    ]


def test_archive_for_podman_is_a_layout_whose_layers_are_absent_and_whose_image_has_no_name() -> None:
    members = _members(ImageArchive(CONFIGURATION, (LOWER,)).for_podman())
    [image] = json.loads(members["index.json"])["manifests"]
    manifest = _blob(members, image)
    described: dict[str, Any] = json.loads(manifest)

    assert json.loads(members["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    assert "annotations" not in image
    assert image["size"] == len(manifest)
    assert _blob(members, described["config"]) == CONFIGURATION
    assert [layer["digest"] for layer in described["layers"]] == [LOWER]
    assert len(members) == 4


def test_log_is_a_layer_of_either_archive() -> None:
    log = io.BytesIO(b"said\n" * 100_000)
    top = log_layer(log)
    archive = ImageArchive(CONFIGURATION, (LOWER, top.digest), top)
    docker, podman = _members(archive.for_docker()), _members(archive.for_podman())
    layers = [content for name, content in docker.items() if name.endswith("/layer.tar")]

    assert [_digest(layer) for layer in layers] == [top.digest]
    assert podman[f"blobs/sha256/{top.digest.removeprefix('sha256:')}"] == layers[0]
    assert len(layers[0]) == top.size
    assert _members(iter(layers)) == {"run.log": log.getvalue()}


def test_layer_without_a_log_holds_an_empty_one() -> None:
    top = log_layer(io.BytesIO())

    assert _members(top.chunks()) == {"run.log": b""}
    assert sum(map(len, top.chunks())) == top.size


def _blob(members: dict[str, bytes], descriptor: dict[str, Any]) -> bytes:
    content = members[f"blobs/sha256/{descriptor['digest'].removeprefix('sha256:')}"]
    assert _digest(content) == descriptor["digest"]
    return content
