"""Namespaces and security in the body of Podman's create call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.errors import OptionUnsupported

if TYPE_CHECKING:
    from jobber.domain.containers.options import ContainerOptions

_ENGINE = "podman"
_ANNOTATION = "io.podman.annotations."
_MODES = {
    "--ipc": frozenset(("host", "private", "shareable", "none")),
    "--pid": frozenset(("host", "private")),
    "--uts": frozenset(("host", "private")),
    "--userns": frozenset(("host", "private", "auto", "keep-id", "nomap")),
    "--cgroupns": frozenset(("host", "private")),
}
_ON = ("", "true")
_KEEP_GROUPS = "keep-groups"


def namespaces(options: ContainerOptions) -> dict[str, Any]:
    """Return the namespaces that the job shares with others."""
    found = {}
    for key, option, text in (
        ("ipcns", "--ipc", options.ipc),
        ("pidns", "--pid", options.pid),
        ("utsns", "--uts", options.uts),
        ("userns", "--userns", options.userns),
        ("cgroupns", "--cgroupns", options.cgroup_namespace),
    ):
        if text:
            found[key] = _namespace(option, text)
    return found


def security(options: ContainerOptions) -> dict[str, Any]:
    """Return the settings of `--security-opt`, with the annotations in which Podman records some of them."""
    found: dict[str, Any] = {}
    annotations: dict[str, str] = {}
    for item in options.security:
        text = item if isinstance(item, str) else f"seccomp={item.path}"
        separator = "=" if "=" in text else ":"
        key, _, value = text.partition(separator)
        match key:
            case "no-new-privileges":
                found["no_new_privileges"] = value in _ON
            case "seccomp":
                found["seccomp_profile_path"] = annotations[_ANNOTATION + key] = value
            case "apparmor":
                found["apparmor_profile"] = annotations[_ANNOTATION + key] = value
            case "label":
                annotations[_ANNOTATION + key] = value
                found["selinux_opts"] = [*found.get("selinux_opts", ()), value]
            case "mask" | "unmask":
                found[key] = [*found.get(key, ()), *value.split(":")]
            case "systempaths" if value == "unconfined":
                found["unmask"] = [*found.get("unmask", ()), "ALL"]
            case "proc-opts":
                found["procfs_opts"] = value.split(",")
            case _:
                raise OptionUnsupported(f"--security-opt {text}", engine=_ENGINE)
    if _KEEP_GROUPS in options.groups:
        annotations["run.oci.keep_original_groups"] = "1"
    return {**found, "annotations": annotations} if annotations else found


def _namespace(option: str, text: str) -> dict[str, str]:
    kind, colon, value = text.partition(":")
    if colon and kind == "container":
        return {"nsmode": "container", "value": value}
    if colon and kind == "ns":
        return {"nsmode": "path", "value": value}
    if kind not in _MODES[option] or (colon and option != "--userns"):
        raise OptionUnsupported(f"{option} {text}", engine=_ENGINE, why="there is no such mode")
    return {"nsmode": kind, "value": value} if value else {"nsmode": kind}
