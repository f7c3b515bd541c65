"""Who was made from what, out of the run records that results carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine import engine
from jobber.domain.reference import ImageId, parse_reference

if TYPE_CHECKING:
    from jobber.domain.image import Image
    from jobber.domain.ports import Engine


def print_lineage(reference: str) -> None:
    """A tree: below each result the image that ran, and its inputs."""
    with engine() as found:
        image = found.images.inspect(parse_reference(reference))
        print(", ".join(_short(name) for name in image.references), _short(image.id))
        _print_parents(found, image, indent="")


def _print_parents(found: Engine, image: Image, *, indent: str) -> None:
    record = _record(image)
    parents: list[tuple[str, str]] = []
    if record:
        parents.append((f"code   {record['image']['ref']}", record["image"]["id"]))
        parents += [(f"input  {item['ref']}, {item['src']} at {item['dest']}", item["id"]) for item in record["inputs"]]
    for number, (what, id_) in enumerate(parents, 1):
        is_last = number == len(parents)
        print(f"{indent}{'└─' if is_last else '├─'} {what}  {_short(id_)}")
        parent = found.images.inspect(ImageId(id_))
        _print_parents(found, parent, indent=indent + ("   " if is_last else "│  "))


def _record(image: Image) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(image.labels.get("jobber.run", ""))
    except ValueError:
        return None
    return record


def _short(text: str) -> str:
    return text[:19] if text.startswith("sha256:") else text
