"""`--device*`, `--blkio-weight-device`, `--gpus` and `--ulimit`, as docker's own client reads them."""

from __future__ import annotations

import pytest
from options_reading import read, refusal

from jobber.domain.containers.options import Device, DeviceLimit, GpuRequest, ProcessLimit, Throttle

LIMITS = "core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/dev/sda", Device("/dev/sda", "/dev/sda", "rwm", "/dev/sda")),
        ("/dev/x/../sda", Device("/dev/sda", "/dev/sda", "rwm", "/dev/x/../sda")),
        ("/dev/sda:r", Device("/dev/sda", "/dev/sda", "r", "/dev/sda:r")),
        ("/dev/sda:mw", Device("/dev/sda", "/dev/sda", "mw", "/dev/sda:mw")),
        ("/dev//sda:rw", Device("/dev/sda", "/dev/sda", "rw", "/dev//sda:rw")),
        ("/dev/sda:/dev/xvdc", Device("/dev/sda", "/dev/xvdc", "rwm", "/dev/sda:/dev/xvdc")),
        ("/dev/sda:/dev/a/../xvdc", Device("/dev/sda", "/dev/xvdc", "rwm", "/dev/sda:/dev/a/../xvdc")),
        ("/dev/sda:/dev/xvdc:rm", Device("/dev/sda", "/dev/xvdc", "rm", "/dev/sda:/dev/xvdc:rm")),
        ("nvidia.com/gpu=all", Device("nvidia.com/gpu=all", written="nvidia.com/gpu=all")),
        ("vendor.com/class=a:0", Device("vendor.com/class=a:0", written="vendor.com/class=a:0")),
    ],
)
def test_a_device_is_read(text: str, expected: Device) -> None:
    assert (expected,) == read(f"--device {text}").devices


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("''", "'' is not a PATH[:PATH-INSIDE][:rwm]"),
        (":/dev/x", "':/dev/x' is not a PATH[:PATH-INSIDE][:rwm]"),
        (":/dev/x:r", "':/dev/x:r' is not a PATH[:PATH-INSIDE][:rwm]"),
        ("/a:/b:r:w", "'/a:/b:r:w' is not a PATH[:PATH-INSIDE][:rwm]"),
        ("dev/sda", "'dev/sda' is not an absolute path"),
        ("/dev/sda:rr", "'rr' is not an absolute path"),
        ("/dev/sda:", "'' is not an absolute path"),
        ("/dev/sda:xvdc:r", "'xvdc' is not an absolute path"),
        ("/dev/sda:/dev/xvdc:rx", "'rx' is not a mode such as rwm"),
        ("/dev/sda:/dev/xvdc:rrw", "'rrw' is not a mode such as rwm"),
        ("/dev/sda:/dev/xvdc:", "'' is not a mode such as rwm"),
        ("gpu=all", "'gpu=all' is not an absolute path"),
    ],
)
def test_a_device_that_docker_would_not_give_is_refused(text: str, why: str) -> None:
    assert refusal(f"--device {text}") == (f"--device: {why}", None)


@pytest.mark.parametrize("rule", ["c 1:3 rwm", "a *:* r", "b 8:* mrw"])
def test_a_rule_for_devices_is_kept_as_it_is(rule: str) -> None:
    assert read(f"--device-cgroup-rule '{rule}'").device_rules == (rule,)


@pytest.mark.parametrize("rule", ["", "c 1:3", "d 1:3 r", "c 1 r", "c 1:x r", "c 1:3 rwmr", "c 1:3 x"])
def test_a_rule_for_devices_in_another_form_is_refused(rule: str) -> None:
    why = f"--device-cgroup-rule: {rule!r} is not a rule such as 'c 1:3 rwm'"

    assert refusal(f"--device-cgroup-rule '{rule}'") == (why, None)


