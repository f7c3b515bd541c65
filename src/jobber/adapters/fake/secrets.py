"""Secrets of builds on the fake: no instruction of its subset takes one, but a wrong one is wrong here as well."""

from __future__ import annotations

from pathlib import Path

from jobber.domain.errors import BuildFailed, OptionUnsupported

_KEYS = frozenset({"id", "src", "source", "env", "type"})


def check_secrets(secrets: tuple[str, ...], *, flavour: str) -> None:
    """Check `--secret`. Raises `BuildFailed`, and `OptionUnsupported` for Podman, whose API has none."""
    for secret in secrets:
        if flavour == "podman":
            raise OptionUnsupported(
                "--secret", engine="podman", why="its API takes secrets only as files of the context"
            )
        fields = dict(field.partition("=")[::2] for field in secret.split(","))
        if unknown := sorted(fields.keys() - _KEYS):
            raise BuildFailed(why=f"--secret {secret}: unexpected key {unknown[0]!r}")
        source = fields.get("src") or fields.get("source")
        if source and not Path(source).is_file():
            raise BuildFailed(why=f"--secret {secret}: there is no file {source}")
