"""Readers of `-p` and `--expose`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.options import PublishedPort

if TYPE_CHECKING:
    from jobber.domain.xdocker.gathering import Gathering, Reading

_HIGHEST = (1 << 16) - 1
_PROTOCOLS = ("tcp", "udp", "sctp")


def publish(gathering: Gathering, reading: Reading) -> None:
    """Read `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, ranges too, or `target=80,published=8080,…`."""
    text = _plain(reading)
    text, protocol = _protocol(reading, text)
    rest, _, container = text.rpartition(":")
    address, host = _address_and_host(reading, rest)
    inside = _ports(reading, container)
    for port in _pair_up(reading, inside, host, protocol=protocol, address=address):
        if port not in gathering.got("ports"):
            gathering.add("ports", port)


def expose(gathering: Gathering, reading: Reading) -> None:
    """Read `PORT[-PORT][/PROTOCOL]`."""
    text, protocol = _protocol(reading, reading.value)
    for port in _ports(reading, text):
        name = f"{port}/{protocol}"
        if name not in gathering.got("exposed_ports"):
            gathering.add("exposed_ports", name)


def _plain(reading: Reading) -> str:
    if "=" not in reading.value:
        return reading.value
    fields = {"protocol": "tcp", "mode": "ingress"}
    for item in reading.value.split(","):
        key, _, value = item.partition("=")
        if key not in ("target", "published", "protocol", "mode"):
            raise reading.wrong(f"{key!r} is no key of a published port")
        fields[key] = value
    if "target" not in fields:
        raise reading.wrong("target, the port in the container, is missing")
    published = f"{fields['published']}:" if fields.get("published") else ""
    return f"{published}{fields['target']}/{fields['protocol']}"


def _protocol(reading: Reading, text: str) -> tuple[str, str]:
    ports, slash, protocol = text.partition("/")
    protocol = protocol.lower()
    if slash and protocol not in _PROTOCOLS:
        raise reading.wrong(f"{protocol!r} is no protocol; there are {', '.join(_PROTOCOLS)}")
    return ports, protocol or "tcp"


def _address_and_host(reading: Reading, text: str) -> tuple[str, list[int]]:
    address, colon, host = text.rpartition(":")
    if colon and host and not host.replace("-", "").isdecimal() and not text.endswith("]"):
        raise reading.wrong(f"{host!r} is no port of the host")
    address = address.removeprefix("[").removesuffix("]")
    if address and not _is_address(address):
        raise reading.wrong(f"{address!r} is no IP address")
    return address, _ports(reading, host) if host else []


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _pair_up(
    reading: Reading, inside: list[int], outside: list[int], *, protocol: str, address: str
) -> list[PublishedPort]:
    if not outside:
        return [PublishedPort(port, protocol, address=address) for port in inside]
    if len(inside) == 1 < len(outside):
        return [PublishedPort(inside[0], protocol, outside[0], address, outside[-1])]
    if len(inside) != len(outside):
        raise reading.wrong(f"{reading.value!r} has ranges of different lengths")
    return [PublishedPort(port, protocol, host, address) for port, host in zip(inside, outside, strict=True)]


def _ports(reading: Reading, text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if not _is_port(first) or (dash and not _is_port(last)):
        raise reading.wrong(f"{text!r} is no port or range of ports")
    ports = [*range(int(first), int(last or first) + 1)]
    if not ports:
        raise reading.wrong(f"{text!r} ends before it begins")
    return ports


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST)) and 0 < int(text) <= _HIGHEST
