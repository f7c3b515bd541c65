"""An engine as a test uses it, the fake or a real one: all its roles, images on demand, and a look into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobber.domain.ports import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.adapters.fake.jobs.job import Program
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Clock, KeptLogs


class EngineUnderTest(Engine, Protocol):
    """What `FakeEngine` and `RealEngine` have in common, so that a test runs on both."""

    @property
    def clock(self) -> Clock:
        """The time that runs and builds go by."""

    @property
    def kept_logs(self) -> KeptLogs:
        """Where outputs are kept that the engine has not noted."""

    @property
    def made(self) -> Sequence[ImageId]:
        """The images of all builds and commits so far, in order."""

    def look(self, image: ImageId) -> Image | None:
        """An image as it is now; None where there is none. On the fake that is no call: no fault strikes it."""

    def image(
        self,
        name: str,
        *,
        run: Program | None = None,
        files: Mapping[str, bytes | str] | None = None,
        labels: Mapping[str, str] | None = None,
        context: str | PathLike[str] | None = None,
        dockerfile: str | None = None,
    ) -> ImageId:
        """Make an image and tag it.

        On the fake, `run` is its program, which stands in for what `context` would run on a real engine: both build
        `context`, or `dockerfile` alone. `files`, by absolute path, are put on top; without a context they are all.
        """

    def read(self, name: str, path: str) -> bytes:
        """A file of an image, by name or id. Raises `ImageNotFound`, `FileNotFoundError`."""

    def list(self, name: str, directory: str = "/") -> Sequence[str]:
        """The paths of all files and links below a directory of an image, sorted. Raises `ImageNotFound`."""
