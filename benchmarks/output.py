"""A job that says a lot: are its bytes the same on stdout and in `/run.log`, and does jobber's memory stay flat?

    python benchmarks/output.py ADDRESS IMAGE [--megabytes 1000]

IMAGE needs a shell, `yes`, `head` and `sha256sum`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Run it, read along, and look at the resident memory every half second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("image")
    parser.add_argument("--megabytes", type=int, default=1000)
    chosen = parser.parse_args()
    jobber = [sys.executable, "-m", "jobber", "-H", chosen.address, "run"]
    script = f"yes 'a line of output, as a job may say it' | head -c {chosen.megabytes}000000"
    with tempfile.TemporaryDirectory() as folder:
        id_file = f"{folder}/id"
        begun = time.monotonic()
        process = subprocess.Popen(
            [*jobber, "--iidfile", id_file, chosen.image, "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        seen, size, resident, looked = hashlib.sha256(), 0, [], 0.0
        while chunk := os.read(process.stdout.fileno(), 1 << 20):
            seen.update(chunk)
            size += len(chunk)
            if time.monotonic() - looked > 0.5:
                looked = time.monotonic()
                resident.append(_resident(process.pid))
        process.wait()
        seconds = time.monotonic() - begun
        image = Path(id_file).read_text()
        words = [*jobber, "--result-image", "none", image, "sha256sum", "/run.log"]
        kept = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[0]
    print(f"{size} bytes in {seconds:.1f} s; resident MiB: first {resident[1]:.0f}, most {max(resident):.0f}")
    print("stdout and /run.log are the same" if kept == seen.hexdigest() else "stdout and /run.log differ")
    return 0 if kept == seen.hexdigest() else 1


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
