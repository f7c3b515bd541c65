"""Options that are a word, a number or a pair, as docker's own client reads them."""

from __future__ import annotations

from dataclasses import fields

import pytest
from options_reading import read, refusal

from jobber.domain.containers.options import ContainerOptions, HealthCheck, SeccompProfile
from jobber.domain.docker_options.table import TABLE, first_lacking

SECOND = 10**9
NO_PROFILE = SeccompProfile("unconfined:x", None, "unconfined:x can't be read: no such file or directory")


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("--volume-driver", "volume_driver"),
        ("--hostname", "hostname"),
        ("-h", "hostname"),
        ("--domainname", "domainname"),
        ("--cpuset-cpus", "cpuset_cpus"),
        ("--cpuset-mems", "cpuset_mems"),
        ("--cgroup-parent", "cgroup_parent"),
        ("--ipc", "ipc"),
        ("--user", "user"),
        ("-u", "user"),
        ("--stop-signal", "stop_signal"),
        ("--runtime", "runtime"),
        ("--log-driver", "log_driver"),
    ],
)
def test_a_text_is_kept_as_it_is_and_an_empty_one_is_none(option: str, field: str) -> None:
    assert (getattr(read(f"{option} x"), field), read(f"{option} ''")) == ("x", ContainerOptions())


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("--pids-limit", "pids_limit"),
        ("--cpu-shares", "cpu_shares"),
        ("-c", "cpu_shares"),
        ("--cpu-period", "cpu_period"),
        ("--cpu-quota", "cpu_quota"),
        ("--cpu-rt-period", "cpu_realtime_period"),
        ("--cpu-rt-runtime", "cpu_realtime_runtime"),
        ("--stop-timeout", "stop_timeout"),
        ("--memory", "memory"),
        ("-m", "memory"),
        ("--memory-reservation", "memory_reservation"),
        ("--memory-swap", "memory_swap"),
        ("--memory-swappiness", "memory_swappiness"),
        ("--kernel-memory", "kernel_memory"),
        ("--shm-size", "shm_size"),
        ("--oom-score-adj", "oom_score"),
        ("--blkio-weight", "blkio_weight"),
    ],
)
def test_a_number_is_read_and_nothing_else(option: str, field: str) -> None:
    assert getattr(read(f"{option} 42"), field) == 42
    assert "'many' is not a " in refusal(f"{option} many")[0]


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("--read-only", "read_only"),
        ("--publish-all", "publish_all"),
        ("-P", "publish_all"),
        ("--oom-kill-disable", "oom_kill_disable"),
        ("--privileged", "privileged"),
        ("--init", "init"),
    ],
)
def test_a_flag_is_on_by_itself(option: str, field: str) -> None:
    assert getattr(read(option), field) is True


@pytest.mark.parametrize("word", ["1", "t", "T", "TRUE", "true", "True"])
def test_a_flag_is_on_in_gos_words(word: str) -> None:
    assert read(f"--init={word}").init is True


@pytest.mark.parametrize("word", ["0", "f", "F", "FALSE", "false", "False"])
def test_a_flag_is_off_in_gos_words(word: str) -> None:
    assert read(f"--init={word}").init is False


def test_a_flag_in_other_words_is_refused() -> None:
    assert refusal("--init=yes") == ("--init: 'yes' is neither true nor false", None)


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("--volumes-from", "volumes_from"),
        ("--dns-option", "dns_options"),
        ("--dns-opt", "dns_options"),
        ("--group-add", "groups"),
    ],
)
def test_a_list_keeps_what_is_given_in_order(option: str, field: str) -> None:
    assert getattr(read(f"{option} b {option} a"), field) == ("b", "a")


@pytest.mark.parametrize(
    ("option", "field"),
    [("--annotation", "annotations"), ("--log-opt", "log_options"), ("--storage-opt", "storage")],
)
def test_pairs_are_read_the_last_of_a_name_in_the_place_of_the_first(option: str, field: str) -> None:
    assert getattr(read(f"{option} a=1 {option} b=x=y {option} a=2"), field) == (("a", "2"), ("b", "x=y"))


