"""One result among 600 images: `jobber show` and `cp` must not ask Podman 4.3 for a list, which takes it a minute."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from typing import TYPE_CHECKING, Any

from side_by_side import Command, Comparison, in_turns, run, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hand import Bench

_IMAGES = 600
_AIM = 1.2
_MORE = 1.0
"""Seconds more than the engine's own client, which is no Python program."""
_OCI = "application/vnd.oci.image"


def compare_many(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """`show` and `cp` of one result by its tag, before 600 other images are there and with them."""
    if bench.name != "podman":
        return
    name = f"{bench.image}:latest-run"
    run(bench.jobber("run", "-o", "/made", f"{bench.image}:base", "mkdir", "/made"), bench.environment)
    target = bench.folder / "out"
    commands = (
        Command(bench.jobber("show", name), bench.environment),
        Command(
            bench.jobber("cp", f"{name}:/made", str(target)), bench.environment, after=lambda: shutil.rmtree(target)
        ),
        Command(bench.by_hand("image", "inspect", name), bench.environment),
    )
    alone = [*map(seconds, in_turns(commands, rounds=rounds))]
    _load(bench)
    among = [*map(seconds, in_turns(commands, rounds=rounds))]
    for command, ours, theirs in zip(("show", "cp"), among, alone, strict=False):
        yield Comparison(
            f"podman: {command} among {_IMAGES} images, by alone",
            ours,
            theirs,
            f"at most {_AIM}",
            lambda row: row.ratio <= _AIM,
        )
    for command, ours in zip(("show", "cp"), among, strict=False):
        yield Comparison(
            f"podman: {command} among {_IMAGES} images, by inspect",
            ours,
            among[-1],
            f"at most {_MORE:g} s more",
            lambda row: row.difference <= _MORE,
        )
    bench.forget_results()


def _load(bench: Bench) -> None:
    """Load images that have the layers of the base, and no layer in their archives."""
    layers = json.loads(bench.run("image", "inspect", f"{bench.image}:base"))[0]["RootFS"]["Layers"]
    archive = bench.folder / "image.tar"
    for number in range(_IMAGES):
        _write(archive, f"localhost/{bench.image}:{number}", layers, {"number": str(number)})
        bench.run("load", "--quiet", "--input", str(archive))
    archive.unlink()


def _write(path: Path, name: str, layers: list[str], labels: Mapping[str, str]) -> None:
    """Write an OCI layout of an image whose layers the engine has."""
    with tarfile.open(path, mode="w") as archive:
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["true"], "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": layers},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_OCI}.manifest.v1+json",
            "config": _blob(archive, f"{_OCI}.config.v1+json", config),
            "layers": [{"mediaType": f"{_OCI}.layer.v1.tar", "digest": layer, "size": 1} for layer in layers],
        }
        entry = _blob(archive, f"{_OCI}.manifest.v1+json", manifest)
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
        _add(archive, "index.json", {"schemaVersion": 2, "manifests": [entry]})
        _add(archive, "oci-layout", {"imageLayoutVersion": "1.0.0"})


def _blob(archive: tarfile.TarFile, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(content).encode()
    digest = hashlib.sha256(text).hexdigest()
    _add(archive, f"blobs/sha256/{digest}", content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(text)}


def _add(archive: tarfile.TarFile, name: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content).encode()
    member = tarfile.TarInfo(name)
    member.size = len(text)
    archive.addfile(member, io.BytesIO(text))
