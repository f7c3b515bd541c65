"""A pipeline on handwritten digits, from nothing: data, two trainings, evaluations, a comparison; each an image.

    make demo

Every step is one `jobber` command, and shown as you would type it. The pipeline is in `jobber-pipeline.yml`. The second
`make demo` runs nothing, because nothing is stale.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from base_image import BASE, choose_base
from engine import jobber_environment, prepare_engine

ROOT = Path(__file__).parents[1]
FILE = "demo/jobber-pipeline.yml"
STALE = 1
"""The exit status of `jobber pipeline status` if a job is stale."""


def main() -> int:
    """Run the pipeline."""
    say("jobber demo: a computer learns to read digits")
    prepare_engine()
    base = choose_base()
    words = ["-f", FILE, *(["-p", f"base={base}"] if base != BASE else [])]

    say("1  Which jobs are stale, and why?")
    jobber("pipeline", "status", *words, expected=(0, STALE))

    say("2  Build and run what is stale; a second `make demo` runs nothing")
    jobber("pipeline", "run", *words)

    say("3  The jobs and what they need")
    jobber("pipeline", "graph", *words)

    say("Try it yourself")
    print(hint(words))
    return 0


def jobber(*words: str, expected: tuple[int, ...] = (0,)) -> None:
    """Show a command and run it. Ends the demo where it fails."""
    print(f"\n$ jobber {shlex.join(words)}", flush=True)
    command = [sys.executable, "-m", "jobber", *words]
    done = subprocess.run(command, cwd=ROOT, env=jobber_environment(), stdin=subprocess.DEVNULL, check=False)
    if done.returncode not in expected:
        sys.exit(f"the demo ends here: that command failed with exit status {done.returncode}")


def say(sentence: str) -> None:
    """Print a headline."""
    print(f"\n{sentence}\n{'-' * len(sentence)}", flush=True)


def hint(words: list[str]) -> str:
    """Return commands to try next."""
    variables = [f"export {name}={shlex.quote(value)}" for name, value in jobber_environment(only_added=True).items()]
    program = Path(sys.executable).with_name("jobber")
    options = shlex.join(words)
    lines = [
        *variables,
        f"{program} pipeline status {options} -p epochs=20    # what would run, and why",
        f"{program} pipeline graph {options} --format html -o pipeline.html",
        f"{program} run -i digits,src=/data/train -o /model digits-trainer --epochs 30 --hidden 64",
        f"{program} ls --metrics",
        f"{program} lineage digits-comparison:latest-run",
        "edit demo/evaluate/evaluate.py, and run `make demo` again: no model is trained again",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
