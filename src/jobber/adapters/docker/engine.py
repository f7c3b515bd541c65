"""The Docker engine: all its roles together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.docker.images import DockerImages
from jobber.domain.containers.engine import EngineDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.adapters.docker.builder import DockerBuilder
    from jobber.adapters.docker.client import DockerClient
    from jobber.adapters.docker.containers import DockerContainers
    from jobber.adapters.docker.inputs import DockerInputs
    from jobber.adapters.docker.registry import DockerRegistry
    from jobber.adapters.run_claims.run_store import SharedRunStore
    from jobber.domain.containers.engine_facts import EngineFacts

_IMAGE_MOUNTS = (1, 48)


class DockerEngine:
    """The roles of a Docker engine."""

    def __init__(
        self,
        client: DockerClient,
        *,
        environment: Mapping[str, str],
        address: str = "",
        version: str,
        closing: Callable[[], None] | None = None,
    ) -> None:
        """Create an engine of this version.

        `environment` contains the variables of the docker client, which locate its configuration and builder.
        `closing` is called when the engine is closed, to close the connection that leads to it.
        """
        self._closing = closing
        self._client = client
        self._environment = environment
        self._api_version = parse_version(client.api_version)
        self._description = EngineDescription(
            name="docker",
            version=version,
            mounts_images=self._api_version >= _IMAGE_MOUNTS,
            address=address,
        )
        self._images = DockerImages(client)
        self._containers: DockerContainers | None = None

    @property
    def images(self) -> DockerImages:
        """The images of the engine."""
        return self._images

    @property
    def containers(self) -> DockerContainers:
        """The containers of the engine."""
        if self._containers is None:  # builds do not need containers, and the modules take a while to import
            from jobber.adapters.docker.containers import DockerContainers

            self._containers = DockerContainers(
                self._client, api_version=self._api_version, environment=self._environment
            )
        return self._containers

    @property
    def registry(self) -> DockerRegistry:
        """The registry calls of the engine: pull and push."""
        from jobber.adapters.docker.registry import DockerRegistry

        return DockerRegistry(self._client, images=self._images)

    @property
    def runs(self) -> SharedRunStore:
        """The run store of the engine, which coordinates jobber processes."""
        from jobber.adapters.docker.helper_containers import create_helper, remove_helper
        from jobber.adapters.run_claims.engine_calls import run_store

        return run_store(
            self._client, images=DockerImages, make=create_helper, remove=remove_helper, volumes=lambda: self.inputs
        )

    @property
    def inputs(self) -> DockerInputs:
        """The inputs of the engine: directories of images to be mounted."""
        from jobber.adapters.docker.inputs import DockerInputs

        return DockerInputs(self._client, mounts_images=self._description.mounts_images)

    @property
    def builder(self) -> DockerBuilder:
        """The builder of the engine."""
        from jobber.adapters.docker.builder import DockerBuilder

        return DockerBuilder(self._client, images=self._images, environment=self._environment)

    def describe(self) -> EngineDescription:
        """Return the description of the engine."""
        return self._description

    def facts(self) -> EngineFacts:
        """Describe the engine's setup. Raises `EngineLost`, `EngineFailed`."""
        from jobber.adapters.docker.facts import docker_facts

        return docker_facts(self._client, builder=self.builder, api_version=self._api_version)

    def close(self) -> None:
        """Close the connections to the engine."""
        self._client.close()
        if self._closing is not None:
            self._closing()
            self._closing = None


def parse_version(text: str) -> tuple[int, int]:
    """Return the first two numbers of an API version."""
    major, _, minor = text.partition(".")
    return int(major), int(minor.partition(".")[0])
