"""The body of Podman's create call (its SpecGenerator), translated from a container specification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.podman.create_mounts import image_volumes, mounts, volumes
from jobber.adapters.podman.create_networks import exposed, host_entries, network, port_mappings
from jobber.adapters.podman.create_resources import devices, limits
from jobber.adapters.podman.create_security import namespaces, security
from jobber.domain.containers.container import ImageMount
from jobber.domain.containers.linux_signals import LAST_LINUX_SIGNAL, LINUX_SIGNALS
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import HealthCheck

NVIDIA = "nvidia"
_STOP_SECONDS = 10
_SECOND = 10**9
_HEALTH_SECONDS = 30
_HEALTH_RETRIES = 3
_REALTIME = "SIGRTMIN+"
_FIRST_REALTIME = 34
_DECIMAL_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "p": 10**15}


def create_body(specification: ContainerSpecification, *, version: tuple[int, ...]) -> dict[str, Any]:
    """Return the JSON body. Raises `OptionUnsupported`, `InvalidOption`."""
    options = specification.options
    _check_options(options, version=version)
    is_terminal = specification.terminal is not None
    secured = security(options)
    body: dict[str, Any] = {
        "image": specification.image.removeprefix("sha256:"),
        "stdin": specification.reads_input,
        "terminal": is_terminal,
        "env": {name: value for name, value in options.environment if value is not None},
        "unsetenv": list(specification.unset),
        "httpproxy": True,  # the proxies of the service's environment, as with `podman run`
        "labels": {**dict(options.labels), **specification.labels},
        "mounts": mounts(options),
        "volumes": [
            *volumes(options),
            *(
                {"Name": mount.volume, "Dest": mount.destination, "Options": ["ro"]}
                for mount in specification.inputs
                if not isinstance(mount, ImageMount)
            ),
        ],
        "image_volumes": image_volumes(specification),
        "volumes_from": list(options.volumes_from),
        "portmappings": port_mappings(options),
        "expose": exposed(options),
        "publish_image_ports": options.publish_all,
        "devices": [{"path": path} for path in devices(specification)],
        "cap_add": list(options.capabilities_added),
        "cap_drop": list(options.capabilities_dropped),
        "hostadd": host_entries(options, version=version),
        "dns_server": list(options.dns),
        "dns_option": list(options.dns_options),
        "dns_search": list(options.dns_search),
        "groups": [group for group in options.groups if group not in ("", "keep-groups")],
        "privileged": options.privileged,
        "read_only_filesystem": options.read_only,
        "read_write_tmpfs": options.read_only,
        "init": bool(options.init),
        "sysctl": dict(options.kernel_parameters),
        "umask": "0022",
        "systemd": "true",
        "sdnotifyMode": "container",
        "stop_timeout": _STOP_SECONDS if options.stop_timeout is None else options.stop_timeout,
        **namespaces(options),
        **network(options),
        **limits(options),
        **secured,
        "annotations": {
            "io.kubernetes.cri-o.TTY": "true" if is_terminal else "false",
            **secured.get("annotations", {}),
            **dict(options.annotations),
        },
    }
    for key, value in (
        ("command", None if specification.command is None else list(specification.command)),
        ("entrypoint", None if options.entrypoint is None else _entrypoint(options.entrypoint)),
        ("name", options.name),
        ("work_dir", options.workdir),
        ("user", options.user),
        ("hostname", options.hostname),
        ("shm_size", options.shm_size),
        ("stop_signal", None if options.stop_signal is None else _signal(options.stop_signal)),
        ("cgroup_parent", options.cgroup_parent),
        ("oom_score_adj", options.oom_score),
        ("healthconfig", None if options.health is None else _health(options.health)),
        ("log_configuration", _logging(options)),
        ("oci_runtime", None if specification.runtime == NVIDIA else specification.runtime),
    ):
        if value is not None:
            body[key] = value
    return body


def _check_options(options: ContainerOptions, *, version: tuple[int, ...]) -> None:
    if options == ContainerOptions():
        return
    from jobber.domain.docker_options.availability import check_podman

    check_podman(options, version=version)


def _entrypoint(text: str) -> list[str]:
    """Return the words of a JSON list, or the text as one word."""
    try:
        words = json.loads(text)
    except ValueError:
        return [text]
    return words if isinstance(words, list) and words and all(isinstance(word, str) for word in words) else [text]


def _signal(text: str) -> int:
    """Return a signal's number."""
    name = text.upper()
    name = name if name.startswith("SIG") or name.isdecimal() else f"SIG{name}"
    if name.isdecimal() and 0 < int(name) <= LAST_LINUX_SIGNAL:
        return int(name)
    if name.startswith(_REALTIME) and name.removeprefix(_REALTIME).isdecimal():
        return _FIRST_REALTIME + int(name.removeprefix(_REALTIME))
    if name in LINUX_SIGNALS:
        return LINUX_SIGNALS[name]
    raise InvalidOption("--stop-signal", why=f"there is no signal {text!r}")


def _health(check: HealthCheck) -> dict[str, Any] | None:
    """Return the health check as Podman's client creates it, with defaults; None without a command."""
    if check.is_disabled:
        return {"Test": ["NONE"]}
    if not check.command:
        return None
    return {
        "Test": _health_test(check.command),
        "Interval": _HEALTH_SECONDS * _SECOND if check.interval is None else check.interval,
        "Timeout": _HEALTH_SECONDS * _SECOND if check.timeout is None else check.timeout,
        "StartPeriod": check.start_period or 0,
        "Retries": _HEALTH_RETRIES if check.retries is None else check.retries,
    }


def _health_test(command: str) -> list[str]:
    words = _entrypoint(command)
    if words[0].upper() == "NONE":
        return ["NONE"]
    is_list = command.startswith("[") and words != [command]
    if not is_list:
        words = command.split(" ", 1)
    if words[:1] == ["CMD"]:
        return words if is_list else command.split(" ")
    if words[:1] == ["CMD-SHELL"]:
        return words
    return ["CMD", *words] if is_list else ["CMD-SHELL", command]


def _logging(options: ContainerOptions) -> dict[str, Any] | None:
    if options.log_driver is None and not options.log_options:
        return None
    settings = dict(options.log_options)
    logging: dict[str, Any] = {} if options.log_driver is None else {"driver": options.log_driver}
    if path := settings.pop("path", None):
        logging["path"] = path
    if size := settings.pop("max-size", None):
        logging["size"] = _decimal_size(size)
    if settings:
        logging["options"] = settings
    return logging


def _decimal_size(text: str) -> int:
    """Return the size of a log in bytes; Podman's client counts it in powers of 1000."""
    number = text.rstrip("kmgtpKMGTPiIbB")
    unit = text[len(number) :].lower().removesuffix("b").removesuffix("i")
    try:
        return int(float(number) * _DECIMAL_UNITS[unit])
    except (ValueError, KeyError):
        raise InvalidOption("--log-opt", why=f"max-size {text!r} is not a size such as 10m") from None
