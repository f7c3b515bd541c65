"""`IMAGE:PATH`, what `jobber cp` copies: a file or a directory of an image."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from jobber.domain.errors import UsageError
from jobber.domain.files.paths import normal_path


@dataclass(frozen=True, slots=True)
class SourcePath:
    """A path of an image, and what the way that it is written says about it."""

    path: str
    """Absolute and normal."""
    must_be_directory: bool = False
    """It ends with a slash."""
    contents_only: bool = False
    """It ends with `/.`, or is the root: what is in the directory is meant, not the directory itself."""

    @property
    def name(self) -> str:
        """What a copy is named after; empty for the root."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ImagePath:
    """An image's name, as the user gave it, and a path."""

    image: str
    path: str

    def within(self, directory: str) -> SourcePath:
        """The path, relative to a directory of the image where it is not absolute."""
        whole = normal_path(posixpath.join("/", directory, self.path))
        last = self.path.rpartition("/")[2]
        contents_only = last in (".", "..") or whole == "/"
        return SourcePath(whole, must_be_directory=not last or contents_only, contents_only=contents_only)


def parse_image_path(text: str) -> ImagePath:
    """Read `IMAGE:PATH`. Raises `UsageError`.

    No image's name has a colon before a slash, so the first one ends it, whatever registry and port are before.
    Without one, the path is a relative one, and begins after the last colon.
    """
    image, colon, path = text.partition(":/")
    if colon:
        path = f"/{path}"
    else:
        image, _, path = text.rpartition(":")
    if not image or not path:
        raise UsageError(
            f"{text!r} is no IMAGE:PATH", hint="for example train:latest-run:/model, or localhost:5000/train:/model/x"
        )
    return ImagePath(image, path)
