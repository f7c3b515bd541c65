"""The Podman engine: all its roles together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.podman.images import PodmanImages
from jobber.domain.containers.engine import EngineDescription

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.podman.builder import PodmanBuilder
    from jobber.adapters.podman.client import PodmanClient
    from jobber.adapters.podman.containers import PodmanContainers
    from jobber.adapters.podman.inputs import PodmanInputs
    from jobber.adapters.podman.registry import PodmanRegistry
    from jobber.adapters.run_claims.run_store import SharedRunStore
    from jobber.domain.containers.engine_facts import EngineFacts

_MOUNTS_DIRECTORIES = 5
_DOCKERFILES = ("Dockerfile", "Containerfile")


class PodmanEngine:
    """The roles of a Podman engine."""

    def __init__(
        self,
        client: PodmanClient,
        *,
        address: str = "",
        version: str,
        closing: Callable[[], None] | None = None,
    ) -> None:
        """Create an engine of this version.

        `closing` is called when the engine is closed, to stop a service that was started for it.
        """
        self._client = client
        self._compatible = client.copy(compatible=True)
        self._major = client.version_numbers[0]
        self._mounts_directories = self._major >= _MOUNTS_DIRECTORIES
        self._description = EngineDescription(
            name="podman",
            version=version,
            mounts_images=self._mounts_directories,
            address=address,
            dockerfiles=_DOCKERFILES,
        )
        self._closing = closing
        self._images = PodmanImages(self._client)
        self._containers: PodmanContainers | None = None

    @property
    def images(self) -> PodmanImages:
        """The images of the engine."""
        return self._images

    @property
    def containers(self) -> PodmanContainers:
        """The containers of the engine."""
        if self._containers is None:  # builds do not need containers, and the modules take a while to import
            from jobber.adapters.podman.containers import PodmanContainers

            self._containers = PodmanContainers(self._client)
        return self._containers

    @property
    def registry(self) -> PodmanRegistry:
        """The registry calls of the engine: pull and push."""
        from jobber.adapters.podman.registry import PodmanRegistry

        return PodmanRegistry(self._compatible, images=self._images)

    @property
    def runs(self) -> SharedRunStore:
        """The run store of the engine, which coordinates jobber processes."""
        from jobber.adapters.podman.helper_containers import create_helper, remove_helper
        from jobber.adapters.run_claims.engine_calls import run_store

        return run_store(
            self._client, images=PodmanImages, make=create_helper, remove=remove_helper, volumes=lambda: self.inputs
        )

    @property
    def inputs(self) -> PodmanInputs:
        """The inputs of the engine: directories of images to be mounted."""
        from jobber.adapters.podman.inputs import PodmanInputs

        return PodmanInputs(self._client, mounts_directories=self._mounts_directories)

    @property
    def builder(self) -> PodmanBuilder:
        """The builder of the engine."""
        from jobber.adapters.podman.builder import PodmanBuilder

        return PodmanBuilder(self._client, images=self._images, major=self._major)

    def describe(self) -> EngineDescription:
        """Return the description of the engine."""
        return self._description

    def facts(self) -> EngineFacts:
        """Describe the engine's setup. Raises `EngineLost`, `EngineFailed`."""
        from jobber.adapters.podman.facts import podman_facts

        return podman_facts(self._client)

    def close(self) -> None:
        """Close the connections to the engine, and stop a service that runs only for this process."""
        self._client.close()
        self._compatible.close()
        closing, self._closing = self._closing, None
        if closing is not None:
            closing()
