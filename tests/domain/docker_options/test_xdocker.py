"""`docker run` options, as docker's own command line reads them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.containers.options import (
    ContainerOptions,
    GpuRequest,
    Mount,
    Network,
    ProcessLimit,
    PublishedPort,
    SeccompProfile,
)
from jobber.domain.containers.options import HealthCheck as HealthCheckOption
from jobber.domain.docker_options import parse_options, recorded_words, revealed_words, split_words
from jobber.domain.docker_options.values import read_duration, read_fields
from jobber.domain.errors import InvalidOption, UsageError

HERE = "/home/me/project"
SPELLINGS = ["-eA=B", "-e=A=B", "-e A=B", "--env=A=B", "--env A=B"]

values = st.text(alphabet="abAB=-*$ \"'\\\n/:", max_size=12)
plain_names = st.text(alphabet="ABab1", min_size=1, max_size=6)
spellings = st.sampled_from([("-e{}",), ("-e={}",), ("-e", "{}"), ("--env={}",), ("--env", "{}")])


def read(text: str, **environment: str) -> ContainerOptions:
    return parse_options(split_words(text), environment=environment, directory=HERE)


def written(spelling: tuple[str, ...], text: str) -> list[str]:
    return [word.replace("{}", text) for word in spelling]


# Words


@given(st.lists(st.text()))
def test_quoted_words_are_split_into_the_same_words(words: list[str]) -> None:
    assert tuple(words) == split_words(shlex.join(words))


@pytest.mark.parametrize("text", ["-e 'A=B", '-e "A', "-e A\\"])
def test_an_open_quote_is_an_error_that_shows_the_text(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        split_words(text)

    assert repr(text) in caught.value.what


def test_no_words_are_no_options() -> None:
    assert ContainerOptions() == read("")


# The environment


@given(spellings, plain_names, values)
def test_a_variable_is_read_in_every_spelling(spelling: tuple[str, ...], name: str, value: str) -> None:
    options = parse_options(written(spelling, f"{name}={value}"), environment={}, directory=HERE)

    assert ((name, value),) == options.environment


@pytest.mark.parametrize("text", ["-e A", "-eA", "-e=A", "--env A", "--env=A"])
def test_a_variable_without_a_value_gets_that_of_the_caller(text: str) -> None:
    assert read(text, A="from outside").environment == (("A", "from outside"),)


def test_the_last_value_of_a_variable_counts() -> None:
    assert read("-e A=1 -e A=2").environment == (("A", "2"),)


def test_an_empty_value_is_a_value() -> None:
    assert read("-e A=", A="from outside").environment == (("A", ""),)


@pytest.mark.parametrize("text", ["-e =x", "-e ''", "--env="])
def test_a_variable_without_a_name_is_an_error(text: str) -> None:
    with pytest.raises(InvalidOption, match="no name"):
        read(text)


# Words in a run record


@pytest.mark.parametrize(
    "name",
    [
        "TOKEN",
        "HF_TOKEN_FILE",
        "AWS_SECRET_ACCESS",
        "PASSWORD",
        "PGPASSWORD",
        "MYSQL_PASSWD",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "API_KEY",
        "api_key",
        "My_Secret",
        "_KEY",
        "tokenizer",
    ],
)
@pytest.mark.parametrize("spelling", [("-e{}",), ("-e={}",), ("-e", "{}"), ("--env={}",), ("--env", "{}")])
def test_the_value_of_what_reads_as_a_secret_is_hidden_in_every_spelling(name: str, spelling: tuple[str, ...]) -> None:
    assert tuple(written(spelling, f"{name}=***")) == recorded_words(written(spelling, f"{name}=hunter2=="))


@pytest.mark.parametrize("name", ["KEY", "API_KEY_ID", "KEYBOARD", "PASS", "TOKE", "SEED", "MONKEY"])
def test_the_value_of_any_other_variable_is_recorded(name: str) -> None:
    assert ("-e", f"{name}=7") == recorded_words(("-e", f"{name}=7"))


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "no_proxy"])
def test_the_address_of_a_proxy_is_hidden_where_it_has_credentials(name: str) -> None:
    open_address, secret = f"{name}=http://proxy:3128", f"{name}=http://me:hunter2@proxy:3128"

    assert recorded_words(("-e", open_address, "-e", secret)) == ("-e", open_address, "-e", f"{name}=***")
    assert revealed_words(("-e", f"{name}=***"), environment={name: "found"}) == ("-e", f"{name}=found")


def test_the_address_of_a_proxy_is_hidden_in_a_text_that_is_no_words() -> None:
    with pytest.raises(UsageError) as caught:
        split_words("-e http_proxy=http://me:hunter2@proxy -e 'A")

    assert "hunter2" not in caught.value.what


@given(spellings, st.sampled_from(["API_TOKEN", "secret", "x_key", "A"]))
def test_a_variable_taken_from_the_caller_is_recorded_by_its_name_alone(spelling: tuple[str, ...], name: str) -> None:
    words = tuple(written(spelling, name))

    assert words == recorded_words(words)


@given(
    st.lists(st.tuples(spellings, st.sampled_from(["A", "token", "DB_PASSWORD", "B_KEY"]), values), max_size=4),
)
def test_no_value_of_a_secret_is_in_a_record(variables: list[tuple[tuple[str, ...], str, str]]) -> None:
    words = [word for spelling, name, value in variables for word in written(spelling, f"{name}={value}<secret>")]

    shown = parse_options(recorded_words(words), environment={}, directory=HERE).environment
    assert [name for name, value in shown if name != "A" and value != "***"] == []


@given(
    st.lists(st.tuples(spellings, st.sampled_from(["A", "token", "DB_PASSWORD", "B_KEY"]), values), max_size=4),
)
def test_what_was_recorded_is_recorded_again_as_it_is(variables: list[tuple[tuple[str, ...], str, str]]) -> None:
    words = [word for spelling, name, value in variables for word in written(spelling, f"{name}={value}")]

    assert recorded_words(words) == recorded_words(recorded_words(words))


def test_options_other_than_variables_are_recorded_word_for_word() -> None:
    words = ("-v", "/token=x:/y", "--label=API_KEY=1", "-m=2g", "--init", "-u", "me", "--name", "secret-1")

    assert words == recorded_words(words)


# Refused options


@pytest.mark.parametrize(
    "text",
    [
        "-i",
        "--interactive",
        "-t",
        "--tty",
        "-d",
        "--detach",
        "--detach=true",
        "-a stdout",
        "--attach=stdout",
        "--rm",
        "--rm=false",
        "--cidfile x",
        "--restart=always",
        "--detach-keys=ctrl-x",
        "--sig-proxy=false",
        "--pull always",
        "-it",
        "-itd",
        "-dit",
    ],
)
def test_what_jobber_decides_itself_is_refused_with_that_reason(text: str) -> None:
    with pytest.raises(InvalidOption, match="it is reserved for jobber"):
        read(text)


@pytest.mark.parametrize("text", ["--nonsense", "--nonsense=1", "-Z", "-Zx", "---env A=B"])
def test_an_unknown_option_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="unknown option"):
        read(text)


def test_a_misspelt_option_is_refused_with_the_nearest_right_one() -> None:
    with pytest.raises(InvalidOption) as caught:
        read("--volum /a:/b")

    assert caught.value.hint == "did you mean --volume?"


@pytest.mark.parametrize("text", ["mnist", "-e A=B train.py", "-", "--", "--init true", "''"])
def test_a_word_that_is_no_option_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="it is not an option"):
        read(text)


@pytest.mark.parametrize("text", ["-e", "--env", "-v", "--memory", "--init --name"])
def test_an_option_without_its_value_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="value is missing"):
        read(text)


@pytest.mark.parametrize("text", ["--label jobber.out=/x", "-l jobber.run", "--label=jobber.=1"])
def test_labels_of_jobber_are_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="jobber's own"):
        read(text)


@given(st.lists(st.text(max_size=8) | st.sampled_from(["-e", "-v", "--memory", "-p", "--cpus", "A=B"]), max_size=4))
def test_any_words_are_options_or_an_error_that_can_be_told(words: list[str]) -> None:
    try:
        told: object = parse_options(words, environment={}, directory=HERE)
    except InvalidOption as error:
        told = error

    assert isinstance(told, ContainerOptions | InvalidOption)


@given(st.sampled_from(["-m", "--shm-size", "--cpus", "--stop-timeout", "-p", "-v", "--tmpfs", "-w"]), st.text())
def test_any_value_of_an_option_is_read_or_refused_by_the_name_of_the_option(option: str, value: str) -> None:
    known = {"-m": "--memory", "-p": "--publish", "-v": "--volume", "-w": "--workdir"}
    named = known.get(option, option)
    try:
        parse_options((option, value), environment={}, directory=HERE)
    except InvalidOption as error:
        named = error.option

    assert named == known.get(option, option)


# Single options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-u me:us", ContainerOptions(user="me:us")),
        ("-w /src", ContainerOptions(workdir="/src")),
        ("--entrypoint ''", ContainerOptions(entrypoint="")),
        ("--entrypoint=", ContainerOptions(entrypoint="")),
        ("--net host", ContainerOptions(networks=(Network("host"),))),
        ("-h box", ContainerOptions(hostname="box")),
        ("--name job-1", ContainerOptions(name="job-1")),
        ("--gpus all", ContainerOptions(gpus=(GpuRequest(count=-1),))),
        ("--ipc=host", ContainerOptions(ipc="host")),
        ("--read-only", ContainerOptions(read_only=True)),
        ("--read-only=false", ContainerOptions()),
        ("--init=false", ContainerOptions(init=False)),
        ("--init=1", ContainerOptions(init=True)),
        ("--privileged=T", ContainerOptions(privileged=True)),
        ("--stop-timeout 30", ContainerOptions(stop_timeout=30)),
        ("--cpus 1.5", ContainerOptions(nano_cpus=1_500_000_000)),
        ("--add-host a:1.2.3.4 --add-host b:::1", ContainerOptions(extra_hosts=("a:1.2.3.4", "b:::1"))),
        ("--cap-add SYS_PTRACE", ContainerOptions(capabilities_added=("CAP_SYS_PTRACE",))),
        ("--cap-drop=ALL", ContainerOptions(capabilities_dropped=("ALL",))),
        ("-l a=b=c --label d", ContainerOptions(labels=(("a", "b=c"), ("d", "")))),
    ],
)
def test_an_option_says_what_it_says_to_docker(text: str, expected: ContainerOptions) -> None:
    assert expected == read(text)


@pytest.mark.parametrize(
    ("size", "octets"),
    [
        ("512", 512),
        ("512b", 512),
        ("1k", 1024),
        ("1KB", 1024),
        ("2MiB", 2 << 20),
        ("1.5g", 3 << 29),
        ("1t", 1 << 40),
        ("8 g", 8 << 30),
    ],
)
def test_a_size_is_counted_in_powers_of_1024(size: str, octets: int) -> None:
    assert octets == read(f"-m '{size}'").memory


@pytest.mark.parametrize(
    "text",
    [
        "-m lots",
        "-m -1g",
        "-m 1x",
        f"-m {'9' * 400}",
        "--cpus many",
        "--cpus nan",
        "--cpus inf",
        "--cpus 1__0",
        "--stop-timeout 1.5",
        "--stop-timeout ten",
        "--stop-timeout 1__0",
        "--read-only=yes",
        "-w src",
        "--name -x",
        "--name 'a b'",
    ],
)
def test_a_value_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption):
        read(text)


# Mounts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-v /a:/b", Mount("bind", "/b", "/a")),
        ("-v /a:/b:ro", Mount("bind", "/b", "/a", read_only=True, written="ro")),
        ("-v /a:/b:rw", Mount("bind", "/b", "/a", written="rw")),
        ("-v /a:/b:ro,Z", Mount("bind", "/b", "/a", read_only=True, options=("Z",), written="ro,Z")),
        ("-v ./a:/b", Mount("bind", "/b", f"{HERE}/a")),
        ("-v ../a:/b", Mount("bind", "/b", "/home/me/a")),
        ("-v .:/b", Mount("bind", "/b", HERE)),
        ("-v '~/a:/b'", Mount("bind", "/b", "/home/me/a")),
        ("-v cache:/b", Mount("volume", "/b", "cache")),
        ("-v /b", Mount("volume", "/b")),
        ("-v b/c", Mount("volume", "b/c")),
        ("-v bc", Mount("volume", "bc")),
        ("-v a:/b", Mount("volume", "a:/b")),
        ("-v a:", Mount("volume", "a:")),
        ("-v a:/b:ro", Mount("volume", "/b", "a", read_only=True, written="ro")),
        ("-v 1:/b", Mount("volume", "/b", "1")),
        ("--tmpfs /b", Mount("tmpfs", "/b")),
        ("--tmpfs /b:size=64m,mode=1777", Mount("tmpfs", "/b", options=("size=64m", "mode=1777"))),
    ],
)
def test_a_mount_is_read(text: str, expected: Mount) -> None:
    assert (expected,) == read(text, HOME="/home/me").mounts


@pytest.mark.parametrize(
    "text",
    [
        "-v ''",
        "-v cache:b",
        "-v /a:",
        "-v :/b",
        "-v /a:/b:",
        "-v /a:/b:ro:x",
        "-v /a:/b:fast",
        "-v /a:/",
        "-v a/b:/c",
        "-v _x:/c",
        "--tmpfs b",
        "-v /a:/b -v /c:/b/",
        "-v /a:/b --tmpfs /b",
    ],
)
def test_a_mount_that_docker_would_not_make_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption):
        read(text)


# Ports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-p 80", (PublishedPort(80),)),
        ("-p 8080:80", (PublishedPort(80, host=8080),)),
        ("-p 8080:80/udp", (PublishedPort(80, "udp", 8080),)),
        ("-p 127.0.0.1:8080:80", (PublishedPort(80, host=8080, address="127.0.0.1"),)),
        ("-p 127.0.0.1::80", (PublishedPort(80, address="127.0.0.1"),)),
        ("-p [::1]:8080:80", (PublishedPort(80, host=8080, address="::1"),)),
        ("-p 8000-8001:80-81", (PublishedPort(80, host=8000), PublishedPort(81, host=8001))),
        ("-p 65535", (PublishedPort(65535),)),
    ],
)
def test_a_published_port_is_read(text: str, expected: tuple[PublishedPort, ...]) -> None:
    assert expected == read(text).ports


@pytest.mark.parametrize(
    "text",
    ["-p ''", "-p http", "-p 65536", "-p 80:", "-p 81-80", "-p 80-", "-p 1-2:1-3", "-p 80/icmp", "-p a:80"],
)
def test_a_port_that_docker_would_not_publish_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption):
        read(text)


# Files


FILES = {
    "variables": "\ufeffA=1\n# none\n  B=two words \r\n\nOURS\nNOT_THERE\nSECRET_TOKEN=hunter2\n".encode(),
    "labels": b"a=1\nalone\nb=x=y\n",
    "own": b"jobber.out=/x\n",
    "blank": b"A B=hunter2\n",
    "nameless": b"A=1\n=hunter2\n",
    "latin": b"A=\xff\n",
    "profile": b'{\n "a b": [1.50, "\\" x"]\n}\n',
    "broken": b"{",
}


def content(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return FILES[path]


def read_with_files(text: str, **environment: str) -> ContainerOptions:
    return parse_options(split_words(text), environment=environment, directory=HERE, read_file=content)


def test_variables_of_a_file_come_before_those_of_the_command_line() -> None:
    options = read_with_files("-e A=7 --env-file variables", OURS="mine")

    assert options.environment == (
        ("A", "1"),
        ("B", "two words "),
        ("OURS", "mine"),
        ("SECRET_TOKEN", "hunter2"),
        ("A", "7"),
    )
    assert options.added_environment == ("A", "B", "OURS", "SECRET_TOKEN")


def test_a_record_keeps_the_name_of_a_file_of_variables_and_nothing_of_its_content() -> None:
    assert recorded_words(("--env-file", "variables")) == ("--env-file", "variables")


def test_labels_of_a_file_need_a_value_and_give_way_to_those_of_the_command_line() -> None:
    assert read_with_files("-l a=2 --label-file labels").labels == (("a", "2"), ("b", "x=y"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--env-file nowhere", "no such file"),
        ("--label-file nowhere", "no such file"),
        ("--label-file own", "jobber's own"),
        ("--env-file blank", "line 1"),
        ("--env-file nameless", "line 2"),
        ("--env-file latin", "UTF-8"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_without_its_values(text: str, why: str) -> None:
    with pytest.raises(InvalidOption, match=why) as caught:
        read_with_files(text)

    assert "hunter2" not in caught.value.what


def test_a_seccomp_profile_is_sent_without_spaces_between_its_words() -> None:
    expected = SeccompProfile("profile", '{"a b":[1.50,"\\" x"]}')

    assert (expected,) == read_with_files("--security-opt seccomp=profile").security


@pytest.mark.parametrize(("path", "why"), [("nowhere", "no such file"), ("broken", "not valid JSON")])
def test_a_seccomp_profile_that_can_not_be_had_is_told_of_when_it_is_needed(path: str, why: str) -> None:
    (profile,) = read_with_files(f"--security-opt seccomp={path}").security

    assert isinstance(profile, SeccompProfile)
    assert why in profile.why


# Bunches, and what else a Go program reads


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-Pp80", ContainerOptions(publish_all=True, ports=(PublishedPort(80),))),
        ("-Pc 3", ContainerOptions(publish_all=True, cpu_shares=3)),
        ("-Pc=3", ContainerOptions(publish_all=True, cpu_shares=3)),
        ("-P=false", ContainerOptions()),
        ("-p6006:6006", ContainerOptions(ports=(PublishedPort(6006, host=6006),))),
        ("--cpu-shares 0x10", ContainerOptions(cpu_shares=16)),
        ("--pids-limit 010", ContainerOptions(pids_limit=8)),
        ("--pids-limit 1_000", ContainerOptions(pids_limit=1000)),
        ("--memory-swap -1", ContainerOptions(memory_swap=-1)),
        ("--cpus 1/4", ContainerOptions(nano_cpus=250_000_000)),
        ("--net a --net-alias x", ContainerOptions(networks=(Network("a", aliases=("x",)),))),
        ("--network name=a,alias=x,ip=1.2.3.4", ContainerOptions(networks=(Network("a", ("x",), ip="1.2.3.4"),))),
        ("--health-interval 1h2m3.5s", ContainerOptions(health=HealthCheckOption(interval=3_723_500_000_000))),
        ("--no-healthcheck", ContainerOptions(health=HealthCheckOption(is_disabled=True))),
        ("--ulimit nofile=5:-1", ContainerOptions(process_limits=(ProcessLimit("nofile", 5, -1),))),
        ("-v /a:/b -v /a:/b", ContainerOptions(mounts=(Mount("bind", "/b", "/a"),))),
        ("-v .x:/b", ContainerOptions(mounts=(Mount("bind", "/b", f"{HERE}/.x"),))),
        ("--runtime runc", ContainerOptions(runtime="runc")),
        ("--volumes-from a:ro", ContainerOptions(volumes_from=("a:ro",))),
    ],
)
def test_what_docker_reads_is_read(text: str, expected: ContainerOptions) -> None:
    assert expected == read(text)


@pytest.mark.parametrize("words", [("-Pe", "API_KEY=x"), ("-PeAPI_KEY=x",), ("-Pe=API_KEY=x",), ("-PPeAPI_KEY=x",)])
def test_secrets_are_hidden_in_bunches(words: tuple[str, ...]) -> None:
    assert tuple(word.replace("=x", "=***") for word in words) == recorded_words(words)


def test_a_text_that_can_not_be_split_is_shown_without_secrets() -> None:
    with pytest.raises(UsageError) as caught:
        split_words("-e A=1 -e API_KEY=hunter2 -e 'DB_PASSWORD=hunter2 and more")

    assert "hunter2" not in caught.value.what
    assert "more" not in caught.value.what


@pytest.mark.parametrize("text", ["--cpu-count 2", "--io-maxiops 1", "--isolation hyperv"])
def test_what_windows_alone_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="Windows"):
        read(text)


@pytest.mark.parametrize("text", ["--attach-foo", "--rmm", "--restrat=no"])
def test_a_misspelt_option_that_jobber_decides_about_gets_a_hint(text: str) -> None:
    with pytest.raises(InvalidOption, match="unknown option") as caught:
        read(text)

    assert caught.value.hint


def test_a_tmpfs_of_each_of_the_two_options_may_be_at_one_place() -> None:
    options = read("--tmpfs /x --mount type=tmpfs,dst=/x")

    assert [mount.detail is None for mount in options.mounts] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "--mount type=tmpfs,dst=/x --mount type=tmpfs,dst=/x",
        "--tmpfs /x -v cache:/x",
        "-v cache:/x --tmpfs /x",
        "-v /a:/x -v cache:/x/",
    ],
)
def test_two_mounts_at_one_place_are_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="two mounts are at /x"):
        read(text)


def test_a_relative_path_in_the_container_comes_with_the_right_one() -> None:
    with pytest.raises(InvalidOption) as caught:
        read("-v relative:path")

    assert caught.value.hint == "for example -v ./relative:/path"


def test_mounts_of_every_kind_are_known_by_their_destination() -> None:
    options = read("-v /a:/1 -v /2 --tmpfs /3 --mount type=tmpfs,dst=/4 --mount type=volume,src=vol,target=/5")

    assert options.mount_destinations == ("/1", "/2", "/3", "/4", "/5")


@given(st.text(max_size=20))
def test_fields_between_commas_are_those_that_were_written(text: str) -> None:
    line = text.replace("\n", " ").replace("\r", " ")

    assert read_fields(",".join('"' + field.replace('"', '""') + '"' for field in (line, "b"))) == [line, "b"]


@given(st.integers(0, 10**6), st.sampled_from(["ns", "us", "ms", "s", "m", "h"]))
def test_a_duration_below_zero_is_the_same_with_a_sign(number: int, unit: str) -> None:
    assert read_duration(f"-{number}{unit}") == -read_duration(f"{number}{unit}")