def test_an_annotation_needs_no_value() -> None:
    assert read("--annotation a").annotations == (("a", ""),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--storage-opt size", "--storage-opt: 'size' is not a KEY=VALUE"),
        ("--log-driver none --log-opt a=b", "--log-opt: log driver none takes no options"),
        ("--name 'a b'", "--name: 'a b' is not a name for a container"),
        ("--name a", "--name: 'a' is not a name for a container"),
        ("-w src", "--workdir: 'src' is not an absolute path"),
        ("--isolation hyperv", "--isolation: it is only supported by Windows containers"),
        ("--cpu-count 2", "--cpu-count: it is only supported by Windows containers"),
        ("--cpu-percent 2", "--cpu-percent: it is only supported by Windows containers"),
        ("--io-maxbandwidth 2", "--io-maxbandwidth: it is only supported by Windows containers"),
        ("--io-maxiops 2", "--io-maxiops: it is only supported by Windows containers"),
        ("--disable-content-trust=false", "--disable-content-trust: jobber does not verify signatures of images"),
        ("--pid x", "--pid: there is no mode 'x'"),
        ("--pid container:", "--pid: there is no mode 'container:'"),
        ("--pid host:x", "--pid: there is no mode 'host:x'"),
        ("--uts keep-id", "--uts: there is no mode 'keep-id'"),
        ("--cgroupns x:y", "--cgroupns: there is no mode 'x:y'"),
        (
            "--sysctl kernel.msgmax",
            "--sysctl: 'kernel.msgmax' is not a parameter of the kernel that a container may set",
        ),
        ("--sysctl vm.x=1", "--sysctl: 'vm.x=1' is not a parameter of the kernel that a container may set"),
        ("--platform a/b/c/d", "--platform: 'a/b/c/d' is not an OS[/ARCHITECTURE[/VARIANT]]"),
        ("--platform linux//v7", "--platform: 'linux//v7' is not an OS[/ARCHITECTURE[/VARIANT]]"),
        ("--platform 'li nux'", "--platform: 'li nux' is not an OS[/ARCHITECTURE[/VARIANT]]"),
        ("--security-opt label", "--security-opt: 'label' is not a KEY=VALUE"),
        ("--oom-score-adj 1001", "--oom-score-adj: '1001' is not between -1000 and 1000"),
        ("--oom-score-adj -1001", "--oom-score-adj: '-1001' is not between -1000 and 1000"),
        ("--memory-swappiness 101", "--memory-swappiness: '101' is not between 0 and 100"),
        ("--memory-swappiness -2", "--memory-swappiness: '-2' is not between 0 and 100"),
        ("--blkio-weight 65536", "--blkio-weight: '65536' is out of range"),
        ("--blkio-weight -1", "--blkio-weight: '-1' is out of range"),
        ("--blkio-weight +1", "--blkio-weight: '+1' is out of range"),
        ("--cpu-shares 9223372036854775808", "--cpu-shares: '9223372036854775808' is out of range"),
        ("--cpu-shares -9223372036854775809", "--cpu-shares: '-9223372036854775809' is out of range"),
        ("-m 8388608t", "--memory: '8388608t' is too large"),
        ("-m -1", "--memory: '-1' is not a size such as 512m or 2g"),
        ("--cpus many", "--cpus: 'many' is not a number"),
        ("--cpus 1/0", "--cpus: '1/0' is not a number"),
        ("--cpus 1.5/2", "--cpus: '1.5/2' is not a number"),
        ("--cpus _1", "--cpus: '_1' is not a number"),
        ("--cpus 1__0", "--cpus: '1__0' is not a number"),
        ("--cpus -0.5", "--cpus: '-0.5' is below 0"),
        ("--cpus 0.0000000001", "--cpus: '0.0000000001' is too precise"),
        ("--cpus 9223372037", "--cpus: '9223372037' is too large"),
        ("-l ''", "--label: '' has no name"),
        ("-l ' =x'", "--label: ' =x' has no name"),
        ("-l 'a b=x'", "--label: there is a blank in the name of label 'a b'"),
        ("-l 'a\tb=x'", "--label: there is a blank in the name of label 'a\\tb'"),
        ("-l jobber.x=1", "--label: label jobber.x is jobber's own"),
        ("--env-file vars", "--env-file: vars can't be read: no such file or directory"),
        ("-e =x", "--env: a variable has no name"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text: str, why: str) -> None:
    assert refusal(text) == (why, None)


def test_the_engines_socket_is_not_handed_over_with_the_users_passwords() -> None:
    assert refusal("--use-api-socket") == (
        "--use-api-socket: it would expose your registry credentials to the job",
        "mount the engine's socket: -v /var/run/docker.sock:/var/run/docker.sock",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--name /ab", ContainerOptions(name="ab")),
        ("--name a.b-c_1", ContainerOptions(name="a.b-c_1")),
        ("--name ''", ContainerOptions()),
        ("-w ''", ContainerOptions()),
        ("--isolation default", ContainerOptions(isolation="default")),
        ("--isolation ''", ContainerOptions()),
        ("--disable-content-trust", ContainerOptions()),
        *((f"--disable-content-trust={word}", ContainerOptions()) for word in "true 1 t T TRUE True".split()),
        ("--pid host", ContainerOptions(pid="host")),
        ("--pid private", ContainerOptions(pid="private")),
        ("--pid container:x", ContainerOptions(pid="container:x")),
        ("--pid ns:/proc/1/ns/pid", ContainerOptions(pid="ns:/proc/1/ns/pid")),
        ("--pid ''", ContainerOptions()),
        ("--uts host", ContainerOptions(uts="host")),
        ("--userns keep-id", ContainerOptions(userns="keep-id")),
        ("--userns keep-id:uid=7", ContainerOptions(userns="keep-id:uid=7")),
        ("--userns auto:size=9", ContainerOptions(userns="auto:size=9")),
        ("--userns nomap", ContainerOptions(userns="nomap")),
        ("--userns host", ContainerOptions(userns="host")),
        ("--cgroupns host", ContainerOptions(cgroup_namespace="host")),
        ("--cgroupns private", ContainerOptions(cgroup_namespace="private")),
        (
            "--cap-add sys_ptrace --cap-add NET_ADMIN",
            ContainerOptions(capabilities_added=("CAP_NET_ADMIN", "CAP_SYS_PTRACE")),
        ),
        ("--cap-add kill --cap-add CAP_KILL", ContainerOptions(capabilities_added=("CAP_KILL",))),
        ("--cap-add kill --cap-add all", ContainerOptions(capabilities_added=("ALL",))),
        ("--cap-drop ' kill '", ContainerOptions(capabilities_dropped=("CAP_KILL",))),
        ("--cap-drop reset", ContainerOptions(capabilities_dropped=("RESET",))),
        ("--security-opt no-new-privileges", ContainerOptions(security=("no-new-privileges",))),
        ("--security-opt label:disable", ContainerOptions(security=("label:disable",))),
        ("--security-opt label=user:a=b", ContainerOptions(security=("label=user:a=b",))),
        ("--security-opt seccomp:unconfined:x", ContainerOptions(security=(NO_PROFILE,))),
        ("--sysctl net.a=b=c", ContainerOptions(kernel_parameters=(("net.a", "b=c"),))),
        ("--security-opt apparmor=x", ContainerOptions(security=("apparmor=x",))),
        ("--security-opt seccomp=unconfined", ContainerOptions(security=("seccomp=unconfined",))),
        ("--security-opt seccomp:unconfined", ContainerOptions(security=("seccomp:unconfined",))),
        ("--security-opt seccomp=builtin", ContainerOptions(security=("seccomp=builtin",))),
        ("--sysctl net.a=1 --sysctl net.a=2", ContainerOptions(kernel_parameters=(("net.a", "2"),))),
        ("--sysctl fs.mqueue.x=1", ContainerOptions(kernel_parameters=(("fs.mqueue.x", "1"),))),
        ("--sysctl kernel.sem=1", ContainerOptions(kernel_parameters=(("kernel.sem", "1"),))),
        ("--platform Linux/ARM/v7", ContainerOptions(platform="linux/arm/v7")),
        ("--platform linux", ContainerOptions(platform="linux")),
        ("--platform ''", ContainerOptions()),
        ("--log-driver none", ContainerOptions(log_driver="none")),
        ("--log-opt a", ContainerOptions(log_options=(("a", ""),))),
        ("--oom-score-adj 1000", ContainerOptions(oom_score=1000)),
        ("--oom-score-adj -1000", ContainerOptions(oom_score=-1000)),
        ("--memory-swappiness 100", ContainerOptions(memory_swappiness=100)),
        ("--memory-swappiness -1", ContainerOptions(memory_swappiness=-1)),
        ("--blkio-weight 65535", ContainerOptions(blkio_weight=65535)),
        ("--memory-swap -1", ContainerOptions(memory_swap=-1)),
        ("--memory-swap 2g", ContainerOptions(memory_swap=2 << 30)),
        ("-l ' a=1'", ContainerOptions(labels=((" a", "1"),))),
        ("-e A", ContainerOptions(environment=(("A", None),))),
    ],
)
def test_a_setting_is_read(text: str, expected: ContainerOptions) -> None:
    assert expected == read(text)