@pytest.mark.parametrize(
    ("option", "number", "expected"),
    [
        ("--blkio-weight-device", "10", DeviceLimit(Throttle.WEIGHT, "/dev/sda", 10)),
        ("--blkio-weight-device", "1000", DeviceLimit(Throttle.WEIGHT, "/dev/sda", 1000)),
        ("--blkio-weight-device", "0", DeviceLimit(Throttle.WEIGHT, "/dev/sda", 0)),
        ("--device-read-bps", "1m", DeviceLimit(Throttle.READ_BPS, "/dev/sda", 1 << 20)),
        ("--device-write-bps", "2kb", DeviceLimit(Throttle.WRITE_BPS, "/dev/sda", 2048)),
        ("--device-read-iops", "2000", DeviceLimit(Throttle.READ_IOPS, "/dev/sda", 2000)),
        ("--device-write-iops", "9", DeviceLimit(Throttle.WRITE_IOPS, "/dev/sda", 9)),
    ],
)
def test_a_device_is_limited(option: str, number: str, expected: DeviceLimit) -> None:
    assert read(f"{option} /dev/sda:{number}").device_limits == (expected,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--device-read-bps /dev/sda", "'/dev/sda' is not a PATH:NUMBER"),
        ("--device-read-bps /dev/sda:1:2", "'/dev/sda:1:2' is not a PATH:NUMBER"),
        ("--device-read-bps /sda:1", "'/sda' is not a path of a device"),
        ("--device-read-bps /dev/sda:fast", "'fast' is not a size such as 512m or 2g"),
        ("--device-read-iops /dev/sda:1m", "'1m' is not a whole number"),
        ("--device-write-iops /dev/sda:٣", "'٣' is not a whole number"),
        ("--device-write-iops /dev/sda:-1", "'-1' is not a whole number"),
        ("--device-write-iops /dev/sda:12345678901234567890", "'12345678901234567890' is not a whole number"),
        ("--blkio-weight-device /dev/sda:9", "weight 9 is not between 10 and 1000"),
        ("--blkio-weight-device /dev/sda:1001", "weight 1001 is not between 10 and 1000"),
    ],
)
def test_a_limit_that_docker_would_not_set_is_refused(text: str, why: str) -> None:
    assert refusal(text) == (f"{text.split(maxsplit=1)[0]}: {why}", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", GpuRequest(count=-1)),
        ("2", GpuRequest(count=2)),
        ("-1", GpuRequest(count=-1)),
        ("+3", GpuRequest(count=3)),
        ("count=4", GpuRequest(count=4)),
        ("device=0", GpuRequest(devices=("0",))),
        ('"device=0,GPU-3a"', GpuRequest(devices=("0", "GPU-3a"))),
        ("driver=nvidia", GpuRequest(count=1, driver="nvidia")),
        ("capabilities=utility", GpuRequest(count=1, capabilities=("utility", "gpu"))),
        ('all,"capabilities=compute,video"', GpuRequest(count=-1, capabilities=("compute", "video", "gpu"))),
        ('all,"options=a=1,b"', GpuRequest(count=-1, options=(("a", "1"), ("b", "")))),
        ("options=a=1", GpuRequest(count=1, options=(("a", "1"),))),
    ],
)
def test_processors_for_graphics_are_asked_for(text: str, expected: GpuRequest) -> None:
    assert read(f"--gpus '{text}'").gpus == (expected,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("some", "'some' is neither all, nor a number, nor device=…"),
        ("1.5", "'1.5' is neither all, nor a number, nor device=…"),
        ("1,2", "count is given twice"),
        ("all,count=2", "count is given twice"),
        ("device=0,device=1", "device is given twice"),
        ("speed=9", "'speed' is not a key: count, device, capabilities, driver or options"),
        ("count=2,device=0", "a count and devices exclude each other"),
        ("all,device=0", "a count and devices exclude each other"),
        ("", "it is empty"),
    ],
)
def test_a_request_for_processors_in_another_form_is_refused(text: str, why: str) -> None:
    assert refusal(f"--gpus '{text}'") == (f"--gpus: {why}", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nofile=1024", (ProcessLimit("nofile", 1024, 1024),)),
        ("nofile=1024:2048", (ProcessLimit("nofile", 1024, 2048),)),
        ("core=0:0", (ProcessLimit("core", 0, 0),)),
        ("memlock=-1", (ProcessLimit("memlock", -1, -1),)),
        ("memlock=-1:-1", (ProcessLimit("memlock", -1, -1),)),
        ("cpu=5:-1", (ProcessLimit("cpu", 5, -1),)),
        ("nofile=1 --ulimit core=2 --ulimit nofile=3", (ProcessLimit("nofile", 3, 3), ProcessLimit("core", 2, 2))),
    ],
)
def test_what_a_process_may_have_is_limited(text: str, expected: tuple[ProcessLimit, ...]) -> None:
    assert expected == read(f"--ulimit {text}").process_limits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nofile", "'nofile' is not a NAME=SOFT[:HARD]"),
        ("nofile=", "'' is not a whole number"),
        ("nofile=1:", "'' is not a whole number"),
        ("nofile=x", "'x' is not a whole number"),
        ("nofile=1:x", "'x' is not a whole number"),
        ("nofile=1=2", "'1=2' is not a whole number"),
        ("nofile=٣", "'٣' is not a whole number"),
        ("nofile=1:2:3", "'2:3' is not a whole number"),
        ("nofile=1234567890123456789", "'1234567890123456789' is not a whole number"),
        ("nofile=2:1", "the soft limit 2 is above the hard one, 1"),
        ("nofile=-1:5", "the soft limit -1 is above the hard one, 5"),
        (
            "speed=1",
            f"'speed' is not a limit: one of {LIMITS}",
        ),
    ],
)
def test_a_limit_for_processes_in_another_form_is_refused(text: str, why: str) -> None:
    assert refusal(f"--ulimit {text}") == (f"--ulimit: {why}", None)


@pytest.mark.parametrize("device", [Device("/dev/sda", "/dev/sda"), Device("nvidia.com/gpu=all")])
def test_a_device_without_a_place_is_one_by_name(device: Device) -> None:
    assert device.is_by_name == ("=" in device.host)
