"""The engine interface of tests: all roles of an engine, images on demand, and access to their files."""

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
    """The common interface of `FakeEngine` and `RealEngine`, which lets a test run on both.

    Example:
        >>> from jobber.testing import EngineUnderTest, FakeEngine
        >>> def points(engine: EngineUnderTest) -> bytes:
        ...     engine.image("points", files={"/data/points": "3 1 4 1 5"})
        ...     return engine.read("points", "/data/points")
        >>> points(FakeEngine())
        b'3 1 4 1 5'

    """

    @property
    def clock(self) -> Clock:
        """The clock of runs and builds."""

    @property
    def kept_logs(self) -> KeptLogs:
        """The store of job output that the engine's log lacks."""

    @property
    def made(self) -> Sequence[ImageId]:
        """The images of all builds and commits so far, in order."""

    def look(self, image: ImageId) -> Image | None:
        """Return the current description of an image.

        On the fake, this is not an engine call, so no fault applies to it.

        Args:
            image: The image ID.

        Returns:
            The image; None if it does not exist.

        """

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
        """Create an image and tag it.

        On the fake, `run` is the image's program. It replaces the program that `context` would run on a real engine.
        Both engines build `context`, or `dockerfile` alone.

        Args:
            name: The reference of the image.
            run: The program of the image on the fake. Default: none.
            files: Files to add, by absolute path. Without a context they are all files of the image. Default: none.
            labels: Labels of the image. Default: none.
            context: The build context, a directory. Default: none.
            dockerfile: The text of the Dockerfile. Default: that of the context.

        Returns:
            The image ID.

        """

    def read(self, name: str, path: str) -> bytes:
        """Return the content of a file of an image.

        Args:
            name: The reference or ID of the image.
            path: The absolute path of the file.

        Returns:
            The content in bytes.

        Raises:
            ImageNotFound: The image does not exist.
            FileNotFoundError: The image does not have that file.

        """

    def list(self, name: str, directory: str = "/") -> Sequence[str]:
        """Return the paths of all files and links below a directory of an image.

        Args:
            name: The reference or ID of the image.
            directory: The absolute path of the directory. Default: `/`.

        Returns:
            The paths, sorted.

        Raises:
            ImageNotFound: The image does not exist.

        """
