"""mutmut with the mutants in an order by chance, the same each time: a part of a run is a fair sample of the whole.

Its own order, the quickest first, leaves what many tests cover to the end.
"""

from __future__ import annotations

import hashlib
from typing import Any

import mutmut.__main__

_program: Any = mutmut.__main__


def _by_chance(mutant: str) -> str:
    return hashlib.sha256(mutant.encode()).hexdigest()


_program.estimated_worst_case_time = _by_chance
_program.cli()
