"""What a build is made from: its context, its Dockerfile, the names it gets."""

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
    """Raise `UsageError` for a context that is no directory."""
    if str(context) == _STANDARD_INPUT:
        raise UsageError("the build context must be a directory, not standard input")
    if not context.is_dir():
        why = "is no directory" if context.exists() else "does not exist"
        raise UsageError(f"build context {context} {why}", hint="`jobber build DIR` builds what is in DIR")


def parse_names(
    context: Path, tags: tuple[str, ...], *, registry: Registry | None, progress: Progress
) -> tuple[ImageReference, ...]:
    """The names that an image is to get; without any, the directory's. Raises `UsageError`, `InvalidReference`."""
    texts = tags or (image_name_of_directory(context, progress=progress),)
    names = tuple(parse_reference(text, default_registry=registry) for text in texts)
    for text, name in zip(texts, names, strict=True):
        if name.digest:
            raise UsageError(f"an image can't be tagged with a digest: {text}", hint="use NAME or NAME:TAG")
    return names


def find_dockerfile(context: Path, file: Path | None) -> Path:
    """The Dockerfile: relative to the context unless it exists relative to the current directory (docs/commands.md).

    Without a name it may be a `Containerfile`, which some engines take: see `check_dockerfile`.
    """
    candidates = [context / name for name in (_USUAL, _OTHER)] if file is None else [file, context / file]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    missing = candidates[0 if file is None else -1]
    raise UsageError(f"{missing} does not exist", hint="name another file with -f, or another directory")


def check_dockerfile(dockerfile: Path, file: Path | None, *, engine: EngineDescription) -> None:
    """Check that the engine takes a Dockerfile of this name where the user has named none. Raises `UsageError`."""
    if file is None and dockerfile.name not in engine.dockerfiles:
        raise UsageError(
            f"{dockerfile.with_name(_USUAL)} does not exist",
            hint=f"to build the {dockerfile.name} beside it, name it: -f {dockerfile.name}",
        )


def dockerfile_text(dockerfile: Path) -> str:
    """What stands in a Dockerfile. Raises `UsageError`."""
    try:
        return dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{dockerfile} can't be read: {error.strerror}") from None
