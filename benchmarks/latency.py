"""The time from a key to its echo: `jobber run` with a terminal against the engine's own client.

    python benchmarks/latency.py docker|podman ADDRESS IMAGE [--keys 200]

IMAGE needs a `cat`. `podman` speaks to its service by `podman --remote`.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import signal
import statistics
import sys
import termios
import time
from typing import TYPE_CHECKING

from side_by_side import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hand import Bench

SECONDS = 60
_ECHO = 1.2
_KEYS = 100


def main() -> int:
    """Measure both, one after the other and twice, and tell the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=("docker", "podman"))
    parser.add_argument("address")
    parser.add_argument("image")
    parser.add_argument("--keys", type=int, default=200)
    chosen = parser.parse_args()
    client = ["docker", "-H", chosen.address]
    if chosen.engine == "podman":
        client = ["podman", "--remote", "--url", chosen.address]
    commands = {
        "client": [*client, "run", "--rm", "-it", chosen.image, "cat"],
        "jobber": [sys.executable, "-m", "jobber", "-H", chosen.address, "run", "-ri", "none", chosen.image, "cat"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(2):
        for name, command in commands.items():
            taken[name] += echoes(command, keys=chosen.keys)
    for name, seconds in taken.items():
        ordered = sorted(seconds)
        median, late = statistics.median(ordered) * 1e6, ordered[len(ordered) * 95 // 100] * 1e6
        print(f"{name}: median {median:.0f} us, p95 {late:.0f} us")
    print(f"ratio {statistics.median(taken['jobber']) / statistics.median(taken['client']):.2f}")
    return 0


def compare_latency(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A key until its echo, in jobs with a terminal that run `cat`."""
    image, address = f"{bench.image}:base", bench.environment["DOCKER_HOST"]
    client = ["docker", "-H", address] if bench.name == "docker" else ["podman", "--remote", "--url", address]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(max(rounds // 5, 2)):
        ours += echoes(bench.jobber("-H", address, "run", "-ri", "none", image, "cat"), keys=_KEYS)
        theirs += echoes([*client, "run", "--rm", "-it", image, "cat"], keys=_KEYS)
    yield Comparison(
        f"{bench.name}: key to echo, in microseconds",
        [seconds * 1e6 for seconds in ours],
        [seconds * 1e6 for seconds in theirs],
        f"at most {_ECHO}",
        lambda row: row.ratio <= _ECHO,
        unit="us",
    )


def echoes(command: list[str], *, keys: int) -> list[float]:
    """Type keys, and return the seconds from each to its echo."""
    process, master = pty.fork()
    if not process:
        os.execvp(command[0], command)
    _await_raw(master)
    seconds = []
    for number in range(keys):
        key = bytes((97 + number % 26,))
        begun = time.perf_counter()
        os.write(master, key)
        while key not in _read(master):
            pass
        seconds.append(time.perf_counter() - begun)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(master)
    return seconds[10:]


def _await_raw(master: int) -> None:
    """Until the client has the terminal, and the job has its own: its echo comes back from there."""
    give_up = time.monotonic() + SECONDS
    while termios.tcgetattr(master)[3] & termios.ECHO and time.monotonic() < give_up:
        time.sleep(0.05)
    os.write(master, b"#")
    while b"#" not in _read(master):
        pass


def _read(master: int) -> bytes:
    if not select.select([master], [], [], SECONDS)[0]:
        raise SystemExit("no echo")
    return os.read(master, 1 << 16)


if __name__ == "__main__":
    sys.exit(main())