@pytest.mark.parametrize(
    ("text", "nano_cpus"),
    [
        ("0.5", 500_000_000),
        ("1e-3", 1_000_000),
        (".25", 250_000_000),
        ("2.", 2 * SECOND),
        ("1_0", 10 * SECOND),
        ("0x10", 16 * SECOND),
        ("1/4", 250_000_000),
        ("0", 0),
        ("9223372036", 9223372036 * SECOND),
    ],
)
def test_processors_are_counted_in_billionths(text: str, nano_cpus: int) -> None:
    assert read(f"--cpus {text}").nano_cpus == nano_cpus


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0x1F", 31),
        ("0X_1f", 31),
        ("0b101", 5),
        ("0B1_0", 2),
        ("0o17", 15),
        ("0O17", 15),
        ("017", 15),
        ("-0x10", -16),
        ("+7", 7),
        ("0", 0),
        ("1_000", 1000),
        ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
    ],
)
def test_a_whole_number_is_written_as_in_go(text: str, number: int) -> None:
    assert read(f"--cpu-quota {text}").cpu_quota == number


@pytest.mark.parametrize("text", ["", "1.0", "0x", "08", "1__0", "1_", "0b2", "ten", "- 1"])
def test_what_is_no_whole_number_in_go_is_refused(text: str) -> None:
    assert refusal(f"--cpu-quota '{text}'") == (f"--cpu-quota: {text!r} is not a whole number", None)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("1", 1),
        ("1B", 1),
        ("1kb", 1 << 10),
        ("1Mib", 1 << 20),
        ("1 g", 1 << 30),
        ("1T", 1 << 40),
        ("1p", 1 << 50),
        ("0.5k", 512),
        ("1.k", 1024),
        ("8191p", 8191 << 50),
    ],
)
def test_a_size_has_a_unit(text: str, octets: int) -> None:
    assert read(f"--shm-size '{text}'").shm_size == octets


