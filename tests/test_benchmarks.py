"""The measurements of the benchmarks: memory, CPU time and exit status of a command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_USAGE = Path(__file__).parents[1] / "benchmarks" / "usage.py"


def _used(program: str) -> tuple[int, float, float, int]:
    """The exit status of a Python program, its seconds, its CPU time and its peak of memory in bytes."""
    reader, writer = os.pipe()
    words = [sys.executable, "-I", "-S", str(_USAGE), str(writer), sys.executable, "-c", program]
    subprocess.run(words, pass_fds=(writer,), check=True)
    os.close(writer)
    with open(reader, encoding="ascii") as used:  # noqa: PTH123 - a descriptor
        status, seconds, processor, peak = used.read().split()
    return int(status), float(seconds), float(processor), int(peak)


def test_memory_is_the_command_s_own() -> None:
    of_this_process = bytearray(100_000_000)
    *_, without = _used("pass")
    *_, leaking = _used("leak = bytearray(5_000_000)")

    assert leaking - without == pytest.approx(5_000_000, abs=1_000_000), len(of_this_process)


def test_processor_time_is_the_command_s_own() -> None:
    *_, waiting, _ = _used("import time; time.sleep(0.5)")

    assert waiting < 0.3


def test_exit_status_is_the_command_s() -> None:
    status, *_ = _used("raise SystemExit(3)")

    assert status == 3
