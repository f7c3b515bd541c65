"""The share of mutants that the tests caught, of those that have been tried; fails below the one that is wanted."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

_CAUGHT = frozenset((1, 3, 24, 36, 37, -24, 152, 255))
"""Exit codes of a test run that noticed, timed out or broke; mutmut writes them down."""
_UNTRIED = None


def main() -> None:
    """Print a table by module, and end with 1 below the score that is asked for."""
    wanted = float(sys.argv[1])
    caught: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for meta in sorted(Path("mutants/src/jobber/domain").rglob("*.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        tried[meta.stem] = sum(code is not _UNTRIED for code in codes)
        caught[meta.stem] = sum(code in _CAUGHT for code in codes)
    for module in sorted(tried):
        if tried[module]:
            print(f"{module:24}{caught[module]:5} of {tried[module]:5}  {caught[module] / tried[module]:6.1%}")
    score = 100 * caught.total() / max(1, tried.total())
    print(f"{'all':24}{caught.total():5} of {tried.total():5}  {score:5.1f}%")
    sys.exit(score < wanted)


main()
