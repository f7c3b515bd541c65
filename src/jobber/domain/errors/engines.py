"""What engines lack, refuse, or fail to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError

if TYPE_CHECKING:
    from collections.abc import Sequence

# By what engines say where something has run out.
_REMEDIES = {
    "no space left on device": "make room where the engine keeps its images: `jobber prune` removes what nobody needs",
    "exceeded num_locks": (
        "each container and each volume takes one of Podman's locks: `jobber prune` or `podman volume prune` gives "
        "some back, `podman system renumber` those that nothing has"
    ),
}


class OptionUnsupported(JobberError):
    """An option that this engine has no counterpart for, found before anything is created."""

    def __init__(self, option: str, *, engine: str, why: str | None = None) -> None:
        super().__init__(f"{option} can't be had on {engine}{f': {why}' if why else ''}")
        self.option = option
        self.engine = engine


class EngineUnavailable(JobberError):
    """No engine answers."""

    def __init__(self, tried: Sequence[tuple[str, str]], *, hint: str | None = None) -> None:
        lines = "".join(f"\n  {where}: {why}" for where, why in tried)
        super().__init__(f"no container engine answers; tried:{lines}", hint=hint)
        self.tried = tuple(tried)


class EngineLost(JobberError):
    """The connection to the engine broke in the middle of a call."""

    def __init__(self, call: str, *, why: str) -> None:
        super().__init__(f"the connection to the engine was lost during {call}: {why}")
        self.call = call
        self.why = why


class EngineFailed(JobberError):
    """The engine answered a call with an error that has no class of its own."""

    def __init__(self, call: str, *, why: str, status: int | None = None) -> None:
        self.remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in why), None)
        super().__init__(f"the engine could not {call}: {why}", hint=self.remedy)
        self.call = call
        self.why = why
        self.status = status

    @property
    def is_conflict(self) -> bool:
        """Whether something else stands in the way, that needs what the call was about."""
        return self.status == 409


class InputGone(EngineFailed):
    """The shared copy of an input, removed after it was found and before a container had it."""

    def __init__(self, volume: str) -> None:
        super().__init__("mount an input", why=f"volume {volume} was removed meanwhile; run it again")
        self.volume = volume


class ContainerNotFound(JobberError):
    """The engine has no such container (any more)."""

    def __init__(self, container: str) -> None:
        super().__init__(f"there is no container {container}")
        self.container = container


class NameTaken(JobberError):
    """Another container has the name already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"another container is named {name}",
            hint="choose another --name, or remove that container",
        )
        self.name = name


class BuildFailed(JobberError):
    """The engine's builder gave up; `log` is the whole output of the failing step."""

    def __init__(self, *, why: str, log: bytes = b"", step: str | None = None) -> None:
        super().__init__(f"the build failed{f' at {step}' if step else ''}: {why}")
        self.why = why
        self.log = log
        self.step = step


class BaseUnauthorized(BuildFailed):
    """A registry wants to know who asks for a base image, or doesn't take the credentials."""
