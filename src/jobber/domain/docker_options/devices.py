"""Devices and limits: `--device*`, `--blkio-*`, `--gpus`, `--ulimit`."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING

from jobber.domain.containers.options import Device, DeviceLimit, GpuRequest, ProcessLimit, Throttle
from jobber.domain.docker_options.quoting import quoting_hint
from jobber.domain.docker_options.values import read_fields, read_size

if TYPE_CHECKING:
    from jobber.domain.docker_options.option_reader import OptionReader

_PERMISSIONS = re.compile(r"(?!.*(.).*\1)[rwm]+")
_BY_NAME = re.compile(r"[A-Za-z](?:[\w.-]*\w)?(?:/[A-Za-z](?:[\w-]*\w)?)=\w(?:[\w.:-]*\w)?", re.ASCII)
_RULE = re.compile(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}", re.ASCII)
_NAMES = frozenset(
    "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split()
)
_GPU_KEYS = ("count", "device", "capabilities", "driver", "options")
_GPU_LISTS = ("device", "capabilities", "options")
_LARGEST_WEIGHT = 1000
_SMALLEST_WEIGHT = 10


def read_device(reading: OptionReader) -> None:
    """Read `--device`: `PATH[:PATH-INSIDE][:rwm]`, or a CDI name such as `nvidia.com/gpu=all`."""
    text = reading.value
    if _BY_NAME.fullmatch(text):
        reading.draft.append("devices", Device(text, written=text))
        return
    permissions, inside = "rwm", ""
    match text.split(":"):
        case [host] if host:
            host = inside = normpath(host)
        case [host, second] if host and _PERMISSIONS.fullmatch(second):
            host, permissions = normpath(host), second
            inside = host
        case [host, second] if host:
            inside = normpath(second) if second else ""
        case [host, inside, permissions] if host:
            if not _PERMISSIONS.fullmatch(permissions):
                raise reading.wrong(f"{permissions!r} is not a mode such as rwm")
        case _:
            raise reading.wrong(f"{text!r} is not a PATH[:PATH-INSIDE][:rwm]")
    if not inside.startswith("/"):
        raise reading.wrong(f"{inside!r} is not an absolute path")
    reading.draft.append("devices", Device(host, inside, permissions, text))


def read_rule(reading: OptionReader) -> None:
    """Read `--device-cgroup-rule`: `TYPE MAJOR:MINOR MODE`."""
    if not _RULE.fullmatch(reading.value):
        raise reading.wrong(f"{reading.value!r} is not a rule such as 'c 1:3 rwm'")
    reading.draft.append("device_rules", reading.value)


def read_limit(reading: OptionReader) -> None:
    """Read a device limit `PATH:NUMBER`: a weight (10 to 1000, 0 for none), or bytes or operations per second."""
    throttle = Throttle(reading.option.removeprefix("--"))
    path, colon, number = reading.value.partition(":")
    if not colon or ":" in number:
        raise reading.wrong(f"{reading.value!r} is not a PATH:NUMBER")
    if not path.startswith("/dev/"):
        raise reading.wrong(f"{path!r} is not a path of a device")
    try:
        rate = read_size(number) if throttle in (Throttle.READ_BPS, Throttle.WRITE_BPS) else _plain(number)
    except ValueError as error:
        raise reading.wrong(str(error)) from None
    if throttle is Throttle.WEIGHT and rate and not _SMALLEST_WEIGHT <= rate <= _LARGEST_WEIGHT:
        raise reading.wrong(f"weight {rate} is not between {_SMALLEST_WEIGHT} and {_LARGEST_WEIGHT}")
    reading.draft.append("device_limits", DeviceLimit(throttle, path, rate))


def read_gpus(reading: OptionReader) -> None:
    """Read `--gpus`: `all`, `2`, `device=0` or `"device=0,1",capabilities=utility`."""
    try:
        reading.draft.append("gpus", _gpu_request(read_fields(reading.value)))
    except ValueError as error:
        hint = quoting_hint(reading.option, reading.value, keys=_GPU_KEYS, lists=_GPU_LISTS)
        raise reading.wrong(str(error), hint=hint) from None


def read_process_limit(reading: OptionReader) -> None:
    """Read `--ulimit`: `NAME=SOFT[:HARD]`; if a name is given twice, the last one counts."""
    name, equals, value = reading.value.partition("=")
    if not equals:
        raise reading.wrong(f"{reading.value!r} is not a NAME=SOFT[:HARD]")
    if name not in _NAMES:
        raise reading.wrong(f"{name!r} is not a limit: one of {', '.join(sorted(_NAMES))}")
    soft_text, colon, hard_text = value.partition(":")
    try:
        soft = _decimal(soft_text)
        hard = _decimal(hard_text) if colon else soft
    except ValueError as error:
        raise reading.wrong(str(error)) from None
    if hard != -1 and (soft > hard or soft == -1):
        raise reading.wrong(f"the soft limit {soft} is above the hard one, {hard}")
    known = {limit.name: limit for limit in reading.draft.fields.get("process_limits", ())}
    reading.draft.fields["process_limits"] = (*{**known, name: ProcessLimit(name, soft, hard)}.values(),)


def _gpu_request(fields: list[str]) -> GpuRequest:
    found: dict[str, str] = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals:
            key, value = "count", field
        if key in found:
            raise ValueError(f"{key} is given twice")
        if key not in _GPU_KEYS:
            raise ValueError(f"{key!r} is not a key: count, device, capabilities, driver or options")
        found[key] = value
    if "device" in found and "count" in found:
        raise ValueError("a count and devices exclude each other")
    devices = tuple(found["device"].split(",")) if "device" in found else ()
    options = {}
    for pair in read_fields(found["options"]) if "options" in found else ():
        name, _, value = pair.partition("=")
        options[name] = value
    return GpuRequest(
        count=_count(found["count"]) if "count" in found else int(not devices),
        devices=devices,
        capabilities=(*found["capabilities"].split(","), "gpu") if "capabilities" in found else ("gpu",),
        driver=found.get("driver", ""),
        options=tuple(options.items()),
    )


def _count(text: str) -> int:
    if text == "all":
        return -1
    try:
        return _decimal(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither all, nor a number, nor device=…") from None


def _plain(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _decimal(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)
