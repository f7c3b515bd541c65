"""Build secrets on the fake: no supported instruction uses them, but invalid ones are rejected."""

from __future__ import annotations

from pathlib import Path

from jobber.domain.errors import BuildFailed

_KEYS = frozenset({"id", "src", "source", "env", "type"})


def check_secrets(secrets: tuple[str, ...]) -> None:
    """Check the values of `--secret`. Raises `BuildFailed`."""
    for secret in secrets:
        fields = dict(field.partition("=")[::2] for field in secret.split(","))
        if unknown := sorted(fields.keys() - _KEYS):
            raise BuildFailed(why=f"--secret {secret}: unexpected key {unknown[0]!r}")
        source = fields.get("src") or fields.get("source")
        if source and not Path(source).is_file():
            raise BuildFailed(why=f"--secret {secret}: there is no file {source}")
