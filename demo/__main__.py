"""A pipeline on handwritten digits, from nothing: data, training, evaluation, each an image.

    make demo

Every step is one `jobber` command, and shown as you would type it.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from base_image import BASE, choose_base
from engine import jobber_environment, prepare_engine

ROOT = Path(__file__).parents[1]
EVALUATION = "digits-evaluate"
TRAINING = "digits-train"


def main() -> int:
    """Run the pipeline."""
    say("jobber demo: a computer learns to read digits")
    prepare_engine()
    base = choose_base()
    argument = ["--build-arg", f"BASE={base}"] if base != BASE else []

    say("1  Data is an image too: files, and nothing else")
    jobber("build", "demo/digits")

    say("2  Train: the data is mounted read-only at /data, the model is written to /model")
    jobber("build", *argument, f"demo/{TRAINING}")
    jobber("run", "-i", "digits,src=/data/train", "-o", "/model", TRAINING)

    say("3  Evaluate: the result of the training is the input now, beside digits that it has not seen")
    jobber("build", *argument, f"demo/{EVALUATION}")
    output = jobber(
        "run", "-i", f"{TRAINING}:latest-run,dest=/model", "-i", "digits,src=/data/test", "-o", "/report", EVALUATION
    )

    say("What came of it")
    print(next(line for line in reversed(output) if line.startswith("accuracy")))
    say("Who was made from what: every result's labels know it")
    jobber("lineage", f"{EVALUATION}:latest-run")
    say("Try it yourself")
    print(hint())
    return 0


def jobber(*words: str) -> list[str]:
    """Show a command and run it; returns what it said on its standard output. Ends the demo where it fails."""
    print(f"\n$ jobber {shlex.join(words)}", flush=True)
    output = []
    command = [sys.executable, "-m", "jobber", *words]
    with subprocess.Popen(
        command, cwd=ROOT, env=jobber_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            output.append(line.rstrip())
    if process.returncode:
        sys.exit(f"the demo ends here: that command failed with exit status {process.returncode}")
    return output


def say(sentence: str) -> None:
    """Print a headline."""
    print(f"\n{sentence}\n{'-' * len(sentence)}", flush=True)


def hint() -> str:
    """Print commands to try next."""
    variables = [f"export {name}={shlex.quote(value)}" for name, value in jobber_environment(only_added=True).items()]
    program = Path(sys.executable).with_name("jobber")
    lines = [
        *variables,
        f"{program} run -i digits,src=/data/train -o /model {TRAINING} --epochs 30 --hidden 64",
        f"{program} run -i {TRAINING}:latest-run,dest=/model -i digits,src=/data/test {EVALUATION}",
        f"{program} ls --metrics",
        f"{program} lineage {EVALUATION}:latest-run --format html -o lineage.html",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
