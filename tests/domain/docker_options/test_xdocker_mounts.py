"""`-v`, `--tmpfs` and `--mount`, as docker's own client reads them."""

from __future__ import annotations

import pytest
from options_reading import HERE, read, refusal

from jobber.domain.containers.options import Mount, MountDetail

PLAIN = MountDetail()
BIND = MountDetail(is_bind=True)
VOLUME = MountDetail(is_volume=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type=bind,src=/a,dst=/b", Mount("bind", "/b", "/a", detail=PLAIN)),
        ("type=BIND,source=/a,target=/b", Mount("bind", "/b", "/a", detail=PLAIN)),
        ("TYPE=bind,SRC=./a,destination=/b", Mount("bind", "/b", f"{HERE}/a", detail=PLAIN)),
        ("type=bind,src=../a,dst=/b", Mount("bind", "/b", "/home/me/a", detail=PLAIN)),
        ("dst=/b", Mount("volume", "/b", detail=PLAIN)),
        ("src=cache,dst=/b", Mount("volume", "/b", "cache", detail=PLAIN)),
        ("type=image,src=mnist,dst=/b", Mount("image", "/b", "mnist", detail=PLAIN)),
        ("type=tmpfs,dst=/b", Mount("tmpfs", "/b", detail=PLAIN)),
        ("dst=/b,readonly", Mount("volume", "/b", read_only=True, options=("ro",), detail=PLAIN)),
        ("dst=/b,ro", Mount("volume", "/b", read_only=True, options=("ro",), detail=PLAIN)),
        ("dst=/b,ro=1", Mount("volume", "/b", read_only=True, options=("ro",), detail=PLAIN)),
        ("dst=/b,readonly=true", Mount("volume", "/b", read_only=True, options=("ro",), detail=PLAIN)),
        ("dst=/b,ro,readonly=false", Mount("volume", "/b", detail=PLAIN)),
        ("dst=/b,consistency=Cached", Mount("volume", "/b", detail=MountDetail(consistency="cached"))),
    ],
)
def test_a_mount_in_fields_is_read(text: str, expected: Mount) -> None:
    assert (expected,) == read(f"--mount {text}").mounts


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("bind-propagation=RShared", MountDetail(propagation="rshared", is_bind=True), ("rshared",)),
        ("bind-nonrecursive", MountDetail(non_recursive=True, is_bind=True), ("bind",)),
        ("bind-nonrecursive=1", MountDetail(non_recursive=True, is_bind=True), ("bind",)),
        ("bind-nonrecursive=true", MountDetail(non_recursive=True, is_bind=True), ("bind",)),
        ("bind-nonrecursive=false", BIND, ()),
        ("bind-recursive=enabled", PLAIN, ()),
        ("bind-recursive=disabled", MountDetail(non_recursive=True, is_bind=True), ("bind",)),
        ("ro,bind-recursive=writable", MountDetail(read_only_non_recursive=True, is_bind=True), ("ro",)),
        (
            "ro,bind-propagation=rprivate,bind-recursive=readonly",
            MountDetail(propagation="rprivate", read_only_force_recursive=True, is_bind=True),
            ("ro", "rprivate"),
        ),
    ],
)
def test_what_a_bind_mount_is_told(text: str, expected: MountDetail, words: tuple[str, ...]) -> None:
    (mount,) = read(f"--mount type=bind,src=/a,dst=/b,{text}").mounts

    assert (expected, words) == (mount.detail, mount.options)


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("volume-nocopy", MountDetail(no_copy=True, is_volume=True), ("nocopy",)),
        ("volume-nocopy=true", MountDetail(no_copy=True, is_volume=True), ("nocopy",)),
        ("volume-nocopy=0", VOLUME, ()),
        ("volume-subpath=a/b", MountDetail(subpath="a/b", is_volume=True), ()),
        ("volume-driver=nfs", MountDetail(volume_driver="nfs", is_volume=True), ()),
        (
            "volume-label=a=1,volume-label=b,volume-label=a=2",
            MountDetail(volume_labels=(("a", "2"), ("b", "")), is_volume=True),
            (),
        ),
        ("volume-label==x", VOLUME, ()),
        ("volume-opt=o=addr=x", MountDetail(volume_options=(("o", "addr=x"),), is_volume=True), ()),
        (
            '"volume-opt=o=a,b",volume-opt=p=q',
            MountDetail(volume_options=(("o", "a,b"), ("p", "q")), is_volume=True),
            (),
        ),
    ],
)
def test_what_a_volume_is_told(text: str, expected: MountDetail, words: tuple[str, ...]) -> None:
    (mount,) = read(f"--mount 'type=volume,src=cache,dst=/b,{text}'").mounts

    assert (expected, words) == (mount.detail, mount.options)


