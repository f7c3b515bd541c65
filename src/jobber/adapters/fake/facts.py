"""The set-up of a fake engine: that of a typical engine of its flavour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.engine_facts import EngineFacts, ImageStore

if TYPE_CHECKING:
    from jobber.adapters.fake.flavour import Flavour
    from jobber.adapters.fake.store import Store


_CPUS = 4
_MEMORY = 16 << 30


def fake_facts(store: Store, flavour: Flavour) -> EngineFacts:
    """Return the facts about an engine."""
    runtimes = tuple(sorted(store.runtimes))
    if not flavour.is_docker:
        return EngineFacts(
            api_version=flavour.version,
            machine="fake",
            platform="linux/amd64",
            builder="Podman's own",
            storage_driver="overlay",
            image_store=ImageStore.CONTAINERS_STORAGE,
            cgroups="v2",
            is_rootless=True,
            runtimes=runtimes,
            default_runtime=flavour.runtimes[0],
            cpus=_CPUS,
            memory=_MEMORY,
            cdi_devices=_devices(store),
        )
    is_containerd = store.id_store == "manifest"
    return EngineFacts(
        api_version=".".join(map(str, flavour.api_version)),
        machine="fake",
        platform="linux/amd64",
        builder="Docker's own builder",
        storage_driver="overlayfs" if is_containerd else "overlay2",
        image_store=ImageStore.CONTAINERD if is_containerd else ImageStore.GRAPH_DRIVER,
        cgroups="v2",
        is_rootless=False,
        runtimes=(*runtimes, "nvidia"),
        default_runtime=flavour.runtimes[0],
        cpus=_CPUS,
        memory=_MEMORY,
        cdi_devices=_devices(store),
    )


def _devices(store: Store) -> tuple[str, ...]:
    return tuple(f"nvidia.com/gpu={number}" for number in range(store.gpus))
