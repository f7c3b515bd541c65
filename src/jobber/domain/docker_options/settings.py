"""Options with a single word and their own rules: name, directory, namespaces, security, logging, platform."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from jobber.domain.containers.options import SeccompProfile
from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from jobber.domain.docker_options.option_reader import OptionReader, PartialOptions

_CONTAINER_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_PARAMETERS = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni"
    " kernel.shm_rmid_forced".split()
)
_PLATFORM_PART = re.compile(r"[A-Za-z0-9_.-]+")
_MODES = {
    "--pid": frozenset(("host", "private")),
    "--uts": frozenset(("host", "private")),
    "--userns": frozenset(("host", "private", "keep-id", "nomap", "auto")),
    "--cgroupns": frozenset(("host", "private")),
}
_IN_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)
_LONGEST_PLATFORM = 3


def read_name(reading: OptionReader) -> None:
    """Read `--name`: a container name; an empty text is none."""
    if reading.value and not _CONTAINER_NAME.fullmatch(reading.value):
        raise reading.wrong(f"{reading.value!r} is not a name for a container")
    reading.draft.fields["name"] = reading.value.removeprefix("/") or None


def read_workdir(reading: OptionReader) -> None:
    """Read `--workdir`: an absolute directory; an empty text keeps the image's own."""
    if reading.value and not reading.value.startswith("/"):
        raise reading.wrong(f"{reading.value!r} is not an absolute path")
    reading.draft.fields["workdir"] = reading.value or None


def read_namespace(reading: OptionReader) -> None:
    """Read a namespace mode that an engine has: a word, or the name of a container or a path."""
    kind, colon, name = reading.value.partition(":")
    is_other = colon and kind in ("container", "ns") and name
    is_own = kind in _MODES[reading.option] and (not colon or reading.option == "--userns")
    if reading.value and not is_other and not is_own:
        raise reading.wrong(f"there is no mode {reading.value!r}")
    field = {"--cgroupns": "cgroup_namespace"}.get(reading.option, reading.option.removeprefix("--"))
    reading.draft.fields[field] = reading.value or None


def read_isolation(reading: OptionReader) -> None:
    """Read `--isolation`: `default`; all other values are for Windows."""
    if reading.value not in ("", "default"):
        refuse_windows(reading)
    reading.draft.fields["isolation"] = reading.value or None


def read_capability(reading: OptionReader) -> None:
    """Read `--cap-add` or `--cap-drop`: a capability, in upper or lower case, with or without `CAP_`."""
    name = reading.value.strip().upper()
    if name not in ("ALL", "RESET") and not name.startswith("CAP_"):
        name = f"CAP_{name}"
    field = "capabilities_added" if reading.option == "--cap-add" else "capabilities_dropped"
    reading.draft.append(field, name)


def read_security(reading: OptionReader) -> None:
    """Read `--security-opt`: `KEY=VALUE`, `KEY:VALUE` or `no-new-privileges`.

    A seccomp profile is read from its file.
    """
    key, equals, value = reading.value.partition("=")
    if not equals and reading.value != "no-new-privileges":
        key, equals, value = reading.value.partition(":")
        if not equals:
            raise reading.wrong(f"{reading.value!r} is not a KEY=VALUE")
    if key != "seccomp" or value in ("unconfined", "builtin"):
        reading.draft.append("security", reading.value)
    else:
        reading.draft.append("security", _profile(reading, value))


def read_kernel_parameter(reading: OptionReader) -> None:
    """Read `--sysctl`: `NAME=VALUE` of a parameter that is separate for each container."""
    name, equals, value = reading.value.partition("=")
    if not equals or (name not in _PARAMETERS and not name.startswith(("net.", "fs.mqueue."))):
        raise reading.wrong(f"{reading.value!r} is not a parameter of the kernel that a container may set")
    reading.draft.put("kernel_parameters", name, value)


def read_storage(reading: OptionReader) -> None:
    """Read `--storage-opt`: `KEY=VALUE`."""
    name, equals, value = reading.value.partition("=")
    if not equals:
        raise reading.wrong(f"{reading.value!r} is not a KEY=VALUE")
    reading.draft.put("storage", name, value)


def read_platform(reading: OptionReader) -> None:
    """Read `--platform`: `OS[/ARCHITECTURE[/VARIANT]]`."""
    parts = reading.value.lower().split("/") if reading.value else []
    if len(parts) > _LONGEST_PLATFORM or not all(map(_PLATFORM_PART.fullmatch, parts)):
        raise reading.wrong(f"{reading.value!r} is not an OS[/ARCHITECTURE[/VARIANT]]")
    reading.draft.fields["platform"] = "/".join(parts) or None


def read_content_trust(reading: OptionReader) -> None:
    """Accept only true: an image that exists on the engine has nothing to verify."""
    if reading.value not in ("true", "1", "t", "T", "TRUE", "True"):
        raise reading.wrong("jobber does not verify signatures of images")


def refuse_windows(reading: OptionReader) -> None:
    """Refuse an option that only Windows containers have."""
    raise reading.wrong("it is only supported by Windows containers")


def refuse_socket(reading: OptionReader) -> None:
    """Refuse an option that would pass the user's passwords to the job."""
    raise reading.wrong(
        "it would expose your registry credentials to the job",
        hint="mount the engine's socket: -v /var/run/docker.sock:/var/run/docker.sock",
    )


def settle_capabilities(draft: PartialOptions) -> None:
    """Remove duplicate capabilities and sort them by name; `ALL` replaces all others."""
    for field in ("capabilities_added", "capabilities_dropped"):
        draft.fields[field] = _distinct(draft.fields.get(field, ()))


def check_logging(draft: PartialOptions) -> None:
    """Check that log options are not given with log driver `none`, which stores nothing. Raises `InvalidOption`."""
    if draft.fields.get("log_driver") == "none" and draft.fields.get("log_options"):
        raise InvalidOption("--log-opt", why="log driver none takes no options")


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    return ("ALL",) if "ALL" in names else tuple(sorted(set(names)))


def _profile(reading: OptionReader, path: str) -> SeccompProfile:
    try:
        text = reading.draft.caller.read_file(reading.draft.caller.expanded(path)).decode()
        json.loads(text)
    except OSError as error:
        return SeccompProfile(path, None, f"{path} can't be read: {(error.strerror or str(error)).lower()}")
    except ValueError:
        return SeccompProfile(path, None, f"{path} is not valid JSON")
    return SeccompProfile(path, _IN_JSON.sub(lambda match: match[1] or "", text))
