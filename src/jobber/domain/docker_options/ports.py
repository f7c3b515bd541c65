"""Ports: `-p`, `--expose`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from jobber.domain.containers.options import PublishedPort

if TYPE_CHECKING:
    from jobber.domain.docker_options.option_reader import OptionReader

_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_HIGHEST = (1 << 16) - 1
_PROTOCOLS = ("tcp", "udp", "sctp")


def read_published(reading: OptionReader) -> None:
    """Read `--publish`.

    The forms are `[[ADDRESS:]HOST-PORT:]PORT[/PROTOCOL]`, also with ranges of ports, and
    `target=PORT,published=PORT,protocol=PROTOCOL`.
    """
    text, protocol = _protocol(reading, _short_form(reading))
    rest, _, container = text.rpartition(":")
    address, _, host = rest.rpartition(":")
    if text.startswith("[") and "]:" not in text:
        raise reading.wrong(f"{reading.value!r} has an extra bracket")
    address = _address(reading, address)
    inside = _range(reading, container)
    if not host:
        ports = [PublishedPort(port, protocol, None, address) for port in range(inside[0], inside[1] + 1)]
    else:
        ports = _paired(reading, inside, _range(reading, host), protocol, address)
    reading.draft.append("ports", *ports)


def read_exposed(reading: OptionReader) -> None:
    """Read `--expose`: `PORT[-PORT][/PROTOCOL]`."""
    text, _, rest = reading.value.partition("/")
    protocol = rest.partition("/")[0] or "tcp"
    first, last = _range(reading, text)
    known = reading.draft.fields.get("exposed_ports", ())
    added = (f"{port}/{protocol}" for port in range(first, last + 1))
    reading.draft.append("exposed_ports", *(port for port in added if port not in known))


def _short_form(reading: OptionReader) -> str:
    if "=" not in reading.value:
        return reading.value
    fields = {"protocol": "tcp"}
    for part in reading.value.split(","):
        key, equals, value = part.partition("=")
        if not equals:
            raise reading.wrong(f"{part!r} is not a KEY=VALUE")
        fields[key] = value
    return f"{fields.get('published', '')}:{fields.get('target', '')}/{fields['protocol']}"


def _protocol(reading: OptionReader, text: str) -> tuple[str, str]:
    text, _, rest = text.partition("/")
    protocol = rest.partition("/")[0].lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise reading.wrong(f"{protocol!r} is not a protocol")
    return text, protocol


def _address(reading: OptionReader, text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not bare:
        return ""
    try:
        ip_address(bare)
    except ValueError:
        raise reading.wrong(f"{bare!r} is not an address of this machine") from None
    return bare


def _paired(
    reading: OptionReader, inside: tuple[int, int], outside: tuple[int, int], protocol: str, address: str
) -> list[PublishedPort]:
    first, last = inside
    if first == last and outside[0] != outside[1]:  # any free port of the range
        return [PublishedPort(first, protocol, outside[0], address, outside[1])]
    if last - first != outside[1] - outside[0]:
        raise reading.wrong(f"{reading.value!r} has ranges of different lengths")
    return [
        PublishedPort(inner, protocol, outer, address)
        for inner, outer in zip(range(first, last + 1), range(outside[0], outside[1] + 1), strict=True)
    ]


def _range(reading: OptionReader, text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    last = last if dash else first
    if not _PORT.fullmatch(first) or not _PORT.fullmatch(last) or not 0 <= int(first) <= int(last) <= _HIGHEST:
        raise reading.wrong(f"{text!r} is not a port or range of ports")
    return int(first), int(last)
