"""The Docker engine: all its roles together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.images import DockerImages
from jobber.domain.containers.engine import EngineDescription
from jobber.domain.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.adapters.docker.builder import DockerBuilder
    from jobber.adapters.docker.containers import DockerContainers
    from jobber.adapters.docker.inputs import DockerInputs
    from jobber.adapters.docker.registry import DockerRegistry
    from jobber.adapters.run_claims.run_store import SharedRunStore
    from jobber.adapters.wire import Wire
    from jobber.domain.containers.engine_facts import EngineFacts

_IMAGE_MOUNTS = (1, 48)


class DockerEngine:
    """The roles of a Docker engine."""

    def __init__(
        self,
        wire: Wire,
        *,
        environment: Mapping[str, str],
        address: str = "",
        version: dict[str, Any] | None = None,
        closing: Callable[[], None] | None = None,
    ) -> None:
        """Create an engine; `version` is the body of `GET /version`, if the caller has it.

        `environment` contains the variables of the docker client, which locate its configuration and builder.
        `closing` is called when the engine is closed, to close the connection that leads to it.
        """
        self._closing = closing
        facts = version or _version(wire)
        self._wire = wire
        self._environment = environment
        self._api_version = parse_version(facts["ApiVersion"])
        self._description = EngineDescription(
            name="docker",
            version=facts["Version"],
            mounts_images=self._api_version >= _IMAGE_MOUNTS,
            address=address,
            platform="/".join(filter(None, (facts.get("Os"), facts.get("Arch")))),
        )
        self._images = DockerImages(wire)
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
                self._wire, api_version=self._api_version, environment=self._environment
            )
        return self._containers

    @property
    def registry(self) -> DockerRegistry:
        """The registry calls of the engine: pull and push."""
        from jobber.adapters.docker.registry import DockerRegistry

        return DockerRegistry(self._wire, images=self._images)

    @property
    def runs(self) -> SharedRunStore:
        """The run store of the engine, which coordinates jobber processes."""
        from jobber.adapters.docker.parts import create_helper, remove_helper
        from jobber.adapters.run_claims.engine_calls import WireRunCalls
        from jobber.adapters.run_claims.run_store import SharedRunStore

        def calls(wire: Wire) -> WireRunCalls:
            return WireRunCalls(wire, images=DockerImages(wire), make=create_helper, remove=remove_helper)

        def others() -> WireRunCalls:
            return calls(self._wire.within(self._wire.prefix))

        return SharedRunStore(calls(self._wire), volumes=lambda: self.inputs, others=others)

    @property
    def inputs(self) -> DockerInputs:
        """The inputs of the engine: directories of images to be mounted."""
        from jobber.adapters.docker.inputs import DockerInputs

        return DockerInputs(self._wire, mounts_images=self._description.mounts_images)

    @property
    def builder(self) -> DockerBuilder:
        """The builder of the engine."""
        from jobber.adapters.docker.builder import DockerBuilder

        return DockerBuilder(self._wire, images=self._images, environment=self._environment)

    def describe(self) -> EngineDescription:
        """Return the description of the engine."""
        return self._description

    def facts(self) -> EngineFacts:
        """Describe the engine's setup. Raises `EngineLost`, `EngineFailed`."""
        from jobber.adapters.docker.facts import docker_facts

        return docker_facts(self._wire, builder=self.builder, api_version=self._api_version)

    def close(self) -> None:
        """Close the connections to the engine."""
        self._wire.close()
        if self._closing is not None:
            self._closing()
            self._closing = None


def parse_version(text: str) -> tuple[int, int]:
    """Return the first two numbers of an API version."""
    major, _, minor = text.partition(".")
    return int(major), int(minor.partition(".")[0])


def _version(wire: Wire) -> dict[str, Any]:
    with wire.call("GET", "/version") as response:
        if not response.ok:
            raise EngineUnavailable([(str(wire.endpoint), response.why())])
        facts: dict[str, Any] = response.json()
        return facts
