"""Manifests of images in a registry, in the OCI and Docker formats."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from jobber.domain.errors import RegistryFailed
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.adapters.registry_api.session import Session
    from jobber.domain.images.reference import ImageReference

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_ACCEPT = ", ".join((*_MANIFESTS, *_INDEXES))
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


@frozen
class Blob:
    """A blob of an image, identified by its digest."""

    digest: str
    size: int
    """Stored size in bytes."""


@frozen
class Manifest:
    """The manifest of one image."""

    digests: tuple[str, ...]
    """The manifest's own digest, preceded by that of the index that lists it for this platform."""
    configuration: Blob
    layers: tuple[Blob, ...]
    """The layers, bottom first."""


def read_manifest(session: Session, reference: ImageReference) -> Manifest:
    """Return the manifest of an image for this machine's platform. Raises `ImageNotFound`, `RegistryFailed`."""
    digest, facts = _read(session, reference, _name_of(reference))
    if "manifests" not in facts:
        return _manifest(reference, (digest,), facts)
    chosen = _of_platform(facts["manifests"], f"linux/{_ARCHITECTURES.get(os.uname().machine, os.uname().machine)}")
    if chosen is None:
        raise RegistryFailed(str(reference), why="its index lists no image")
    own, facts = _read(session, reference, chosen)
    return _manifest(reference, (digest, own), facts)


def digest_of(session: Session, reference: ImageReference) -> str:
    """Return the digest of what a reference names, with one request. Raises `ImageNotFound`, `RegistryFailed`."""
    name = _name_of(reference)
    headers = session.headers_of(f"manifests/{name}", reference=reference, accept=_ACCEPT)
    return headers.get("Docker-Content-Digest") or _read(session, reference, name)[0]


def _name_of(reference: ImageReference) -> str:
    return reference.digest or reference.tag or "latest"


def copy_tag(session: Session, reference: ImageReference, *, tag: str) -> None:
    """Give another tag to what a reference names. Raises `ImageNotFound`, `RegistryFailed`."""
    name = _name_of(reference)
    text, headers = session.read(f"manifests/{name}", reference=reference, accept=_ACCEPT)
    kind = headers.get("Content-Type") or _MANIFESTS[0]
    session.put(f"manifests/{tag}", text, reference=reference, kind=kind)


def check_digest(reference: ImageReference, digest: str, content: bytes) -> None:
    """Check that bytes match their digest. Raises `RegistryFailed`."""
    actual = hash_for(reference, digest)
    actual.update(content)
    if f"{actual.name}:{actual.hexdigest()}" != digest:
        raise RegistryFailed(str(reference), why=f"the content does not match the digest {digest[:19]}")


def hash_for(reference: ImageReference, digest: str) -> hashlib._Hash:
    """Return an empty hash with the algorithm of a digest. Raises `RegistryFailed` for an unknown one."""
    algorithm = digest.partition(":")[0]
    if algorithm not in ("sha256", "sha512"):
        raise RegistryFailed(str(reference), why=f"its digest {digest[:20]} has an unknown algorithm")
    return hashlib.new(algorithm)


def _read(session: Session, reference: ImageReference, name: str) -> tuple[str, dict[str, Any]]:
    text, headers = session.read(f"manifests/{name}", reference=reference, accept=_ACCEPT)
    digest = name if ":" in name else headers.get("Docker-Content-Digest")
    if digest:
        check_digest(reference, digest, text)
    try:
        facts = json.loads(text)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        raise RegistryFailed(str(reference), why="its manifest is not a JSON object")
    return digest or f"sha256:{hashlib.sha256(text).hexdigest()}", facts


def _of_platform(entries: Any, wanted: str) -> str | None:
    """Return the digest of the image for a platform, else of the first image. Attestations are not images."""
    found: str | None = None
    for entry in entries if isinstance(entries, list) else ():
        try:
            platform, digest = entry.get("platform") or {}, str(entry["digest"])
            name = f"{platform.get('os', 'linux')}/{platform.get('architecture', '')}"
        except (KeyError, TypeError, AttributeError):
            continue
        if name == wanted:
            return digest
        if not name.startswith("unknown/"):
            found = found or digest
    return found


def _manifest(reference: ImageReference, digests: tuple[str, ...], facts: dict[str, Any]) -> Manifest:
    try:
        return Manifest(digests, _blob(facts["config"]), tuple(map(_blob, facts["layers"])))
    except (KeyError, TypeError, ValueError):
        why = (
            "its manifest has an obsolete format"
            if facts.get("schemaVersion") == 1
            else "its manifest is not that of an image"
        )
        raise RegistryFailed(str(reference), why=why) from None


def _blob(facts: Any) -> Blob:
    return Blob(str(facts["digest"]), int(facts.get("size", 0)))
