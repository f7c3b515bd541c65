"""Calls for the coordination of runs that are the same in Docker and Podman."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jobber.adapters.engine_api.calls import listed, missing_or_failed, with_labels
from jobber.adapters.run_claims.helper_containers import helper_container_of
from jobber.adapters.run_claims.run_store import SharedRunStore
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import ContainerNotFound
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.shared_inputs import VolumeCalls
    from jobber.adapters.run_claims.helper_containers import HelperContainer
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import ImageStore

    class Images(ImageStore, Protocol):
        """The images of an engine."""

        def listed(self, *, labels: Mapping[str, str | None], everything: bool) -> Sequence[ListedImage]:
            """List images with these labels."""

        def remove_alone(self, image: ImageId) -> None:
            """Remove an image by its ID without removing its untagged parents."""

    class CreateHelper(Protocol):
        """The engine's call that creates a helper container."""

        def __call__(self, image: ImageId, /, *, name: str, facts: Mapping[str, str]) -> ContainerId:
            """Create a helper container. Raises `NameTaken`."""

    class RemoveHelper(Protocol):
        """The engine's call that removes a helper container."""

        def __call__(self, container: str, /) -> None:
            """Remove a helper container; a missing one is not an error."""

    _C = TypeVar("_C", bound=EngineConnection)


def run_store(
    client: _C,
    *,
    images: Callable[[_C], Images],
    make: Callable[..., ContainerId],
    remove: Callable[..., None],
    volumes: Callable[[], VolumeCalls],
) -> SharedRunStore:
    """Return the run store of an engine.

    Args:
        client: The connection to the engine; each other thread gets a copy of it.
        images: A function that returns the images of a connection.
        make: The engine's call that creates a helper container, with the connection as its first argument.
        remove: The engine's call that removes one, with the connection as its first argument.
        volumes: A function that returns the calls for copies of inputs.

    """
    return SharedRunStore(
        run_calls(client, images=images, make=make, remove=remove),
        volumes=volumes,
        others=lambda: run_calls(client.copy(), images=images, make=make, remove=remove),
    )


def run_calls(
    client: _C, *, images: Callable[[_C], Images], make: Callable[..., ContainerId], remove: Callable[..., None]
) -> EngineRunCalls:
    """Return the calls for the coordination of runs over one connection; the arguments are those of `run_store`."""
    return EngineRunCalls(client, images=images(client), make=partial(make, client), remove=partial(remove, client))


class EngineRunCalls:
    """The calls of an engine for the coordination of runs."""

    def __init__(
        self, connection: EngineConnection, *, images: Images, make: CreateHelper, remove: RemoveHelper
    ) -> None:
        self._connection = connection
        self._images = images
        self._make = make
        self._remove = remove

    def now(self) -> datetime:
        """Return the time of the engine's clock, in whole seconds."""
        with self._connection.call("GET", "/_ping") as response:
            return _moment(response.headers.get("date", ""))

    def make(self, name: str, *, image: ImageId, facts: Mapping[str, str]) -> str:
        """Create a container that is never started."""
        return self._make(image, name=name, facts=facts)

    def look(self, name: str) -> HelperContainer | None:
        """Return a container by name or ID; None if there is none."""
        with self._connection.call("GET", f"/containers/{name}/json") as response:
            if not response.ok:
                error = missing_or_failed(ContainerId(name), "inspect a container", response)
                if isinstance(error, ContainerNotFound):
                    return None
                raise error
            facts = response.json()
        return _helper(facts, name=facts["Name"], labels=facts["Config"].get("Labels"))

    def helpers(self) -> Sequence[HelperContainer]:
        """List all containers with a `jobber.run` label."""
        found = listed(self._connection, "/containers/json", filters=with_labels({Label.RUN: None}), everything=True)
        return [_helper(item, name=(item.get("Names") or [""])[0], labels=item.get("Labels")) for item in found]

    def remove(self, helper: str) -> None:
        """Remove a container."""
        self._remove(helper)

    def commits(self) -> Sequence[ListedImage]:
        """List images with a `jobber.run` label."""
        return self._images.listed(labels={Label.RUN: None}, everything=False)

    def inspect(self, image: ImageId) -> Image:
        """Inspect an image."""
        return self._images.inspect(image)

    def remove_image(self, image: ImageId) -> None:
        """Remove an image."""
        self._images.remove_alone(image)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()


def _helper(facts: dict[str, Any], *, name: str, labels: Mapping[str, str] | None) -> HelperContainer:
    return helper_container_of(
        id_=facts["Id"], name=name.removeprefix("/"), labels=labels or {}, created=facts["Created"]
    )


def _moment(date: str) -> datetime:
    """Return the time of an HTTP `Date` header; the local clock's time without one."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return datetime.now(UTC)