def test_the_directory_of_an_image_can_be_named() -> None:
    (mount,) = read("--mount type=image,src=mnist,dst=/b,image-subpath=data").mounts

    assert mount.detail == MountDetail(subpath="data")


def test_a_temporary_file_system_has_a_size_and_a_mode() -> None:
    (mount,) = read("--mount type=tmpfs,dst=/b,tmpfs-size=64m,tmpfs-mode=1770").mounts

    assert mount.detail == MountDetail(tmpfs_size=64 << 20, tmpfs_mode=0o1770)
    assert mount.options == ("size=64m", "mode=1770")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("''", "it is empty"),
        ("type=bind,src=/a,dst", "'dst' is not a KEY=VALUE"),
        ("dst=/b,speed=9", "'speed' is not a key of a mount"),
        ("type=floppy,dst=/b", "'floppy' is not a type of mount: bind, volume, tmpfs or image"),
        ("type=volume,src=cache", "its target is missing: dst=/DIR"),
        ("dst=b", "'b' is not an absolute path in the container"),
        ("dst=/a/..", "the root of the container can't be mounted over"),
        ("type=bind,dst=/b", "its source is missing: src="),
        ("type=image,dst=/b", "its source is missing: src="),
        ("type=bind,src=a,dst=/b", "source 'a' is neither an absolute path nor begins with ./"),
        ("type=tmpfs,src=/a,dst=/b", "a tmpfs has no source"),
        ("src=a/b,dst=/b", "'a/b' is not a name for a volume"),
        ("src=/a,dst=/b", "'/a' is not a name for a volume"),
        ("dst=/b,ro=maybe", "'maybe' is neither true nor false"),
        ("dst=/b,volume-nocopy=maybe", "'maybe' is neither true nor false"),
        ("type=bind,src=/a,dst=/b,bind-nonrecursive=maybe", "'maybe' is neither true nor false"),
        ("dst=/b,bind-propagation=shared", "bind-* keys don't go with a mount of type volume"),
        ("dst=/b,bind-nonrecursive", "bind-* keys don't go with a mount of type volume"),
        ("dst=/b,bind-recursive=disabled", "bind-* keys don't go with a mount of type volume"),
        ("type=bind,src=/a,dst=/b,volume-nocopy", "volume-* keys don't go with a mount of type bind"),
        ("type=tmpfs,dst=/b,volume-label=a=b", "volume-* keys don't go with a mount of type tmpfs"),
        ("type=tmpfs,dst=/b,volume-opt=a=b", "volume-* keys don't go with a mount of type tmpfs"),
        ("type=tmpfs,dst=/b,volume-driver=a", "volume-* keys don't go with a mount of type tmpfs"),
        ("type=image,src=a,dst=/b,volume-subpath=c", "volume-* keys don't go with a mount of type image"),
        ("dst=/b,image-subpath=c", "image-* keys don't go with a mount of type volume"),
        ("dst=/b,tmpfs-size=1m", "tmpfs-* keys don't go with a mount of type volume"),
        ("dst=/b,tmpfs-size=0", "tmpfs-* keys don't go with a mount of type volume"),
        ("type=bind,src=/a,dst=/b,tmpfs-mode=0", "tmpfs-* keys don't go with a mount of type bind"),
        ("type=tmpfs,dst=/b,tmpfs-mode=888", "tmpfs-mode '888' is not an octal number"),
        ("type=tmpfs,dst=/b,tmpfs-mode=40000000000", "tmpfs-mode '40000000000' is not an octal number"),
        ("type=tmpfs,dst=/b,tmpfs-size=huge", "'huge' is not a size such as 512m or 2g"),
        (
            "type=bind,src=/a,dst=/b,bind-recursive=never",
            "bind-recursive is enabled, disabled, writable or readonly, not 'never'",
        ),
        (
            "type=bind,src=/a,dst=/b,bind-recursive=writable",
            "bind-recursive=writable and =readonly need readonly as well",
        ),
        (
            "type=bind,src=/a,dst=/b,bind-recursive=readonly",
            "bind-recursive=writable and =readonly need readonly as well",
        ),
        (
            "type=bind,src=/a,dst=/b,ro,bind-recursive=readonly",
            "bind-recursive=readonly needs bind-propagation=rprivate as well",
        ),
        (
            "'type=bind,src=\"/a,dst=/b'",
            'there is a quotation mark inside src="/a: quote all of it, as in \'"a=1,2",b=3\'',
        ),
        ("'\"type=bind,src=/a'", 'unclosed quotation mark in "type=bind,src=/a'),
    ],
)
def test_a_mount_in_fields_that_docker_would_not_make_is_refused(text: str, why: str) -> None:
    assert refusal(f"--mount {text}") == (f"--mount: {why}", None)


