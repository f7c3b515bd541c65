"""Networks and ports in the body of Docker's create call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobber.domain.containers.options import ContainerOptions, Network


def endpoints(options: ContainerOptions, *, has_mac: bool) -> dict[str, Any]:
    """Return the settings of each network; nothing for a single network without settings."""
    described = {network.name: _endpoint(network, has_mac=has_mac) for network in options.networks}
    if len(described) == 1:
        return {name: endpoint for name, endpoint in described.items() if endpoint}
    return described


def network_mode(options: ContainerOptions) -> str:
    """Return the first network, by its name or mode."""
    return options.networks[0].name if options.networks else "default"


def port_bindings(options: ContainerOptions) -> dict[str, list[dict[str, str]]]:
    """Return the host addresses and host ports for each of the container's ports."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in options.ports:
        host = "" if port.host is None else str(port.host)
        if port.host_last is not None:
            host += f"-{port.host_last}"
        bindings.setdefault(f"{port.container}/{port.protocol}", []).append({"HostIp": port.address, "HostPort": host})
    return bindings


def _endpoint(network: Network, *, has_mac: bool) -> dict[str, Any]:
    addresses: dict[str, Any] = {}
    if network.ip:
        addresses["IPv4Address"] = network.ip
    if network.ip6:
        addresses["IPv6Address"] = network.ip6
    if network.link_local:
        addresses["LinkLocalIPs"] = list(network.link_local)
    endpoint: dict[str, Any] = {
        "IPAMConfig": addresses,
        "Aliases": list(network.aliases),
        "Links": list(network.links),
        "MacAddress": network.mac if has_mac else "",
        "DriverOpts": dict(network.driver_options),
        "GwPriority": network.gateway_priority,
    }
    return {key: value for key, value in endpoint.items() if value}
