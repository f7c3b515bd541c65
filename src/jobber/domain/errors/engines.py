"""Features that engines lack, and calls that engines refuse or fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Remedies for exhausted resources, by the engine's error text.
_REMEDIES = {
    "no space left on device": "free disk space on the engine's host: `jobber prune` removes unused images and volumes",
    "exceeded num_locks": (
        "each container and volume uses one of Podman's locks: `jobber prune` and `podman volume prune` free "
        "locks, `podman system renumber` frees unused ones"
    ),
}


class OptionUnsupported(JobberError):
    """An option that the engine does not support, found before anything is created."""

    def __init__(self, option: str, *, engine: str, why: str | None = None) -> None:
        super().__init__(f"{option} is not supported by {engine}{f': {why}' if why else ''}")
        self.option = option
        self.engine = engine


class EngineUnavailable(JobberError):
    """No engine responds."""

    def __init__(self, tried: Sequence[tuple[str, str]], *, hint: str | None = None) -> None:
        lines = "".join(f"\n  {where}: {why}" for where, why in tried)
        super().__init__(f"no container engine responds; tried:{lines}", hint=hint)
        self.tried = tuple(tried)


class EngineLost(JobberError):
    """A connection to the engine that broke during a call."""

    def __init__(self, call: str, *, why: str) -> None:
        super().__init__(f"the connection to the engine was lost during {call}: {why}")
        self.call = call
        self.why = why


class EngineFailed(JobberError):
    """An engine's error response that has no class of its own."""

    def __init__(self, call: str, *, why: str, status: int | None = None) -> None:
        self.remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in why), None)
        super().__init__(f"the engine could not {call}: {why}", hint=self.remedy)
        self.call = call
        self.why = why
        self.status = status

    @property
    def is_conflict(self) -> bool:
        """True if the engine refused the call because another object still uses its target (HTTP status 409)."""
        return self.status == 409


class InputGone(EngineFailed):
    """A shared copy of an input that was removed after jobber found it and before a container mounted it."""

    def __init__(self, volume: str) -> None:
        super().__init__("mount an input", why=f"volume {volume} was removed meanwhile; run it again")
        self.volume = volume


class ContainerNotFound(JobberError):
    """A container that does not exist on the engine (any more)."""

    def __init__(self, container: str) -> None:
        super().__init__(f"there is no container {container}")
        self.container = container


class NameTaken(JobberError):
    """A container name that another container already has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"another container is named {name}",
            hint="choose another --name, or remove the container",
        )
        self.name = name


class BuildFailed(JobberError):
    """A failed build; `log` is the complete output of the failing step."""

    def __init__(self, *, why: str, log: bytes = b"", step: str | None = None) -> None:
        super().__init__(f"the build failed{f' at {step}' if step else ''}: {why}")
        self.why = why
        self.log = log
        self.step = step


class BaseUnauthorized(BuildFailed):
    """A registry that requires credentials for a base image, or rejects the given ones."""
