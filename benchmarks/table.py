"""The cost of jobber, side by side with the same by hand: `make bench`.

    python benchmarks/table.py [--rounds N] [--only NAME,...] [--engine docker,podman] [--against REVISION]

Engines are named by JOBBER_TEST_DOCKER and JOBBER_TEST_PODMAN; `make bench` starts private ones. A table of ratios
is printed; the exit status is 1 where one misses its aim. With `--against`, the working tree is measured beside another
revision of jobber instead: both are installed below `build/revisions`, and take turns.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from functools import partial
from typing import TYPE_CHECKING

import against
import configuration
import copies
import digests
import engines
import fake
import latency
import ledger
import many
import startup
from hand import benches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    "latency": latency.compare_latency,
}
_ROUNDS = 9
_ROUNDS_AGAINST = 20


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks/table.py", description="What jobber costs, side by side.")
    parser.add_argument("--rounds", type=int, help="measurements of each command (default: 9, or 20)")
    parser.add_argument("--only", default=",".join((*_WITHOUT_ENGINE, *_WITH_ENGINE)), help="names, with commas")
    parser.add_argument(
        "--against", metavar="REVISION", help="another revision of jobber, instead of the engine's own client"
    )
    parser.add_argument("--engine", default="docker,podman", help="engines, with commas")
    options = parser.parse_args()
    without, with_engine, rounds = _WITHOUT_ENGINE, _WITH_ENGINE, options.rounds or _ROUNDS
    if options.against:
        both = against.install_both(options.against)
        without = {name: partial(compare, both) for name, compare in against.WITHOUT_ENGINE.items()}
        with_engine = {name: partial(compare, both) for name, compare in against.WITH_ENGINE.items()}
        rounds = options.rounds or _ROUNDS_AGAINST
    print(f"{'':44} {'jobber':>10} {(options.against or 'by hand')[:10]:>10} {'ratio':>7}  aim", flush=True)
    missed = 0
    names = options.only.split(",")
    chosen, chosen_engine = (
        {name: compare for name, compare in table.items() if name in names} for table in (without, with_engine)
    )
    for row in _rows(chosen, chosen_engine, options.engine.split(","), rounds):
        print(_render(row), flush=True)
        missed += not row.holds(row)
    print(f"\n{missed} of the aims missed" if missed else "\nall aims met")
    return 1 if missed else 0


def _rows(
    without_engine: Mapping[str, Callable[..., Iterator[Comparison]]],
    with_engine: Mapping[str, Callable[..., Iterator[Comparison]]],
    wanted: Sequence[str],
    rounds: int,
) -> Iterator[Comparison]:
    for compare in without_engine.values():
        yield from compare(rounds=rounds)
    if not with_engine:
        return
    for bench in benches(wanted):
        try:
            bench.make_base()
            for compare in with_engine.values():
                yield from compare(bench, rounds=rounds)
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
