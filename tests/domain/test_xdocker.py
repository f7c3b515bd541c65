"""`docker run` options, as docker's own command line reads them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.errors import InvalidOption, UsageError
from jobber.domain.options import ContainerOptions, GpuRequest, Mount, Network, PublishedPort
from jobber.domain.xdocker import parse_options, recorded_words, split_words

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


# What a run record keeps


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


# What is refused


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
    with pytest.raises(InvalidOption, match="jobber itself decides"):
        read(text)


@pytest.mark.parametrize("text", ["--nonsense", "--nonsense=1", "-Z", "-Zx", "---env A=B"])
def test_an_unknown_option_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="not known"):
        read(text)


def test_a_misspelt_option_is_refused_with_the_nearest_right_one() -> None:
    with pytest.raises(InvalidOption) as caught:
        read("--volum /a:/b")

    assert caught.value.hint == "did you mean --volume?"


@pytest.mark.parametrize("text", ["mnist", "-e A=B train.py", "-", "--", "--init true", "''"])
def test_a_word_that_is_no_option_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="it is no option"):
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
        "-v a:b",
        "-v /a:",
        "-v :/b",
        "-v /a:/b:",
        "-v /a:/b:ro:x",
        "-v /a:/b:fast",
        "-v /a:/",
        "-v a/b:/c",
        "-v x:/c",
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
