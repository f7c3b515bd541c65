"""The cost of configuration: 64 directories deep, a file of 2,000 configurations; by hand, PyYAML loads the same files.

`python benchmarks/configuration.py` prints milliseconds of processor time: of reading and merging in all, and of
PyYAML's parser, which is a part of that.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jobber.adapters.configuration.files import find_files, read_files
from jobber.domain.configuration.in_force import settings_in_force
from side_by_side import Comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.configuration.in_force import Settings

DEPTH = 64
CONFIGURATIONS = 2_000
ROUNDS = 5
MOST_MORE = 0.1
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEP = "timeout: {depth}\nconfigs:\n  c{depth}:\n    Xdocker: -e DEPTH={depth}\n"
_WIDE = (
    "  c{number}:\n    result-image: none\n    cmd: python train.py --seed {number}\n    timeout: 60\n"
    "    Xdocker: -e SEED={number}\n    inputs: [digits]\n"
)


def write(root: Path) -> Path:
    wide = "".join(_WIDE.format(number=number) for number in range(CONFIGURATIONS))
    names = "".join(f"    - c{number}\n" for number in range(CONFIGURATIONS))
    (root / "jobber-config.yml").write_text(f"configs:\n{wide}  default:\n{names}")
    folder = root
    for depth in range(1, DEPTH + 1):
        folder = folder / f"d{depth}"
        folder.mkdir()
        (folder / "jobber-config.yml").write_text(_DEEP.format(depth=depth))
    return folder


def compare(*, rounds: int) -> Iterator[Comparison]:
    """All of reading, checking, merging and applying, against `yaml.load` of the same files."""
    with tempfile.TemporaryDirectory() as root:
        deepest = write(Path(root))
        files = find_files({"HOME": root}, directory=str(deepest))
        times = [
            (seconds_of(lambda: read_and_apply(root, deepest)), seconds_of(lambda: load_alone(files)))
            for _ in range(rounds)
        ]
    yield Comparison(
        "2,000 configurations, 64 levels, by yaml.load",
        [ours for ours, _ in times],
        [theirs for _, theirs in times],
        "at most 100 ms more",
        lambda row: row.difference < MOST_MORE,
    )


def read_and_apply(root: str, deepest: Path) -> Settings:
    files = find_files({"HOME": root}, directory=str(deepest))
    return settings_in_force(read_files(files), variables={})


def load_alone(files: tuple[str, ...]) -> None:
    for file in files:
        yaml.load(Path(file).read_text(), Loader=_LOADER)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def parse_alone(files: tuple[str, ...]) -> None:
    for file in files:
        for _ in yaml.parse(Path(file).read_text(), Loader=_LOADER):
            pass


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        deepest = write(Path(root))
        files = find_files({"HOME": root}, directory=str(deepest))
        for _ in range(ROUNDS):
            whole = seconds_of(lambda: read_and_apply(root, deepest)) * 1000
            parsing = seconds_of(lambda: parse_alone(files)) * 1000
            print(f"all {whole:6.1f} ms, YAML's parser {parsing:6.1f} ms, the rest {whole - parsing:6.1f} ms")


if __name__ == "__main__":
    main()
