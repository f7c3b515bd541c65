"""Networks and names: `--network` in both forms, `--network-alias`, `--ip`, `--link`, `--dns*`, `--add-host`."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from jobber.domain.containers.options import Network
from jobber.domain.docker_options.values import read_fields, read_whole
from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.docker_options.option_reader import OptionReader, PartialOptions

_ADVANCED = re.compile(r"\w+=\w+(,\w+=\w+)*", re.ASCII)
_MAC = re.compile(
    r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4,18}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,9}", re.IGNORECASE
)
_MAC_LENGTHS = frozenset((6, 8, 20))
_DOMAIN = re.compile(
    r"(:?(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)"
    r"\.?\s*",
    re.ASCII,
)
_GATEWAY = "host-gateway"
_LONGEST_DOMAIN = 255


def read_network(reading: OptionReader) -> None:
    """Read `--network`: `NAME`, or `name=NAME,alias=…,ip=…`."""
    network = Network(reading.value)
    if _ADVANCED.search(reading.value):
        try:
            network = _advanced(read_fields(reading.value))
        except ValueError as error:
            raise reading.wrong(str(error)) from None
    if not network.name.strip():
        raise reading.wrong("it names no network")
    reading.draft.append("networks", network)


def read_link(reading: OptionReader) -> None:
    """Read `--link`: `CONTAINER[:ALIAS]`."""
    if not reading.value or reading.value.count(":") > 1:
        raise reading.wrong(f"{reading.value!r} is not a CONTAINER[:ALIAS]")
    reading.draft.append("links", reading.value)


def read_mac(reading: OptionReader) -> None:
    """Read `--mac-address`: a hardware address; an empty text is none."""
    if reading.value:
        _check_mac(reading.value)
    reading.draft.fields["mac"] = reading.value or None


def read_server(reading: OptionReader) -> None:
    """Read `--dns`: the IP address of a name server."""
    address = _address(reading.value.strip())
    if address is None:
        raise reading.wrong(f"{reading.value!r} is not an IP address")
    reading.draft.append("dns", address)


def read_search(reading: OptionReader) -> None:
    """Read `--dns-search`: a domain, or `.` for none."""
    text = reading.value.strip(" ")
    match = _DOMAIN.fullmatch(text)
    if text != "." and (match is None or not re.search("[a-zA-Z]", text) or len(match[1]) >= _LONGEST_DOMAIN):
        raise reading.wrong(f"{reading.value!r} is not a domain")
    reading.draft.append("dns_search", match[1] if match else text)


def read_host(reading: OptionReader) -> None:
    """Read `--add-host`: `NAME:ADDRESS` or `NAME=ADDRESS`, with the address optionally in brackets.

    The address `host-gateway` stands for the engine's host.
    """
    separator = "=" if "=" in reading.value else ":"
    name, found, address = reading.value.partition(separator)
    if not found or not name:
        raise reading.wrong(f"{reading.value!r} is not a NAME:ADDRESS")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if address != _GATEWAY and _address(address.strip()) is None:
        raise reading.wrong(f"{address!r} is not an IP address")
    reading.draft.append("extra_hosts", f"{name}:{address}")


def join_networks(draft: PartialOptions) -> None:
    """Apply the options for a single network to the first network. Raises `InvalidOption`."""
    fields = draft.fields
    networks: tuple[Network, ...] = fields.get("networks", ())
    names = [network.name for network in networks]
    for name in names:
        if names.count(name) > 1:
            raise InvalidOption("--network", why=f"network {name} is given twice")
    kinds = {network.is_users for network in networks}
    if len(kinds) > 1:
        raise InvalidOption("--network", why="a predefined network can't be combined with others")
    first = networks[0] if networks else Network("default")
    joined = _joined(first, draft)
    if networks or joined != first:
        fields["networks"] = (joined, *networks[1:])


def _joined(first: Network, draft: PartialOptions) -> Network:
    fields = draft.fields
    aliases = fields.pop("aliases", ())
    links = fields.get("links", ()) if first.is_users else ()
    ip, ip6 = fields.pop("ip", ""), fields.pop("ip6", "")
    mac = fields.get("mac") or ""
    for option, given, own in (
        ("--network-alias", aliases, first.aliases),
        ("--ip", ip, first.ip),
        ("--ip6", ip6, first.ip6),
    ):
        if given and own:
            raise InvalidOption(option, why=f"network {first.name} is given one already")
    link_local = fields.pop("link_local", ())
    if link_local and first.link_local:
        raise InvalidOption("--link-local-ip", why=f"network {first.name} is given one already")
    if mac and first.mac and mac != first.mac:
        raise InvalidOption("--mac-address", why=f"network {first.name} is given another one")
    return replace(
        first,
        aliases=aliases or first.aliases,
        links=links,
        ip=ip or first.ip,
        ip6=ip6 or first.ip6,
        link_local=link_local or first.link_local,
        mac=mac or first.mac,
    )


def _advanced(fields: list[str]) -> Network:
    network = Network("")
    for field in fields:
        key, equals, value = field.partition("=")
        key, value = key.strip().lower(), value.strip()
        if not equals or not key:
            raise ValueError(f"{field!r} is not a KEY=VALUE")
        network = _with_field(network, key, value)
    if not network.name:
        raise ValueError("name= is missing")
    return network


def _with_field(network: Network, key: str, value: str) -> Network:
    setter = _SETTERS.get(key)
    if setter is None:
        raise ValueError(f"{key!r} is not a key of a network")
    return setter(network, value)


def _with_mac(network: Network, value: str) -> Network:
    _check_mac(value)
    return replace(network, mac=value)


def _with_driver_option(network: Network, value: str) -> Network:
    name, equals, setting = value.partition("=")
    if not equals or not name:
        raise ValueError(f"driver-opt {value!r} is not a KEY=VALUE")
    pairs = {**dict(network.driver_options), name.strip(): setting.strip()}
    return replace(network, driver_options=tuple(pairs.items()))


_SETTERS: dict[str, Callable[[Network, str], Network]] = {
    "name": lambda network, value: replace(network, name=value),
    "alias": lambda network, value: replace(network, aliases=(*network.aliases, value)),
    "ip": lambda network, value: replace(network, ip=value),
    "ip6": lambda network, value: replace(network, ip6=value),
    "link-local-ip": lambda network, value: replace(network, link_local=(*network.link_local, value)),
    "mac-address": _with_mac,
    "gw-priority": lambda network, value: replace(network, gateway_priority=read_whole(value)),
    "driver-opt": _with_driver_option,
}


def _check_mac(text: str) -> None:
    length = len(re.sub(r"[^0-9a-f]", "", text, flags=re.IGNORECASE)) // 2
    if not _MAC.fullmatch(text.strip()) or length not in _MAC_LENGTHS:
        raise InvalidOption("--mac-address", why=f"{text!r} is not a hardware address such as 92:d0:c6:0a:29:33")


def _address(text: str) -> str | None:
    """Return an IP address as Go prints it: an IPv4-mapped IPv6 address becomes IPv4. Return None if it is invalid."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        address = address.ipv4_mapped or address
    return str(address)
