"""Networks, names and ports, as docker's own client reads them."""

from __future__ import annotations

import pytest
from options_reading import read, refusal

from jobber.domain.containers.options import ContainerOptions, Network, PublishedPort

MAC = "92:d0:c6:0a:29:33"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host", Network("host")),
        ("container:other", Network("container:other")),
        ("name=a", Network("a")),
        ("NAME=a,Alias=x,alias=y", Network("a", aliases=("x", "y"))),
        ("name=a,ip=1.2.3.4,ip6=2001:db8::1", Network("a", ip="1.2.3.4", ip6="2001:db8::1")),
        ("name=a,link-local-ip=169.254.1.1,link-local-ip=fe80::1", Network("a", link_local=("169.254.1.1", "fe80::1"))),
        (f"name=a,mac-address={MAC}", Network("a", mac=MAC)),
        ("name=a,gw-priority=7", Network("a", gateway_priority=7)),
        ("'name=a, alias = x '", Network("a", aliases=("x",))),
        (
            "name=a,driver-opt=o=1,driver-opt=p=,driver-opt=o=2=3",
            Network("a", driver_options=(("o", "2=3"), ("p", ""))),
        ),
    ],
)
def test_a_network_is_read(text: str, expected: Network) -> None:
    assert (expected,) == read(f"--network {text}").networks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("''", "it names no network"),
        ("' '", "it names no network"),
        ("name=a,alias", "'alias' is not a KEY=VALUE"),
        ("name=a,=x", "'=x' is not a KEY=VALUE"),
        ("alias=x", "name= is missing"),
        ("name=a,speed=9", "'speed' is not a key of a network"),
        ("name=a,driver-opt=x", "driver-opt 'x' is not a KEY=VALUE"),
        ("name=a,driver-opt==x", "driver-opt '=x' is not a KEY=VALUE"),
        ("name=a,gw-priority=high", "'high' is not a whole number"),
        ("a --network a", "network a is given twice"),
        ("a --network host", "a predefined network can't be combined with others"),
    ],
)
def test_a_network_that_docker_would_not_join_is_refused(text: str, why: str) -> None:
    assert refusal(f"--network {text}") == (f"--network: {why}", None)


@pytest.mark.parametrize(
    ("name", "is_users"),
    [("default", False), ("bridge", False), ("host", False), ("none", False), ("container:x", False), ("mine", True)],
)
def test_a_network_is_a_users_or_the_engines_own(name: str, *, is_users: bool) -> None:
    assert is_users is Network(name).is_users


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"--net a --net b --net-alias x --ip 1.2.3.4 --ip6 ::5 --link-local-ip 169.254.0.9 --mac-address {MAC}",
            (
                Network("a", ("x",), ip="1.2.3.4", ip6="::5", link_local=("169.254.0.9",), mac=MAC),
                Network("b"),
            ),
        ),
        ("--network name=a,alias=x --ip 1.2.3.4", (Network("a", ("x",), ip="1.2.3.4"),)),
        (f"--network name=a,mac-address={MAC} --mac-address {MAC}", (Network("a", mac=MAC),)),
        ("--ip 1.2.3.4", (Network("default", ip="1.2.3.4"),)),
        ("--network a --link db:store", (Network("a", links=("db:store",)),)),
        ("--network bridge --link db", (Network("bridge"),)),
        ("--ip= --network a", (Network("a"),)),
        ("", ()),
    ],
)
def test_the_first_network_gets_what_is_said_of_the_only_one(text: str, expected: tuple[Network, ...]) -> None:
    assert expected == read(text).networks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--network name=a,alias=x --net-alias y", "--network-alias: network a is given one already"),
        ("--network name=a,ip=1.2.3.4 --ip 1.2.3.5", "--ip: network a is given one already"),
        ("--network name=a,ip6=::1 --ip6 ::2", "--ip6: network a is given one already"),
        (
            "--network name=a,link-local-ip=169.254.0.1 --link-local-ip 169.254.0.2",
            "--link-local-ip: network a is given one already",
        ),
        (
            f"--network name=a,mac-address={MAC} --mac-address 92:d0:c6:0a:29:34",
            "--mac-address: network a is given another one",
        ),
    ],
)
def test_what_is_said_of_a_network_twice_is_refused(text: str, why: str) -> None:
    assert refusal(text) == (why, None)


@pytest.mark.parametrize(
    "address",
    [MAC, MAC.upper(), MAC.replace(":", "-"), "92d0.c60a.2933", "02:00:5e:10:00:00:00:01", ":".join(["0a"] * 20)],
)
def test_a_hardware_address_is_read(address: str) -> None:
    assert read(f"--mac-address {address}").mac == address


def test_an_empty_hardware_address_is_none() -> None:
    assert read("--mac-address ''") == ContainerOptions()


@pytest.mark.parametrize(
    "address",
    ["x", "92:d0:c6:0a:29", "92:d0:c6:0a:29:3g", "92:d0:c6-0a:29:33", "92:d0:c6:0a:29:33:01", "92d0.c60a", f"{MAC}:"],
)
def test_what_is_no_hardware_address_is_refused(address: str) -> None:
    why = f"--mac-address: {address!r} is not a hardware address such as 92:d0:c6:0a:29:33"

    assert refusal(f"--mac-address {address}") == (why, None)


@pytest.mark.parametrize("link", ["db", "db:store"])
def test_a_link_is_kept_as_it_is(link: str) -> None:
    assert read(f"--link {link}").links == (link,)


