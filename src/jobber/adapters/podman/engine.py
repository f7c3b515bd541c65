"""The Podman engine: all its roles together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.podman.images import PodmanImages
from jobber.domain.containers.engine import EngineDescription
from jobber.domain.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.podman.builder import PodmanBuilder
    from jobber.adapters.podman.containers import PodmanContainers
    from jobber.adapters.podman.inputs import PodmanInputs
    from jobber.adapters.podman.registry import PodmanRegistry
    from jobber.adapters.run_claims.run_store import SharedRunStore
    from jobber.adapters.wire import Wire
    from jobber.domain.containers.engine_facts import EngineFacts

_LIBPOD = "/v4.0.0/libpod"
"""The path prefix of Podman's native API; every Podman from 4.0 on serves the paths of version 4.0.0."""
_MOUNTS_DIRECTORIES = 5
_DOCKERFILES = ("Dockerfile", "Containerfile")


class PodmanEngine:
    """The roles of a Podman engine."""

    def __init__(
        self,
        wire: Wire,
        *,
        address: str = "",
        version: dict[str, Any] | None = None,
        closing: Callable[[], None] | None = None,
    ) -> None:
        """Create an engine; `version` is the body of `GET /version`, if the caller has it.

        `closing` is called when the engine is closed, to stop a service that was started for it.
        """
        facts = version or _version(wire)
        number = facts["Version"]
        self._compatible = wire
        self._wire = wire.within(_LIBPOD)
        self._major = int(number.partition(".")[0])
        self._mounts_directories = self._major >= _MOUNTS_DIRECTORIES
        self._description = EngineDescription(
            name="podman",
            version=number,
            mounts_images=self._mounts_directories,
            address=address,
            platform="/".join(filter(None, (facts.get("Os"), facts.get("Arch")))),
            dockerfiles=_DOCKERFILES,
        )
        self._closing = closing
        self._images = PodmanImages(self._wire)
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

            self._containers = PodmanContainers(self._wire, version=self._description.version)
        return self._containers

    @property
    def registry(self) -> PodmanRegistry:
        """The registry calls of the engine: pull and push."""
        from jobber.adapters.podman.registry import PodmanRegistry

        return PodmanRegistry(self._compatible, images=self._images)

    @property
    def runs(self) -> SharedRunStore:
        """The run store of the engine, which coordinates jobber processes."""
        from jobber.adapters.podman.parts import create_helper, remove_helper
        from jobber.adapters.run_claims.engine_calls import WireRunCalls
        from jobber.adapters.run_claims.run_store import SharedRunStore

        def calls(wire: Wire) -> WireRunCalls:
            return WireRunCalls(wire, images=PodmanImages(wire), make=create_helper, remove=remove_helper)

        def others() -> WireRunCalls:
            return calls(self._wire.within(self._wire.prefix))

        return SharedRunStore(calls(self._wire), volumes=lambda: self.inputs, others=others)

    @property
    def inputs(self) -> PodmanInputs:
        """The inputs of the engine: directories of images to be mounted."""
        from jobber.adapters.podman.inputs import PodmanInputs

        return PodmanInputs(self._wire, mounts_directories=self._mounts_directories)

    @property
    def builder(self) -> PodmanBuilder:
        """The builder of the engine."""
        from jobber.adapters.podman.builder import PodmanBuilder

        return PodmanBuilder(self._wire, images=self._images, major=self._major)

    def describe(self) -> EngineDescription:
        """Return the description of the engine."""
        return self._description

    def facts(self) -> EngineFacts:
        """Describe the engine's setup. Raises `EngineLost`, `EngineFailed`."""
        from jobber.adapters.podman.facts import podman_facts

        return podman_facts(self._wire)

    def close(self) -> None:
        """Close the connections to the engine, and stop a service that runs only for this process."""
        self._wire.close()
        self._compatible.close()
        closing, self._closing = self._closing, None
        if closing is not None:
            closing()


def _version(wire: Wire) -> dict[str, Any]:
    with wire.call("GET", "/version") as response:
        if not response.ok:
            raise EngineUnavailable([(str(wire.endpoint), response.why())])
        facts: dict[str, Any] = response.json()
        return facts
