"""mutmut with the mutants in an order by chance, the same each time: a part of a run is a fair sample of the whole.

Its own order, the quickest first, leaves what many tests cover to the end.
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import Any

_program: Any = import_module("mutmut.__main__")  # not there where types are checked


def _by_chance(mutant: str) -> str:
    return hashlib.sha256(mutant.encode()).hexdigest()


_program.estimated_worst_case_time = _by_chance
_program.cli()
