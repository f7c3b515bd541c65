"""Conversion of an image configuration from a registry to an image of the domain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.health_checks import health_check_of
from jobber.domain.errors import RegistryFailed
from jobber.domain.images.image import Image, ImageConfiguration, known_moment
from jobber.domain.images.reference import ImageId

if TYPE_CHECKING:
    from jobber.adapters.registry_api.manifest import Manifest
    from jobber.domain.images.reference import ImageReference


def image_of(reference: ImageReference, manifest: Manifest, text: bytes) -> Image:
    """Return an image from its configuration; its size is that of the stored layers. Raises `RegistryFailed`."""
    try:
        facts = json.loads(text)
        config = facts.get("config") or {}
        platform = (facts.get("os"), facts.get("architecture"), facts.get("variant"))
        return Image(
            id=ImageId(manifest.configuration.digest),
            references=(str(reference.tagged(reference.tag)),) if reference.tag else (),
            digests=tuple(f"{reference.repository}@{digest}" for digest in manifest.digests),
            labels={str(name): str(value) for name, value in (config.get("Labels") or {}).items()},
            configuration=_configuration_of(config),
            layers=tuple(map(str, facts["rootfs"]["diff_ids"])),
            created=known_moment(facts.get("created")),
            size=sum(layer.size for layer in manifest.layers),
            platform="/".join(str(part) for part in platform if part),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RegistryFailed(str(reference), why="its configuration is not that of a container image") from None


def _configuration_of(config: dict[str, Any]) -> ImageConfiguration:
    command, entrypoint = config.get("Cmd"), config.get("Entrypoint")
    return ImageConfiguration(
        command=tuple(command) if command else None,
        entrypoint=tuple(entrypoint) if entrypoint else None,
        workdir=config.get("WorkingDir") or None,
        user=config.get("User") or None,
        environment=tuple(config.get("Env") or ()),
        exposed_ports=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        stop_signal=config.get("StopSignal") or None,
        health_check=health_check_of(config.get("Healthcheck")),
        shell=tuple(config.get("Shell") or ()),
        on_build=tuple(config.get("OnBuild") or ()),
    )
