"""Networks and ports in the body of Podman's create call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.errors import InvalidOption, OptionUnsupported

if TYPE_CHECKING:
    from jobber.domain.containers.options import ContainerOptions, Network

_ENGINE = "podman"
_MODES = {
    "host": "host",
    "none": "none",
    "bridge": "bridge",
    "default": "private",
    "private": "private",
    "slirp4netns": "slirp4netns",
}
_BRIDGED = frozenset(("bridge", "default", "private"))
_GATEWAY = ":host-gateway"
_HOST_GATEWAY = (5,)
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - the user may write it, and Podman's client leaves it out


def network(options: ContainerOptions) -> dict[str, Any]:
    """Return the network mode and the settings of each network."""
    if not options.networks:
        return {}
    first = options.networks[0]
    for attached in options.networks:
        _check(attached)
    settings = {
        "default" if attached.name in _BRIDGED else attached.name: _settings(attached) for attached in options.networks
    }
    described = {name: setting for name, setting in settings.items() if len(setting) > 1}
    kind, colon, name = first.name.partition(":")
    if colon and kind in ("container", "ns"):
        _check_bare(first)
        return {"netns": {"nsmode": "path" if kind == "ns" else "container", "value": name}}
    if first.name == "default":
        return {"Networks": described}
    if first.name in _MODES:
        if first.name not in _BRIDGED:
            _check_bare(first)
        return {"netns": {"nsmode": _MODES[first.name]}, **({"Networks": described} if described else {})}
    return {"netns": {"nsmode": "bridge"}, "Networks": settings}


def port_mappings(options: ContainerOptions) -> list[dict[str, Any]]:
    """Return the published ports."""
    for port in options.ports:
        if port.host_last is not None:
            raise OptionUnsupported(f"-p {port.host}-{port.host_last}:{port.container}", engine=_ENGINE)
        if port.container == 0 or port.host == 0:
            raise OptionUnsupported("-p with port 0", engine=_ENGINE)
    return [
        {
            "container_port": port.container,
            "protocol": port.protocol,
            "host_ip": "" if port.address == _EVERYWHERE else port.address,
            **({} if port.host is None else {"host_port": port.host}),
        }
        for port in options.ports
    ]


def exposed(options: ContainerOptions) -> dict[str, str]:
    """Return the exposed ports, each with its protocols."""
    found: dict[str, list[str]] = {}
    for text in options.exposed_ports:
        port, _, protocol = text.partition("/")
        if port == "0":
            raise OptionUnsupported("--expose 0", engine=_ENGINE)
        found.setdefault(port, []).append(protocol)
    return {port: ",".join(protocols) for port, protocols in found.items()}


def host_entries(options: ContainerOptions, *, version: tuple[int, ...]) -> list[str]:
    """Return the host names with their addresses."""
    for entry in options.extra_hosts:
        if entry.endswith(_GATEWAY) and version < _HOST_GATEWAY:
            raise OptionUnsupported(f"--add-host {entry}", engine="this version of podman")
    return list(options.extra_hosts)


def _settings(attached: Network) -> dict[str, Any]:
    settings: dict[str, Any] = {"interface_name": ""}
    if addresses := [address for address in (attached.ip, attached.ip6) if address]:
        settings["static_ips"] = addresses
    if attached.aliases:
        settings["aliases"] = list(attached.aliases)
    if attached.mac:
        settings["static_mac"] = attached.mac.replace("-", ":")
    return settings


def _check(attached: Network) -> None:
    for name, is_given in (
        ("--link-local-ip", attached.link_local),
        ("--network driver-opt=", attached.driver_options),
        ("--network gw-priority=", attached.gateway_priority),
    ):
        if is_given:
            raise OptionUnsupported(name, engine=_ENGINE)
    for option, address in (("--ip", attached.ip), ("--ip6", attached.ip6)):
        if address and not _is_address(address):
            raise InvalidOption(option, why=f"{address!r} is not an IP address")


def _check_bare(attached: Network) -> None:
    if attached.ip or attached.ip6 or attached.mac or attached.aliases:
        raise OptionUnsupported(f"an address, hardware address or alias with --network {attached.name}", engine=_ENGINE)


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True
