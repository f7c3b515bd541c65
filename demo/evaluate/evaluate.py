"""Judge a model on digits it has not seen: /model and /data in, a table on stdout and /report/metrics.json out."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from operator import mul
from pathlib import Path

DIGITS = range(10)
PIXELS = 64
BRIGHTEST = 16

Row = tuple[list[float], int]
Matrix = list[list[float]]


def main() -> None:
    """Read, judge, tell, write."""
    model = json.loads(Path("/model/model.json").read_text())
    rows = read_rows(Path("/data/digits.csv.gz"))
    counts = Counter((digit, guess(model, pixels)) for pixels, digit in rows)
    accuracy = sum(counts[digit, digit] for digit in DIGITS) / len(rows)
    print_confusion(counts)
    found = {digit: share_found(counts, digit) for digit in DIGITS}
    worst = min(DIGITS, key=found.__getitem__)
    print(f"accuracy {accuracy:.4f} on {len(rows)} digits; hardest is {worst}, of which {found[worst]:.0%} were read")
    folder = Path("/report")
    folder.mkdir(exist_ok=True)
    metrics = {"rows": len(rows), "accuracy": round(accuracy, 6), "hardest": worst}
    metrics |= {f"recall_{digit}": round(share, 6) for digit, share in found.items()}
    (folder / "metrics.json").write_text(json.dumps(metrics))


def guess(model: dict[str, Matrix], pixels: list[float]) -> int:
    """Return the digit that the model predicts."""
    units = [math.tanh(sum(map(mul, weights, pixels))) for weights in model["hidden"]] + [1.0]
    scores = [sum(map(mul, weights, units)) for weights in model["output"]]
    return scores.index(max(scores))


def print_confusion(counts: Counter[tuple[int, int]]) -> None:
    """Count predictions: a row for each true digit, a column for each predicted one."""
    print("     " + "".join(f"{digit:4}" for digit in DIGITS))
    for digit in DIGITS:
        print(f"{digit:4} " + "".join(f"{counts[digit, read] or '·':>4}" for read in DIGITS))


def share_found(counts: Counter[tuple[int, int]], digit: int) -> float:
    """Return the share of a digit's pictures that were predicted correctly (0 to 1)."""
    return counts[digit, digit] / sum(counts[digit, read] for read in DIGITS)


def read_rows(file: Path) -> list[Row]:
    """Pixels from 0 to 1, with a 1 for the bias, and the digit."""
    with gzip.open(file, "rt") as lines:
        rows = [[int(number) for number in line.split(",")] for line in lines]
    return [([pixel / BRIGHTEST for pixel in row[:PIXELS]] + [1.0], row[PIXELS]) for row in rows]


if __name__ == "__main__":
    main()
