"""Archives that create an image over layers that the engine already has: a configuration, a manifest, and no layers.

Docker with its own store and Podman look a layer up by its digest before they open its file in the archive. The files
of layers may therefore be absent, and nothing is copied. Docker's archive has the format of `docker save`
(`manifest.json`). Podman's is an OCI image layout (OCI Image Format Specification 1.0, "Image Layout").
"""

from __future__ import annotations

import json
import tarfile
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.tar_writer import END, file_member, log_archive, member_header
from jobber.domain.images.reference import ImageId
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DOCKER = "application/vnd.docker"
_MANIFEST = f"{_DOCKER}.distribution.manifest.v2+json"
"""Docker's manifest type: Podman keeps HEALTHCHECK, SHELL and ONBUILD with it, and loses them with the OCI type."""
_CONFIGURATION = f"{_DOCKER}.container.image.v1+json"
_LAYER = f"{_DOCKER}.image.rootfs.diff.tar"
_ABSENT = 1
"""The size, in bytes, in the manifest for a layer whose file is absent; engines with the layer ignore it."""


@frozen
class LogLayer:
    """A layer that contains only a job's log; it is read from the log each time it is needed."""

    log: BinaryIO
    moment: int
    """The modification time of the file in the layer, in seconds since 1970."""
    digest: str
    """The digest of the layer's archive (`sha256:HEX`)."""
    size: int
    """The size of that archive in bytes."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the archive."""
        return log_archive(self.log, moment=self.moment)


def log_layer(log: BinaryIO) -> LogLayer:
    """Create a layer from a log, which is read once for the digest."""
    moment, size, digest = int(time.time()), 0, sha256()
    for chunk in log_archive(log, moment=moment):
        digest.update(chunk)
        size += len(chunk)
    return LogLayer(log, moment, f"sha256:{digest.hexdigest()}", size)


@frozen
class ImageArchive:
    """An image to be loaded: its configuration, whose digest is the image ID, and its layers."""

    configuration: bytes
    layers: tuple[str, ...]
    """The digests of the layers' contents, bottom first."""
    top: LogLayer | None = None
    """The top layer, if the engine does not have it."""

    @property
    def id(self) -> ImageId:
        """The ID that the image will have."""
        return ImageId(f"sha256:{sha256(self.configuration).hexdigest()}")

    def for_docker(self) -> Iterator[bytes]:
        """Yield the archive in the form for `docker load`."""
        name = f"{self.id.removeprefix('sha256:')}.json"
        layers = [f"{_hex(layer)}/layer.tar" for layer in self.layers]
        manifest = [{"Config": name, "RepoTags": None, "Layers": layers}]
        yield file_member(name, self.configuration)
        yield file_member("manifest.json", _json(manifest))
        if self.top is not None:
            yield from _member_of(self.top, name=layers[-1])
        yield END

    def for_podman(self) -> Iterator[bytes]:
        """Yield the archive as an OCI image layout, without a name for the image."""
        manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _descriptor(_CONFIGURATION, self.id, len(self.configuration)),
                "layers": [_descriptor(_LAYER, layer, self._size_of(layer)) for layer in self.layers],
            }
        )
        digest = f"sha256:{sha256(manifest).hexdigest()}"
        index = {"schemaVersion": 2, "manifests": [_descriptor(_MANIFEST, digest, len(manifest))]}
        yield file_member("oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        yield file_member("index.json", _json(index))
        yield file_member(_blob(digest), manifest)
        yield file_member(_blob(self.id), self.configuration)
        if self.top is not None:
            yield from _member_of(self.top, name=_blob(self.top.digest))
        yield END

    def _size_of(self, layer: str) -> int:
        return self.top.size if self.top is not None and layer == self.top.digest else _ABSENT


def describe_image(
    *,
    platform: dict[str, Any],
    configuration: dict[str, Any],
    layers: Sequence[str],
    history: Sequence[dict[str, Any]],
    created: str,
) -> bytes:
    """Return an image's configuration as JSON (OCI Image Format Specification 1.0, "Image Configuration").

    Args:
        platform: The fields beside the rest: architecture, os, variant, author and the like; empty ones are left
            out.
        configuration: The field `config`, in Docker's form.
        layers: The digests of the layers' contents, bottom first.
        history: The history entries, oldest first.
        created: The time at which the image was created, RFC 3339.

    """
    return _json(
        {
            "created": created,
            **{name: value for name, value in platform.items() if value},
            "config": configuration,
            "rootfs": {"type": "layers", "diff_ids": list(layers)},
            "history": list(history),
        }
    )


def _member_of(layer: LogLayer, *, name: str) -> Iterator[bytes]:
    yield member_header(name, size=layer.size)
    yield from layer.chunks()
    yield bytes(-layer.size % tarfile.BLOCKSIZE)


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}


def _blob(digest: str) -> str:
    return f"blobs/sha256/{_hex(digest)}"


def _hex(digest: str) -> str:
    return digest.partition(":")[2]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
