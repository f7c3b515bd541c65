"""The check of GPUs that the engine can give to jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.checkup.check import note, ok
from jobber.domain.display import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.checkup.check import Check
    from jobber.domain.checkup.findings import EngineReport
    from jobber.domain.containers.engine_facts import EngineFacts

NVIDIA = "nvidia"
_HINTS = {
    "docker": "install NVIDIA's container toolkit, `nvidia-ctk runtime configure --runtime=docker`, restart Docker",
    "podman": "install NVIDIA's container toolkit, then `nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`",
}


def check_devices(found: EngineReport, facts: EngineFacts) -> Iterator[Check]:
    """Report the GPUs that the engine describes, and compare them with the devices of its host."""
    here = found.devices
    known = [f"CDI devices {listed(facts.cdi_devices)}" if facts.cdi_devices else ""]
    known += [f"runtime {NVIDIA}" if NVIDIA in facts.runtimes else ""]
    known += [f"CDI specifications {listed(here.specifications)}" if here and here.specifications else ""]
    if text := ", ".join(filter(None, known)):
        yield ok("gpus", text)
    elif here and (nodes := [node for node in here.nodes if NVIDIA in node]):
        text = f"this host has {listed(nodes)}, but the engine is not configured to give it to jobs"
        yield note("gpus", text, _HINTS.get(found.description.name))
    else:
        yield ok("gpus", "none reported by the engine")
