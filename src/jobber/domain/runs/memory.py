"""Memory limits of jobs, as given in `docker run` options, and how to raise one that was too low."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = {"g": 1 << 30, "m": 1 << 20, "k": 1 << 10}
_NO_LIMIT = "it has no memory limit: reduce its memory use, or run it on a host with more memory"


def size_option(size_in_bytes: int) -> str:
    """Return a number of bytes in the syntax of `--memory`, in the largest unit without a fraction: `1536m`."""
    unit = next((unit for unit, size in _UNITS.items() if size_in_bytes % size == 0), "b")
    return f"{size_in_bytes // _UNITS.get(unit, 1)}{unit}"


def memory_remedy(limit: int | None, *, docker_args: Sequence[str] = (), place: str = "") -> str:
    """Return the hint for a job that ran out of memory: options with twice its limit, and where to set them.

    Args:
        limit: The effective limit in bytes; None for none.
        docker_args: The words of Xdocker that the job was run with.
        place: The configuration file and line that set the limit; empty for the command line.

    """
    if limit is None:
        return _NO_LIMIT
    options = f"--memory {size_option(2 * limit)}{_doubled_swap(docker_args)}"
    return f"raise the limit in {place}: {options}" if place else f"raise the limit: -Xd '{options}'"


def recorded_limit(docker_args: Sequence[str]) -> str:
    """Return the memory limit in the words of Xdocker, as written; empty if there is none."""
    return _last(docker_args, "--memory")


def _doubled_swap(docker_args: Sequence[str]) -> str:
    """Return `--memory-swap` with twice its value; empty if it is not set.

    Its value includes the memory limit, so it must grow with it.
    """
    from jobber.domain.docker_options.values import read_swap

    try:
        swap = read_swap(_last(docker_args, "--memory-swap") or "-1")
    except ValueError:
        return ""
    return f" --memory-swap {size_option(2 * swap)}" if swap > 0 else ""


def _last(docker_args: Sequence[str], option: str) -> str:
    """Return the effective value of an option, the last one; empty if the option is not given."""
    from jobber.domain.docker_options.table import SPELLINGS
    from jobber.domain.docker_options.tokens import read_words

    try:
        values = [word.value for word in read_words(docker_args, SPELLINGS) if word.option == option]
    except InvalidOption:  # recorded by a newer version of jobber, with options that this one does not know
        return ""
    return values[-1] if values else ""
