"""The ledger with 2,000 results on the engine: listed, and as one lineage; and lineages of growing length."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from jobber.domain.errors import ImageNotFound
from jobber.domain.images.image import Image, ListedImage
from jobber.domain.images.naming import timestamp_tag
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.runs.record import RecordedImage, RecordedInput, RunEnding, RunPlan
from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder
from jobber.domain.use_cases.results.trace_lineage import TraceLineage
from jobber.testing import FakeKeyring, FakeProgress, FakeRegistry, FakeRemoteImages
from side_by_side import Command, Comparison, in_turns, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hand import Bench

_RESULTS = 2000
_RESULTS_ON_PODMAN = 100
"""Podman 4.3 loads an image in a second, and the more there are the slower: 2,000 would take it hours."""
_AIM = 2.0
_MORE = 1.0
"""Seconds that a lineage may take beyond the engine's own answers."""
_FEW = 5
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_INPUT = RecordedImage("digits:latest", ImageId("sha256:" + "d" * 64))


def compare_ledger(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """2,000 results, each the next one's code: `ls` and `lineage` against the engine's own lists."""
    number = _RESULTS_ON_PODMAN if bench.name == "podman" else _RESULTS
    ids = load_results(bench, number=number)
    last = f"{bench.image}:{_tag(number)}"
    commands = (
        Command(bench.jobber("ls"), bench.environment),
        Command(bench.jobber("lineage", last), bench.environment),
        Command(bench.by_hand("images", "--all"), bench.environment),
        Command(bench.by_hand("inspect", *ids), bench.environment),
    )
    listed, traced, images, inspected = map(seconds, in_turns(commands, rounds=min(rounds, _FEW)))
    yield Comparison(
        f"{bench.name}: ls of {number:,} results",
        listed,
        [one + other for one, other in zip(images, inspected, strict=True)],
        f"at most {_AIM:g} of a list and an inspect",
        lambda row: row.ratio <= _AIM,
    )
    yield Comparison(
        f"{bench.name}: lineage of {number:,} runs, by a list",
        traced,
        images,
        f"at most {_MORE:g} s more",
        lambda row: row.difference <= _MORE,
    )
    bench.forget_results()


def load_results(bench: Bench, *, number: int) -> list[str]:
    """Load so many results into the engine, and return their ids."""
    archive = bench.folder / "results.tar"
    ids = _write_results(archive, bench.image, number=number)
    bench.run("load", "--quiet", "--input", str(archive))
    archive.unlink()
    return ids


def compare_growth(*, rounds: int) -> Iterator[Comparison]:
    """Lineages of 2,000 and 8,000 runs without an engine's answers: time must grow as they do."""
    short, long = ([_trace(length) for _ in range(min(rounds, _FEW))] for length in (_RESULTS, 4 * _RESULTS))
    yield Comparison(
        f"lineage of {_RESULTS:,} runs without an engine",
        short,
        [_MORE],
        f"less than {_MORE:g} s",
        lambda row: row.ratio < 1,
    )
    yield Comparison(
        f"lineage of {4 * _RESULTS:,} runs, by one of {_RESULTS:,}",
        long,
        short,
        "at most 8 times",
        lambda row: row.ratio <= 8,
    )


class _Images:
    """An engine that has images to list, and answers at once."""

    def __init__(self, length: int) -> None:
        self.images = self
        self._listed = [
            ListedImage(ImageId(_id(number)), (f"train:{_tag(number)}",), labels=_labels(number, _id(number - 1)))
            for number in range(1, length + 1)
        ]

    def list(self, *, labels: dict[str, str | None]) -> list[ListedImage]:
        """All of them."""
        return [image for image in self._listed if all(name in image.labels for name in labels)]

    def inspect(self, name: object) -> Image:
        """Look up the newest, and no other."""
        last = self._listed[-1]
        if name == last.id:
            return Image(last.id, last.references, labels=last.labels)
        raise ImageNotFound(str(name))


def _trace(length: int) -> float:
    """Seconds that it takes to trace a chain of results up, and down from its beginning."""
    engine: Any = _Images(length)
    finder = ResultFinder(engine, FakeRemoteImages(FakeRegistry()), FakeKeyring(), None)
    began = time.perf_counter()
    up = TraceLineage(finder, FakeProgress()).trace(_id(length))
    down = TraceLineage(finder, FakeProgress()).trace_found(FoundResult(Image(ImageId(_id(1))), None), down=True)
    taken = time.perf_counter() - began
    assert (len(up.nodes), len(down.nodes)) == (length + 2, length)
    return taken


def _id(number: int) -> str:
    return f"sha256:{number:064x}"


def _end(number: int) -> datetime:
    return _BEGINNING + timedelta(minutes=number, seconds=59)


def _tag(number: int) -> str:
    """The tag of a result that never moves."""
    return timestamp_tag(_end(number))


def _labels(number: int, parent: str) -> dict[str, str]:
    """The labels of the result of a run, of that code image."""
    plan = RunPlan(
        id=f"{number:08x}-0000-4000-8000-000000000000",
        image=RecordedImage(f"train:{_tag(number - 1)}", ImageId(parent), chain=_id(number)),
        inputs=(RecordedInput(_INPUT, "/data", "/data"),),
        command=("python3", "train.py", "--lr", f"{number / 1000}", "--epochs", "30"),
        docker_args=("-e", "WANDB_MODE=offline", "--shm-size", "8g"),
        runtime=None,
        out="/model",
        configs=(),
        engine_name="docker",
        engine_version="20.10.24",
        repository="train",
        keep=ResultImagePolicy.ALWAYS,
        push=False,
    )
    ending = RunEnding(_BEGINNING + timedelta(minutes=number), _end(number), Outcome.SUCCEEDED, 0)
    metrics = {"jobber.metrics": json.dumps({"accuracy": 0.9 + number / 100000, "loss": 1 / number})}
    return {**result_labels(plan, ending, code=Image(ImageId(parent)), version="0"), **metrics}


def _write_results(path: Path, name: str, *, number: int) -> list[str]:
    """Write an archive for the engine to load, of images that share a layer; their ids."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as opened:
        opened.addfile(tarfile.TarInfo("run.log"))
    diff = f"sha256:{hashlib.sha256(layer.getvalue()).hexdigest()}"
    ids, manifests, parent = [], [], _id(0)
    with tarfile.open(path, mode="w") as archive:
        _add(archive, "layer.tar", layer.getvalue())
        for each in range(1, number + 1):
            created = (_BEGINNING + timedelta(minutes=each)).isoformat().replace("+00:00", "Z")
            config = {
                "architecture": "amd64",
                "os": "linux",
                "created": created,
                "config": {"Cmd": ["true"], "Labels": _labels(each, parent)},
                "rootfs": {"type": "layers", "diff_ids": [diff]},
                "history": [{"created": created, "created_by": "jobber"}],
            }
            text = json.dumps(config).encode()
            hex_id = hashlib.sha256(text).hexdigest()
            parent = f"sha256:{hex_id}"
            ids.append(hex_id)
            _add(archive, f"{hex_id}.json", text)
            tag = f"{name}:{_tag(each)}"
            manifests.append({"Config": f"{hex_id}.json", "RepoTags": [tag], "Layers": ["layer.tar"]})
        _add(archive, "manifest.json", json.dumps(manifests).encode())
    return ids


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
