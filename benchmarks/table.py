"""The cost of jobber, side by side with the same by hand: `make bench`.

    python benchmarks/table.py [--rounds N] [--only NAME,...] [--engine docker,podman]

Engines are named by JOBBER_TEST_DOCKER and JOBBER_TEST_PODMAN; `make bench` starts private ones. A table of ratios
is printed; the exit status is 1 where one misses its aim.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import TYPE_CHECKING

import configuration
import copies
import digests
import engines
import fake
import ledger
import many
import startup
from hand import benches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from side_by_side import Comparison

_WITHOUT_ENGINE = {
    "startup": startup.compare,
    "configuration": configuration.compare,
    "fake": fake.compare,
    "growth": ledger.compare_growth,
}
_WITH_ENGINE = {
    "cycle": engines.compare_cycle,
    "output": engines.compare_output,
    "input": engines.compare_input,
    "build": engines.compare_build,
    "second": engines.compare_second_build,
    "ledger": ledger.compare_ledger,
    "copy": copies.compare_copy,
    "many": many.compare_many,
    "digest": digests.compare_digest,
    "known-build": digests.compare_known_build,
}
_HEAD = f"{'':44} {'jobber':>10} {'by hand':>10} {'ratio':>7}  aim"


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks/table.py", description="What jobber costs, side by side.")
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each command (default: 9)")
    parser.add_argument("--only", default=",".join((*_WITHOUT_ENGINE, *_WITH_ENGINE)), help="names, with commas")
    parser.add_argument("--engine", default="docker,podman", help="engines, with commas")
    options = parser.parse_args()
    print(_HEAD, flush=True)
    missed = 0
    for row in _rows(options.only.split(","), options.engine.split(","), options.rounds):
        print(_render(row), flush=True)
        missed += not row.holds(row)
    print(f"\n{missed} of the aims missed" if missed else "\nall aims met")
    return 1 if missed else 0


def _rows(names: Sequence[str], wanted: Sequence[str], rounds: int) -> Iterator[Comparison]:
    for name, compare in _WITHOUT_ENGINE.items():
        if name in names:
            yield from compare(rounds=rounds)
    if not any(name in names for name in _WITH_ENGINE):
        return
    for bench in benches(wanted):
        try:
            bench.make_base()
            for name, compare_on in _WITH_ENGINE.items():
                if name in names:
                    yield from compare_on(bench, rounds=rounds)
        finally:
            bench.tidy()


def _render(row: Comparison) -> str:
    ours, theirs = (_figure(values, row.unit) for values in (row.ours, row.theirs))
    verdict = "" if row.holds(row) else "  MISSED"
    note = f"  ({row.note})" if row.note else ""
    return f"{row.what:44} {ours:>10} {theirs:>10} {row.ratio:>7.2f}  {row.aim}{verdict}{note}"


def _figure(values: Sequence[float], unit: str) -> str:
    middle = statistics.median(values)
    return f"{middle * 1000:,.0f} ms" if unit == "ms" else f"{middle:,.0f} {unit}"


if __name__ == "__main__":
    sys.exit(main())