def test_the_largest_mode_of_a_temporary_file_system_has_32_bits() -> None:
    (mount,) = read("--mount type=tmpfs,dst=/b,tmpfs-mode=37777777777").mounts

    assert mount.detail == MountDetail(tmpfs_mode=(1 << 32) - 1)


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("/a:b", "'b' is not an absolute path in the container", "for example -v /a:/b"),
        ("cache:b", "'b' is not an absolute path in the container", "for example -v ./cache:/b"),
        ("./a:b", "'b' is not an absolute path in the container", "for example -v ./a:/b"),
        ("'~/a:b'", "'b' is not an absolute path in the container", "for example -v ~/a:/b"),
        ("/a:/b/..", "the root of the container can't be mounted over", None),
        ("/a:/b:ro,fast", "'fast' is not a mount option", None),
        ("/a:/b:", "'/a:/b:' is not a [SOURCE:]DESTINATION[:OPTIONS]", None),
        ("/a:/b:ro:rw", "'/a:/b:ro:rw' is not a [SOURCE:]DESTINATION[:OPTIONS]", None),
        ("a/b:/c", "'a/b' is not a name for a volume", "a directory is written as an absolute path or as ./a/b"),
    ],
)
def test_a_volume_that_docker_would_not_mount_is_refused(text: str, why: str, hint: str | None) -> None:
    assert refusal(f"-v {text}") == (f"--volume: {why}", hint)


def test_a_temporary_file_system_needs_an_absolute_place() -> None:
    assert refusal("--tmpfs b:size=1m") == ("--tmpfs: 'b' is not an absolute path in the container", None)


def test_two_mounts_at_one_place_are_refused_however_it_is_written() -> None:
    assert refusal("-v /a:/b -v /c:/x/../b/") == ("-v: two mounts are at /b", None)


@pytest.mark.parametrize(
    "mode", "z Z cached delegated consistent nocopy shared rshared slave rslave private rprivate".split()
)
def test_a_volume_takes_dockers_modes(mode: str) -> None:
    assert read(f"-v cache:/b:{mode}").mounts == (Mount("volume", "/b", "cache", options=(mode,), written=mode),)


def test_of_two_temporary_file_systems_at_one_place_the_last_counts() -> None:
    mounts = read("--tmpfs /b:size=1m --tmpfs /c --tmpfs /b:size=2m").mounts

    assert mounts == (Mount("tmpfs", "/c"), Mount("tmpfs", "/b", options=("size=2m",)))


def test_a_temporary_file_system_takes_the_place_of_no_other_mount() -> None:
    assert refusal("--mount type=bind,src=/a,dst=/b --tmpfs /b") == ("-v: two mounts are at /b", None)


def test_an_anonymous_volume_gives_way_to_any_other_mount() -> None:
    assert read("-v /b -v /a:/b").mount_destinations == ("/b", "/b")


def test_an_anonymous_volume_in_fields_does_not_give_way() -> None:
    assert refusal("--mount dst=/b -v /a:/b") == ("-v: two mounts are at /b", None)


@pytest.mark.parametrize(("text", "source"), [("'~:/b'", "/home/me"), ("'~/x/../a:/b'", "/home/me/a")])
def test_the_users_home_is_put_for_a_tilde(text: str, source: str) -> None:
    assert read(f"-v {text}", HOME="/home/me").mounts == (Mount("bind", "/b", source),)


def test_a_tilde_without_a_home_is_the_root() -> None:
    assert read("-v '~/a:/b'").mounts == (Mount("bind", "/b", "/a"),)


def test_mounts_of_other_containers_are_taken_over_by_name() -> None:
    assert read("--volumes-from a:ro --volumes-from b").lending_containers == ("a", "b")
