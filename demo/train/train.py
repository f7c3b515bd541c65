"""Train a small neural network to read digits: /data/digits.csv.gz in, /model/model.json and metrics.json out.

Plain Python, and the same model every time: the order of the rows and the first weights come from one seed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from operator import mul
from pathlib import Path

SEED = 1
DIGITS = 10
PIXELS = 64
BRIGHTEST = 16
TOO_SMALL = 1e-5
"""Corrections below this are not worth their time."""

Row = tuple[list[float], int]
Matrix = list[list[float]]


def main() -> None:
    """Read, train, write."""
    options = read_options()
    rows = read_rows(Path("/data/digits.csv.gz"))
    print(f"{len(rows)} digits, {options.hidden} hidden units, {options.epochs} epochs", flush=True)
    network = Network(options.hidden)
    metrics: dict[str, float] = {}
    for epoch in range(options.epochs):
        metrics = network.train(rows, rate=options.rate / (1 + epoch / 10))
        print(f"epoch {epoch + 1:3}  loss {metrics['loss']:.4f}  accuracy {metrics['accuracy']:.4f}", flush=True)
    folder = Path("/model")
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(json.dumps({"hidden": network.hidden, "output": network.output}))
    facts = {"rows": len(rows), "epochs": options.epochs, "rate": options.rate, "hidden": options.hidden}
    (folder / "metrics.json").write_text(json.dumps({**facts, **metrics}))


class Network:
    """One layer of hidden units, and one output for each digit. A row of weights ends with the unit's bias."""

    def __init__(self, hidden: int) -> None:
        self.random = random.Random(SEED)
        self.hidden = self._weights(hidden, inputs=PIXELS, spread=0.2)
        self.output = self._weights(DIGITS, inputs=hidden, spread=0.3)

    def train(self, rows: list[Row], *, rate: float) -> dict[str, float]:
        """See every row once, and learn from it. Returns the mean loss and the accuracy meanwhile."""
        loss, right = 0.0, 0
        for pixels, digit in self.random.sample(rows, len(rows)):
            units = [math.tanh(sum(map(mul, weights, pixels))) for weights in self.hidden] + [1.0]
            chances = softmax([sum(map(mul, weights, units)) for weights in self.output])
            loss -= math.log(max(chances[digit], 1e-12))
            right += chances.index(max(chances)) == digit
            chances[digit] -= 1
            self._learn(pixels, units, chances, rate=rate)
        return {"loss": round(loss / len(rows), 6), "accuracy": round(right / len(rows), 6)}

    def _learn(self, pixels: list[float], units: list[float], errors: list[float], *, rate: float) -> None:
        """Move all weights a little against the error of one row."""
        blame = [sum(map(mul, errors, column)) for column in zip(*self.output, strict=True)]
        for weights, error in zip(self.output, errors, strict=True):
            nudge(weights, units, by=-rate * error)
        for weights, unit, error in zip(self.hidden, units, blame, strict=False):
            nudge(weights, pixels, by=-rate * error * (1 - unit * unit))

    def _weights(self, units: int, *, inputs: int, spread: float) -> Matrix:
        return [[self.random.gauss(0, spread) for _ in range(inputs + 1)] for _ in range(units)]


def nudge(weights: list[float], inputs: list[float], *, by: float) -> None:
    """Add a multiple of the inputs to the weights."""
    if abs(by) > TOO_SMALL:
        weights[:] = [weight + by * value for weight, value in zip(weights, inputs, strict=True)]


def softmax(scores: list[float]) -> list[float]:
    """Scores as chances, which add up to one."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def read_rows(file: Path) -> list[Row]:
    """Pixels from 0 to 1, with a 1 for the bias, and the digit."""
    with gzip.open(file, "rt") as lines:
        rows = [[int(number) for number in line.split(",")] for line in lines]
    return [([pixel / BRIGHTEST for pixel in row[:PIXELS]] + [1.0], row[PIXELS]) for row in rows]


def read_options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="Train a small neural network to read digits.")
    parser.add_argument("--epochs", type=int, default=15, help="how often to see every digit (default 15)")
    parser.add_argument("--rate", type=float, default=0.1, help="how fast to learn (default 0.1)")
    parser.add_argument("--hidden", type=int, default=32, help="units between pixels and digits (default 32)")
    options = parser.parse_args()
    for name in ("epochs", "rate", "hidden"):
        if not getattr(options, name) > 0:
            parser.error(f"--{name} must be above 0")
    return options


if __name__ == "__main__":
    main()
