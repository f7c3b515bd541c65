"""The Python interface on real engines."""

from __future__ import annotations

from user import Shell

import jobber


def test_run_and_its_files(shell: Shell, engine_address: str) -> None:
    data = shell.data_image(x="X")
    script = 'mkdir -p /out/deep; cp /data/x /out/deep/; echo "{\\"a\\": 1}" >/out/metrics.json; echo said'
    result = jobber.run(
        shell.name, inputs=[data], out="/out", command=["sh", "-c", script], host=engine_address, quiet=True
    )
    seen = jobber.image(result.id, host=engine_address)

    assert (result.outcome, result.log, result.metrics) == ("succeeded", "said\n", {"a": 1})
    assert seen.files.list() == ("/out/deep/x", "/out/metrics.json")
    assert (seen.files.read("deep/x"), seen.log) == (b"X", "said\n")


def test_build(shell: Shell, engine_address: str) -> None:
    built = jobber.build(shell.folder, host=engine_address, quiet=True)

    assert f"{shell.name}:latest" in built.tags
