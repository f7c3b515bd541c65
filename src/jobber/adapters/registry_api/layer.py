"""One layer of an image: its blob, fetched once and verified, and the list of its entries."""

from __future__ import annotations

import gzip
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, cast

from jobber.adapters.registry_api.manifest import hash_for
from jobber.domain.errors import RegistryFailed
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from jobber.adapters.registry_api.manifest import Blob
    from jobber.adapters.registry_api.session import Session
    from jobber.domain.images.reference import ImageReference

CHUNK = 1 << 18
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


@frozen
class Entry:
    """An entry of a layer."""

    number: int
    """Number of the member in the layer's archive."""
    kind: bytes
    """Type of the entry, as defined by tarfile."""
    target: str = ""
    """Target of a link. For a hard link, this is the normalized path of the other name."""
    member: tarfile.TarInfo | None = None
    """The archive member of a directory; directories are sent before their content."""

    @property
    def is_directory(self) -> bool:
        """True if the entry is a directory."""
        return self.kind == tarfile.DIRTYPE


@dataclass(slots=True)
class Layer:
    """A layer on disk; the keys of `entries` are paths without a leading slash, empty for the root."""

    blob: IO[bytes]
    reference: ImageReference
    entries: dict[str, Entry] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """Paths that the layer removes (whiteouts)."""
    opaque: set[str] = field(default_factory=set)
    """Directories whose content in lower layers the layer hides (opaque whiteouts)."""

    @contextmanager
    def members(self) -> Iterator[tuple[tarfile.TarFile, Iterator[tarfile.TarInfo]]]:
        """Yield the archive and an iterator over its members, in constant memory. Raises `RegistryFailed`."""
        self.blob.seek(0)
        try:
            with (
                _uncompressed(self.blob, self.reference) as stream,
                tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as archive,
            ):
                yield archive, _each(archive)
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            raise RegistryFailed(str(self.reference), why=f"a layer of it can't be read: {error}") from None


def fetch_layer(session: Session, reference: ImageReference, blob: Blob) -> Layer:
    """Download a layer to a temporary file that is removed when closed. Raises `ImageNotFound`, `RegistryFailed`."""
    digest = hash_for(reference, blob.digest)
    file = tempfile.TemporaryFile(prefix="jobber-")
    try:
        with session.answer(f"blobs/{blob.digest}", reference=reference) as response:
            while chunk := response.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        layer = Layer(file, reference)
        _check(reference, blob.digest.partition(":")[2], digest.hexdigest())
        _list(layer)
    except BaseException:
        file.close()
        raise
    return layer


def _check(reference: ImageReference, expected: str, actual: str) -> None:
    if expected != actual:
        raise RegistryFailed(str(reference), why=f"layer {expected[:12]} of it is truncated or corrupt")


def normal_name(name: str) -> str | None:
    """Return the path of a member without surrounding slashes; None if it points outside the archive."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts else "/".join(parts)


def _list(layer: Layer) -> None:
    with layer.members() as (_, members):
        for number, member in enumerate(members):
            path = normal_name(member.name)
            if path is None:
                continue
            parent, slash, last = path.rpartition("/")
            if last == _OPAQUE:
                layer.opaque.add(parent)
            elif last.startswith(_WHITEOUT):
                layer.gone.add(f"{parent}{slash}{last.removeprefix(_WHITEOUT)}")
            else:
                target = (normal_name(member.linkname) or "") if member.islnk() else member.linkname
                kind = tarfile.REGTYPE if member.isreg() else member.type
                layer.entries[path] = Entry(number, kind, target, member if member.isdir() else None)


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined] # tarfile keeps each member in memory
        yield member


@contextmanager
def _uncompressed(blob: IO[bytes], reference: ImageReference) -> Iterator[IO[bytes]]:
    beginning = blob.read(4)
    blob.seek(0)
    if beginning.startswith(_GZIP):
        with gzip.GzipFile(fileobj=blob, mode="rb") as stream:
            yield cast("IO[bytes]", stream)
    elif beginning == _ZSTD:
        with _zstd_reader(blob, reference) as stream:
            yield stream
    else:
        yield blob


@contextmanager
def _zstd_reader(blob: IO[bytes], reference: ImageReference) -> Iterator[IO[bytes]]:
    """Decompress zstd with Python 3.14 or later, else with the package `zstandard`.

    Raises `RegistryFailed`, `ValueError`.
    """
    for name, open_reader in _ZSTD_READERS.items():
        try:
            module = import_module(name)
        except ImportError:
            continue
        try:
            with open_reader(module, blob) as stream:
                yield stream
        except module.ZstdError as error:
            raise ValueError(str(error)) from None
        return
    raise RegistryFailed(
        str(reference),
        why="its layers are compressed with zstd, which this Python does not support",
        hint="install the package zstandard, use Python 3.14 or later, or pull the image",
    )


_ZSTD_READERS: dict[str, Callable[[Any, IO[bytes]], AbstractContextManager[IO[bytes]]]] = {
    "compression.zstd": lambda module, blob: module.open(blob),
    # read all frames: `zstd:chunked` has one for each file
    "zstandard": lambda module, blob: module.ZstdDecompressor().stream_reader(
        blob, read_across_frames=True, closefd=False
    ),
}