@pytest.mark.parametrize("text", ["", "k", "1kk", "1x", "1ki", "1  g", "-1g", "1,5g", "1e400"])
def test_what_is_no_size_is_refused(text: str) -> None:
    assert refusal(f"--shm-size '{text}'")[0].startswith(f"--shm-size: {text!r} is ")


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("+0", 0),
        ("-0", 0),
        ("1h", 3600 * SECOND),
        ("1m30s", 90 * SECOND),
        ("1.5s", 3 * SECOND // 2),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("2ms", 2_000_000),
        ("3us", 3000),
        ("3µs", 3000),
        ("3μs", 3000),
        ("4ns", 4),
        ("+5s", 5 * SECOND),
        ("2562047h47m16.854775807s", (1 << 63) - 1),
    ],
)
def test_a_duration_is_written_as_in_go(text: str, nanoseconds: int) -> None:
    assert read(f"--health-timeout {text}").health == HealthCheck(timeout=nanoseconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("00", "is not a duration such as 30s or 1m30s"),
        ("5", "is not a duration such as 30s or 1m30s"),
        ("s", "is not a duration such as 30s or 1m30s"),
        ("1s 2s", "is not a duration such as 30s or 1m30s"),
        ("1d", "is not a duration such as 30s or 1m30s"),
        ("++1s", "is not a duration such as 30s or 1m30s"),
        ("2562047h47m16.854775808s", "is too long"),
    ],
)
def test_what_is_no_duration_is_refused(text: str, why: str) -> None:
    assert refusal(f"--health-timeout '{text}'") == (f"--health-timeout: {text!r} {why}", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--health-cmd 'curl x'", HealthCheck(command="curl x")),
        ("--health-interval 1s", HealthCheck(interval=SECOND)),
        ("--health-start-period 2s", HealthCheck(start_period=2 * SECOND)),
        ("--health-start-interval 3s", HealthCheck(start_interval=3 * SECOND)),
        ("--health-retries 4", HealthCheck(retries=4)),
        ("--health-retries 0", HealthCheck(retries=0)),
        ("--no-healthcheck --health-retries 0", HealthCheck(is_disabled=True)),
        ("--no-healthcheck=false --health-retries 1", HealthCheck(retries=1)),
        ("--health-interval 1s --health-interval 2s --health-cmd x", HealthCheck(command="x", interval=2 * SECOND)),
    ],
)
def test_a_health_check_is_put_together(text: str, expected: HealthCheck) -> None:
    assert expected == read(text).health


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--health-retries many", "--health-retries: 'many' is not a whole number"),
        ("--health-retries -1", "--health-retries: it can't be negative"),
        ("--health-interval -1s", "--health-interval: it can't be negative"),
        ("--health-start-period -1s", "--health-start-period: it can't be negative"),
        ("--no-healthcheck --health-cmd x", "--no-healthcheck: it contradicts --health-cmd"),
        ("--no-healthcheck --health-start-interval 1s", "--no-healthcheck: it contradicts --health-start-interval"),
    ],
)
def test_a_health_check_that_contradicts_itself_is_refused(text: str, why: str) -> None:
    assert refusal(text) == (why, None)


