"""Readers of `--network`, and what belongs to the first network: addresses, aliases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption
from jobber.domain.xdocker.scalars import read_integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.xdocker.gathering import Gathering, Reading

_KEYS = {
    "alias": "aliases",
    "driver-opt": "driver_options",
    "ip": "ip",
    "ip6": "ip6",
    "mac-address": "mac_address",
    "link-local-ip": "link_local_ips",
    "gw-priority": "gateway_priority",
}
_MAC = re.compile(r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}", re.IGNORECASE | re.ASCII)
_LISTS = ("aliases", "driver_options", "link_local_ips")
_OF_THE_FIRST = {
    "network_alias": "aliases",
    "network_ip": "ip",
    "network_ip6": "ip6",
    "network_mac": "mac_address",
    "network_link_local": "link_local_ips",
}


def network(gathering: Gathering, reading: Reading) -> None:
    """Read a network's name or mode, or `name=NAME,alias=…,ip=…`."""
    first_key = reading.value.partition("=")[0]
    if first_key == "name" or first_key in _KEYS:
        gathering.add("attachments", _detailed(reading))
    elif not reading.value:
        raise reading.wrong("it names no network")
    else:
        gathering.add("attachments", {"name": reading.value})


def address(field: str) -> Callable[[Gathering, Reading], None]:
    """Keep an address of the first network."""

    def read(gathering: Gathering, reading: Reading) -> None:
        _check_address(reading, reading.value)
        gathering.set(field, reading.value)

    return read


def link_local(gathering: Gathering, reading: Reading) -> None:
    """Read `--link-local-ip`."""
    _check_address(reading, reading.value)
    gathering.add("network_link_local", reading.value)


def mac_address(gathering: Gathering, reading: Reading) -> None:
    """Read `--mac-address`."""
    _check_mac(reading, reading.value)
    gathering.set("network_mac", reading.value)


def join_networks(gathering: Gathering) -> None:
    """Put together what several options say of networks. Raises `InvalidOption`."""
    attachments = gathering.take("attachments") or ()
    first = {field: value for option, field in _OF_THE_FIRST.items() if (value := gathering.take(option)) is not None}
    if attachments:
        gathering.set("network", attachments[0]["name"])
    if first or len(attachments) > 1 or any(len(item) > 1 for item in attachments):
        _keep(gathering, attachments or ({"name": "default"},), first)


def _keep(gathering: Gathering, attachments: tuple[dict[str, object], ...], first: dict[str, object]) -> None:
    from jobber.domain.rare_options import NetworkAttachment

    for field in first:
        if field in attachments[0]:
            raise InvalidOption("--network", why=f"{field.replace('_', ' ')} of the first network is given twice")
    names = [item["name"] for item in attachments]
    if len(set(names)) < len(names):
        raise InvalidOption("--network", why="a network is named twice")
    joined = ({**attachments[0], **first}, *attachments[1:])
    gathering.set("networks", tuple(NetworkAttachment(**item) for item in joined))  # type: ignore[arg-type]


def _detailed(reading: Reading) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in reading.value.split(","):
        key, _, value = item.partition("=")
        if key not in ("name", *_KEYS) or not value:
            raise reading.wrong(f"{item!r} is no KEY=VALUE of a network")
        field = _KEYS.get(key, key)
        read = _value(reading, field, value)
        if field in _LISTS:
            earlier = found.get(field, ())
            found[field] = (*earlier, read) if isinstance(earlier, tuple) else (read,)
        else:
            found[field] = read
    if "name" not in found:
        raise reading.wrong("it names no network")
    return found


def _value(reading: Reading, field: str, value: str) -> object:
    if field in ("ip", "ip6", "link_local_ips"):
        _check_address(reading, value)
    if field == "mac_address":
        _check_mac(reading, value)
    if field == "gateway_priority":
        return read_integer(reading, value)
    if field == "driver_options":
        name, _, text = value.partition("=")
        return name, text
    return value


def _check_address(reading: Reading, text: str) -> None:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise reading.wrong(f"{text!r} is no IP address") from None


def _check_mac(reading: Reading, text: str) -> None:
    if not _MAC.fullmatch(text):
        raise reading.wrong(f"{text!r} is no MAC address")
