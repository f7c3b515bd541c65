"""The settings: the one table used to read, check, merge, show and document them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from jobber.domain.configuration.kind import InvalidValue, Scalar
from jobber.domain.configuration.kinds import Boolean, Choice, Command, Seconds, Text
from jobber.domain.configuration.lists import Credentials, DockerOptions, Inputs
from jobber.domain.images.reference import Registry, parse_registry
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobber.domain.configuration.kind import SettingType
    from jobber.domain.configuration.node import Node
    from jobber.domain.configuration.origin import Origin, Value
    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.runs.input import InputSpecification

T = TypeVar("T")


class EngineName(Scalar[str]):
    """An engine's name: built-in, or provided by another package."""

    own = ("auto", "docker", "podman")
    others: Callable[[], Sequence[str]] = staticmethod(tuple)
    """A function that returns the engine names provided by other packages.

    The command line sets it. It is called only for a name that is not built-in.
    """
    expects = "auto, docker or podman"
    schema: Mapping[str, Any] = {"anyOf": [{"enum": [*own]}, {"type": "string", "pattern": "^\\S+$"}]}
    """The JSON Schema of a name. Editors offer the built-in engines; others depend on the machine in use."""

    def read(self, node: Node, origin: Origin) -> str:
        """Parse a value from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return self.read_text(node.content, origin)

    def read_text(self, text: str, origin: Origin) -> str:  # noqa: ARG002 (all types share one signature)
        """Parse a value from one text. Raises `InvalidValue`."""
        if text in self.own:
            return text
        known = (*self.own, *self.others())
        if text not in known:
            raise InvalidValue(
                f"must be {', '.join(known[:-1])} or {known[-1]}, not {text!r}", hint=did_you_mean(text, known=known)
            )
        return text


class Rule(Enum):
    """The rule for combining a value with a later one."""

    REPLACE = "replaced"
    CONCATENATE = "concatenated"


class Setting(NamedTuple, Generic[T]):
    """One row of the table of settings."""

    name: str
    kind: SettingType[T]
    default: T
    summary: str
    option: str | None = None
    """The command-line option that replaces the setting."""
    between_files: Rule = Rule.REPLACE
    when_applied: Rule = Rule.REPLACE
    """The rule for values from active configurations."""

    @property
    def variable(self) -> str | None:
        """The environment variable that sets the setting, or None if one text can't express the value."""
        return f"JOBBER_{self.name.upper().replace('-', '_')}" if self.kind.is_scalar else None


def _absolute(text: str) -> str:
    if not text.startswith("/"):
        raise InvalidValue(f"must be an absolute path, not {text!r}")
    return text


def _stripped(text: str) -> str:
    return text.strip()


VERBOSE: Setting[bool] = Setting("verbose", Boolean(), False, "print each step with its engine call", option="-v")
HOST: Setting[str | None] = Setting(
    "host", Text("a host or an address", _stripped, none=None), None, "engine to connect to", option="-H"
)
DEFAULT_REGISTRY: Setting[Registry | None] = Setting(
    "default-registry",
    Text("a registry, with or without a namespace", parse_registry, none=None, show=str),
    None,
    "registry of references that have neither registry nor namespace",
    option="-r",
)
CREDENTIALS: Setting[tuple[Value[CredentialEntry], ...]] = Setting(
    "credentials",
    Credentials(),
    (),
    "registry credentials; a password-file is relative to the file that names it",
    between_files=Rule.CONCATENATE,
    when_applied=Rule.CONCATENATE,
)
RUNTIME: Setting[str | None] = Setting(
    "runtime", Text("the name of a runtime", _stripped, none=None), None, "engine runtime", option="--runtime"
)
INPUTS: Setting[tuple[Value[InputSpecification], ...]] = Setting(
    "inputs", Inputs(), (), "inputs of runs", option="-i", when_applied=Rule.CONCATENATE
)
OUT: Setting[str | None] = Setting(
    "out",
    Text("an absolute path", _absolute, none=None, pattern="^/"),
    None,
    "directory of results that is mounted when they are inputs",
    option="-o",
)
TIMEOUT: Setting[float | None] = Setting("timeout", Seconds(), None, "time limit of runs", option="--timeout")
RESULT_IMAGE: Setting[ResultImagePolicy] = Setting(
    "result-image", Choice(ResultImagePolicy), ResultImagePolicy.ALWAYS, "when a result image is created", option="-ri"
)
CMD: Setting[tuple[str, ...] | None] = Setting("cmd", Command(), None, "default command of runs", option="COMMAND")
XDOCKER: Setting[tuple[Value[tuple[str, ...]], ...]] = Setting(
    "Xdocker",
    DockerOptions(),
    (),
    "`docker run` options; paths are relative to the file that names them",
    option="-Xd",
    when_applied=Rule.CONCATENATE,
)
ENGINE: Setting[str] = Setting("engine", EngineName(), "auto", "container engine", option="--engine")
PULL: Setting[PullPolicy] = Setting(
    "pull", Choice(PullPolicy), PullPolicy.ALWAYS, "when runs pull images from registries", option="--pull"
)
PUSH: Setting[bool] = Setting(
    "push", Boolean(), True, "whether images with a registry are pushed after they are created", option="--no-push"
)
REUSE: Setting[bool] = Setting(
    "reuse",
    Boolean(),
    False,
    "whether the result of a succeeded identical run is reused instead of running",
    option="--reuse",
)

CONFIGS = "configs"
CONFIGS_EXPECTS = "a mapping of names, each to a mapping of settings or a list of names"
CONFIGS_SUMMARY = "named configurations"
DEFAULT_CONFIGURATION = "default"

SETTINGS: Mapping[str, Setting[Any]] = {
    setting.name: setting
    for setting in (
        VERBOSE,
        HOST,
        DEFAULT_REGISTRY,
        CREDENTIALS,
        RUNTIME,
        INPUTS,
        OUT,
        TIMEOUT,
        RESULT_IMAGE,
        CMD,
        XDOCKER,
        ENGINE,
        PULL,
        PUSH,
        REUSE,
    )
}
"""All settings but `configs`, in display order."""
