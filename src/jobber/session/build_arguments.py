"""The arguments of a build: its context, its Dockerfile and its image names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import UsageError
from jobber.domain.images.reference import parse_reference
from jobber.session.directory_name import image_name_of_directory

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.ports.progress import Progress

_STANDARD_INPUT = "-"
_USUAL, _OTHER = "Dockerfile", "Containerfile"


def check_context(context: Path) -> None:
    """Raise `UsageError` for a context that is not a directory."""
    if str(context) == _STANDARD_INPUT:
        raise UsageError("the build context must be a directory, not standard input")
    if not context.is_dir():
        why = "is not a directory" if context.exists() else "does not exist"
        raise UsageError(f"build context {context} {why}", hint="`jobber build DIR` builds the context DIR")


def parse_names(
    context: Path, tags: tuple[str, ...], *, registry: Registry | None, progress: Progress
) -> tuple[ImageReference, ...]:
    """Return the names for an image; by default, the name of the directory. Raises `UsageError`, `InvalidReference`."""
    texts = tags or (image_name_of_directory(context, progress=progress),)
    names = tuple(parse_reference(text, default_registry=registry) for text in texts)
    for text, name in zip(texts, names, strict=True):
        if name.digest:
            raise UsageError(f"an image can't be tagged with a digest: {text}", hint="use NAME or NAME:TAG")
    return names


def find_dockerfile(context: Path, file: Path | None) -> Path:
    """Return the path of the Dockerfile. Raises `UsageError` if it does not exist.

    A given name is relative to the current directory if the file exists there, else to the context. Without a name, the
    file may be a `Containerfile`, which only some engines accept: see `check_dockerfile`.
    """
    candidates = [context / name for name in (_USUAL, _OTHER)] if file is None else [file, context / file]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    missing = candidates[0 if file is None else -1]
    raise UsageError(f"{missing} does not exist", hint="name another file with -f, or another directory")


def check_dockerfile(dockerfile: Path, file: Path | None, *, engine: EngineDescription) -> None:
    """Check that the engine accepts a Dockerfile of this name if the user gave no name. Raises `UsageError`."""
    if file is None and dockerfile.name not in engine.dockerfiles:
        raise UsageError(
            f"{dockerfile.with_name(_USUAL)} does not exist",
            hint=f"to build the {dockerfile.name} beside it, name it: -f {dockerfile.name}",
        )


def dockerfile_text(dockerfile: Path) -> str:
    """Return the text of a Dockerfile. Raises `UsageError`."""
    try:
        return dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{dockerfile} can't be read: {error.strerror}") from None