@pytest.mark.parametrize("link", ["", "db:store:x"])
def test_what_is_no_link_is_refused(link: str) -> None:
    assert refusal(f"--link '{link}'") == (f"--link: {link!r} is not a CONTAINER[:ALIAS]", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.2.3.4", "1.2.3.4"), ("' ::1 '", "::1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("2001:DB8:0::1", "2001:db8::1")],
)
def test_a_name_server_is_an_address(text: str, expected: str) -> None:
    assert read(f"--dns {text}").dns == (expected,)


@pytest.mark.parametrize("text", ["here", "", "1.2.3", "fe80::1%eth0"])
def test_a_name_server_that_is_no_address_is_refused(text: str) -> None:
    assert refusal(f"--dns '{text}'") == (f"--dns: {text!r} is not an IP address", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.test", "example.test"),
        ("example.test.", "example.test"),
        ("' a '", "a"),
        (".", "."),
        ("a-b.c1", "a-b.c1"),
        ("A1.B2", "A1.B2"),
        (f"{'a' * 254}", "a" * 254),
    ],
)
def test_a_domain_to_search_in_is_read(text: str, expected: str) -> None:
    assert read(f"--dns-search {text}").dns_search == (expected,)


@pytest.mark.parametrize("text", ["", "1.2", "-a", "a-", "a..b", "a b", "a_b", "a" * 255])
def test_what_is_no_domain_is_refused(text: str) -> None:
    assert refusal(f"--dns-search '{text}'") == (f"--dns-search: {text!r} is not a domain", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:1.2.3.4", "a:1.2.3.4"),
        ("a=1.2.3.4", "a:1.2.3.4"),
        ("a:::1", "a:::1"),
        ("a:[::1]", "a:::1"),
        ("a=[::1]", "a:::1"),
        ("a:host-gateway", "a:host-gateway"),
        ("'a: 1.2.3.4'", "a: 1.2.3.4"),
    ],
)
def test_another_host_is_read(text: str, expected: str) -> None:
    assert read(f"--add-host {text}").extra_hosts == (expected,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", "'a' is not a NAME:ADDRESS"),
        (":1.2.3.4", "':1.2.3.4' is not a NAME:ADDRESS"),
        ("a:", "'' is not an IP address"),
        ("a:gateway", "'gateway' is not an IP address"),
        ("a:[::1", "'[::1' is not an IP address"),
        ("a:::1]", "'::1]' is not an IP address"),
    ],
)
def test_another_host_without_an_address_is_refused(text: str, why: str) -> None:
    assert refusal(f"--add-host {text}") == (f"--add-host: {why}", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80-82", (PublishedPort(80), PublishedPort(81), PublishedPort(82))),
        ("0", (PublishedPort(0),)),
        ("80/UDP", (PublishedPort(80, "udp"),)),
        ("80/", (PublishedPort(80),)),
        ("80/sctp/x", (PublishedPort(80, "sctp"),)),
        ("8000-8010:80", (PublishedPort(80, host=8000, host_last=8010),)),
        ("8000-8000:80", (PublishedPort(80, host=8000),)),
        (
            "1.2.3.4:8000-8001:80-81/udp",
            (PublishedPort(80, "udp", 8000, "1.2.3.4"), PublishedPort(81, "udp", 8001, "1.2.3.4")),
        ),
        ("1.2.3.4:8000-8010:80", (PublishedPort(80, "tcp", 8000, "1.2.3.4", 8010),)),
        ("[::1]::80-81", (PublishedPort(80, address="::1"), PublishedPort(81, address="::1"))),
        ("target=80", (PublishedPort(80),)),
        ("target=80,published=8080", (PublishedPort(80, host=8080),)),
        ("target=80,published=8080,protocol=udp", (PublishedPort(80, "udp", 8080),)),
    ],
)
def test_published_ports_are_read(text: str, expected: tuple[PublishedPort, ...]) -> None:
    assert expected == read(f"-p {text}").ports


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("''", "'' is not a port or range of ports"),
        ("65536", "'65536' is not a port or range of ports"),
        ("81-80", "'81-80' is not a port or range of ports"),
        ("80-", "'80-' is not a port or range of ports"),
        ("-80", "'-80' is not a port or range of ports"),
        ("x:80", "'x' is not a port or range of ports"),
        ("80/icmp", "'icmp' is not a protocol"),
        ("a:1:80", "'a' is not an address of this machine"),
        ("[::1:80", "'[::1:80' has an extra bracket"),
        ("1-2:1-3", "'1-2:1-3' has ranges of different lengths"),
        ("1:1-3", "'1:1-3' has ranges of different lengths"),
        ("target=80,published", "'published' is not a KEY=VALUE"),
        ("published=8080", "'' is not a port or range of ports"),
    ],
)
def test_published_ports_in_another_form_are_refused(text: str, why: str) -> None:
    assert refusal(f"-p {text}") == (f"--publish: {why}", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", ("80/tcp",)),
        ("80/udp", ("80/udp",)),
        ("80/", ("80/tcp",)),
        ("80/udp/x", ("80/udp",)),
        ("80-82", ("80/tcp", "81/tcp", "82/tcp")),
        ("80-81 --expose 81-82", ("80/tcp", "81/tcp", "82/tcp")),
    ],
)
def test_exposed_ports_are_read_each_once(text: str, expected: tuple[str, ...]) -> None:
    assert expected == read(f"--expose {text}").exposed_ports


def test_exposed_ports_in_another_form_are_refused() -> None:
    assert refusal("--expose http") == ("--expose: 'http' is not a port or range of ports", None)
