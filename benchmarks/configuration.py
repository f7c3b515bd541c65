"""What configuration costs: 64 directories deep, one file of 2,000 configurations.

`python benchmarks/configuration.py` prints milliseconds of processor time: of reading and merging in all, of PyYAML's
parser alone, and of the rest, which is to stay below 100.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import yaml

from jobber.adapters.configuration.files import find_files, read_files
from jobber.domain.configuration.in_force import settings_in_force

DEPTH = 64
CONFIGURATIONS = 2_000
ROUNDS = 5
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


def parse_alone(files: tuple[str, ...]) -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        for _ in yaml.parse(Path(file).read_text(), Loader=loader):
            pass


def milliseconds(begun: float) -> float:
    return (time.process_time() - begun) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        deepest = write(Path(root))
        environment = {"HOME": root}
        for _ in range(ROUNDS):
            begun = time.process_time()
            files = find_files(environment, directory=str(deepest))
            settings = settings_in_force(read_files(files), variables={})
            whole = milliseconds(begun)
            assert len(settings.active) == CONFIGURATIONS, len(settings.active)
            begun = time.process_time()
            parse_alone(files)
            parsing = milliseconds(begun)
            print(f"all {whole:6.1f} ms, YAML's parser {parsing:6.1f} ms, the rest {whole - parsing:6.1f} ms")
        begun = time.process_time()
        for _ in range(1000):
            find_files({"HOME": "/nonexistent"}, directory="/usr/share/doc/nothing/here")
        print(f"no file at all: {milliseconds(begun) / 1000:.3f} ms")


if __name__ == "__main__":
    main()