def test_every_option_sets_a_field_that_there_is() -> None:
    known = {field.name for field in fields(ContainerOptions)}
    elsewhere = {"aliases", "ip", "ip6", "link_local", ""}  # parts of a network, and what sets nothing

    assert {option.field for option in TABLE} - known == elsewhere


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("", None),
        ("-m 1g", None),
        ("--link db", "--link"),
        ("--volume-driver nfs", "--volume-driver"),
        ("--storage-opt a=b", "--storage-opt"),
        ("--domainname x", "--domainname"),
        ("--isolation default", "--isolation"),
        ("-m 1g --domainname x --link db", "--link"),
    ],
)
def test_options_that_podman_lacks_are_found(text: str, lacking: str | None) -> None:
    found = first_lacking(read(text), has=lambda option: option.podman)

    assert lacking == (found and found.name)


@pytest.mark.parametrize(
    ("text", "api", "lacking"),
    [
        ("--annotation a=b", (1, 42), "--annotation"),
        ("--annotation a=b", (1, 43), None),
        ("--gpus all", (1, 39), "--gpus"),
        ("--gpus all", (1, 40), None),
        ("--cgroupns host", (1, 40), "--cgroupns"),
        ("--cgroupns host", (1, 41), None),
        ("-m 1g", (1, 23), "--memory"),
        ("-m 1g", (1, 24), None),
        ("--log-opt a=b", (1, 24), None),
    ],
)
def test_options_that_an_older_docker_lacks_are_found(text: str, api: tuple[int, int], lacking: str | None) -> None:
    found = first_lacking(read(text), has=lambda option: option.docker_api <= api)

    assert lacking == (found and found.name)
