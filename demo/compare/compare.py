"""Compare the reports of several models: /reports/NAME/metrics.json in, a table on stdout and metrics.json out."""

from __future__ import annotations

import json
from pathlib import Path


def main() -> None:
    """Read, sort, print, write."""
    files = Path("/reports").glob("*/metrics.json")
    reports = {file.parent.name: json.loads(file.read_text()) for file in files}
    best_first = sorted(reports, key=lambda name: reports[name]["accuracy"], reverse=True)
    print(f"{'hidden units':12}  {'accuracy':>8}  hardest digit")
    for name in best_first:
        print(f"{name:>12}  {reports[name]['accuracy']:8.4f}  {reports[name]['hardest']:>13}")
    folder = Path("/comparison")
    folder.mkdir(exist_ok=True)
    best = reports[best_first[0]]
    (folder / "metrics.json").write_text(json.dumps({"best": int(best_first[0]), "accuracy": best["accuracy"]}))


if __name__ == "__main__":
    main()
