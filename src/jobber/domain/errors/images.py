"""Images, and paths in them, that do not exist or have the wrong kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ImageNotFound(JobberError):
    """An image that does not exist on the engine."""

    def __init__(self, name: str, *, hint: str | None = None) -> None:
        super().__init__(f"there is no image {name}", hint=hint)
        self.name = name


class AmbiguousName(JobberError):
    """An ID prefix that matches several images."""

    def __init__(self, name: str, *, ids: Sequence[str]) -> None:
        shown = ", ".join(id_.removeprefix("sha256:")[:12] for id_ in ids[:3])
        more = ", …" if len(ids) > 3 else ""
        super().__init__(f"{len(ids)} images have the ID prefix {name}: {shown}{more}", hint="use a longer prefix")
        self.name = name
        self.ids = tuple(ids)


class SourceNotFound(JobberError):
    """A source directory that the input image does not contain."""

    def __init__(self, image: str, *, source: str) -> None:
        super().__init__(
            f"input image {image} has no directory {source}",
            hint=f"name its data directory: {image},src=/DIR",
        )
        self.image = image
        self.source = source


class PathNotFound(JobberError):
    """A path that an image does not contain, or a link whose target the image does not contain."""

    def __init__(self, image: str, *, path: str, target: str | None = None) -> None:
        super().__init__(
            f"{path} of image {image} is a link to {target}, which the image does not contain"
            if target
            else f"image {image} has no {path}",
            hint="to copy the link itself, copy its parent directory" if target else None,
        )
        self.image = image
        self.path = path
        self.target = target
        """The target of the link at the path; None if the path is not a link."""


class NeitherHasPath(PathNotFound):
    """A path to compare that neither of two images contains."""

    def __init__(self, a: str, b: str, *, path: str) -> None:
        super().__init__(a, path=path)
        self.what = f"neither {a} nor {b} has {path}"
        self.other = b


class NotAFile(PathNotFound):
    """A path that exists but is not a file."""

    def __init__(self, image: str, *, path: str) -> None:
        super().__init__(image, path=path)
        self.what = f"{path} of {image} is not a file"


class PathNotUtf8(JobberError):
    """A path that is not UTF-8, so that engines don't accept it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path!r} can't be requested from the engine: it is not valid UTF-8", hint="copy its parent directory"
        )
        self.path = path


class NotWritten(JobberError):
    """A local file or directory that could not be created."""

    def __init__(self, place: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"can't copy to {place}: {why}", hint=hint)
        self.place = place
        self.why = why


class MetricsUnusable(JobberError):
    """A `metrics.json` that is not a JSON object of numbers."""

    def __init__(self, why: str, *, of: str = "the metrics") -> None:
        super().__init__(f"{of} can't be used: {why}")
        self.why = why


class TagTaken(JobberError):
    """A fixed tag that another image already has."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is already a tag of another image")
        self.reference = reference
