"""`IMAGE:PATH`, the source of `jobber cp`: a file or a directory of an image."""

from __future__ import annotations

import posixpath

from jobber.domain.errors import UsageError
from jobber.domain.files.paths import normal_path
from jobber.domain.values import frozen


@frozen
class SourcePath:
    """A path in an image; its spelling decides what is copied."""

    path: str
    """The path, absolute and normalized."""
    must_be_directory: bool = False
    """True if the path was written with a trailing slash."""
    contents_only: bool = False
    """True if the path ends with `/.` or is the root: copy the content of the directory, not the directory itself."""

    @property
    def name(self) -> str:
        """The name of the copy; empty for the root."""
        return self.path.rpartition("/")[2]


@frozen
class ImagePath:
    """An image name, as the user wrote it, and a path."""

    image: str
    path: str

    def within(self, directory: str) -> SourcePath:
        """Return the source path; a relative path is resolved against `directory`, a directory of the image."""
        whole = normal_path(posixpath.join("/", directory, self.path))
        last = self.path.rpartition("/")[2]
        contents_only = last in (".", "..") or whole == "/"
        return SourcePath(whole, must_be_directory=not last or contents_only, contents_only=contents_only)


def parse_image_path(text: str) -> ImagePath:
    """Parse `IMAGE:PATH`. Raises `UsageError`.

    An image name has no colon before a slash, so the first `:/` ends the name, even after a registry with a port.
    Without `:/` the path is relative and starts after the last colon.
    """
    image, colon, path = text.partition(":/")
    if colon:
        path = f"/{path}"
    else:
        image, _, path = text.rpartition(":")
    if not image or not path:
        raise UsageError(
            f"{text!r} is not an IMAGE:PATH",
            hint="for example train:latest-run:/model, or localhost:5000/train:/model/x",
        )
    return ImagePath(image, path)
