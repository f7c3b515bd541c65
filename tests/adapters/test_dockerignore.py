"""`.dockerignore`, as `docker build` honours it."""

from __future__ import annotations

import io
import os
import tarfile
import warnings
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.build_context import ContextStream, parse_ignore, read_build_files
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

names = st.text(alphabet="ab.[]*?\\^- é(+|{$!#&~", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
paths = st.lists(st.sampled_from(["a", "b", "c.py", ".x", "a b"]), min_size=1, max_size=4).map("/".join)
lines = st.sampled_from(["*", "a", "!a", "**/b", "!**/c.py", "a/*", "*/b", "!a/b", "# a", "", "  b  ", "/c.py", "**"])


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a", "a"),
        ("a", "a/b/c"),
        ("a/", "a"),
        ("a/", "a/b"),
        ("/a", "a"),
        ("//a//b/", "a/b"),
        ("./a", "a"),
        ("a/../b", "b"),
        ("  a\t", "a"),
        ("a\r", "a"),
        ("\ufeffa", "a"),
        ("*", "a"),
        ("*", "a/b"),
        ("*", ".a"),
        ("*.py", "a.py"),
        ("*/b", "a/b"),
        ("a*c", "abc"),
        ("a?c", "abc"),
        ("a?c", "aéc"),
        ("[ab]c", "ac"),
        ("[a-c]", "b"),
        ("[^a]", "b"),
        ("[[]a", "[a"),
        ("a\\*", "a*"),
        ("a.b", "a.b"),
        ("a+(b)|{c}$^", "a+(b)|{c}$^"),
        ("**", "a/b"),
        ("**/a", "a"),
        ("**/a", "b/c/a"),
        ("**/a", "b/a/c"),
        ("**/*.py", "a.py"),
        ("**/*.py", "b/c/a.py"),
        ("**.py", "a.py"),
        ("**.py", "b/a.py"),
        ("a/**", "a/b/c"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a b", "a b"),
        ("\\#a", "#a"),
        (" #a", "#a"),
        ("\\!a", "!a"),
    ],
)
def test_a_path_that_a_pattern_matches_is_left_out(pattern: str, path: str) -> None:
    assert parse_ignore(pattern).ignores(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a", "b/a"),
        ("a", "ab"),
        ("a", "A"),
        ("*.py", "b/a.py"),
        ("*/b", "b"),
        ("a*c", "ab/c"),
        ("a?c", "a/c"),
        ("a?c", "ac"),
        ("[ab]c", "cc"),
        ("a.b", "axb"),
        ("a\\*", "ab"),
        ("**/a", "ba"),
        ("a/**", "a"),
        ("a/**/b", "ab"),
        ("# a", "# a"),
        ("#a", "a"),
        ("", "a"),
        ("../a", "a"),
        ("/", "a"),
        (".", "a"),
    ],
)
def test_a_path_that_no_pattern_matches_is_sent(pattern: str, path: str) -> None:
    assert not parse_ignore(pattern).ignores(path)


@pytest.mark.parametrize(
    ("text", "path", "ignored"),
    [
        ("*\n!a", "a", False),
        ("*\n!a", "a/b", False),
        ("*\n!a", "b", True),
        ("!a\n*", "a", True),
        ("*\n!a\na/b", "a/b", True),
        ("*\n!a\na/b", "a/c", False),
        ("a\n!a/b", "a/b", False),
        ("a\n!a/b", "a/c", True),
        ("*\n! a ", "a", False),
        ("*\n!/a/", "a", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README.md", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        ("*\n!**/*.py", "a/b.py", False),
    ],
)
def test_the_last_line_that_matches_decides(text: str, path: str, *, ignored: bool) -> None:
    assert ignored is parse_ignore(text).ignores(path)


@given(st.lists(lines), paths)
def test_comments_empty_lines_and_line_ends_change_nothing(text: list[str], path: str) -> None:
    decorated = "\r\n".join(item for line in text for item in ("# comment", line, "   "))

    assert parse_ignore("\n".join(text)).ignores(path) is parse_ignore(decorated).ignores(path)


@given(names)
def test_a_name_that_is_spared_is_never_left_out(name: str) -> None:
    assert not parse_ignore("*").sparing(name).ignores(name)


@given(names, names)
def test_sparing_a_name_spares_no_other(name: str, other: str) -> None:
    assert (name != other) is parse_ignore("*").sparing(name).ignores(other)


@given(st.text(alphabet="ab[]*?\\^-!#/.&~| ", max_size=12))
def test_any_text_is_read_or_refused_without_a_murmur(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            told = ""
            parse_ignore(text).ignores("a/b")
        except UsageError as error:
            told = error.what

    assert told == "" or told.startswith(".dockerignore:1: ")


@pytest.mark.parametrize("pattern", ["[a", "a\\", "[]", "[^]", "[z-a]", "a[\\"])
def test_an_invalid_pattern_is_an_error_that_names_its_line(pattern: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ignore(f"# first\n{pattern}\n", name="my.dockerignore")

    assert caught.value.what.startswith("my.dockerignore:2: ")


def test_an_exclamation_mark_alone_is_an_error() -> None:
    with pytest.raises(UsageError, match="stands alone"):
        parse_ignore("a\n!\n")


# In a context


def make(root: Path, *paths: str, **contents: str) -> None:
    for path in ("Dockerfile", *paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(contents.get(path, path))


def sent(root: Path, dockerfile: str = "Dockerfile") -> set[str]:
    stream = ContextStream(root, root / dockerfile)
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream.chunks()))) as archive:
        return {member.name for member in archive if not member.isdir()}


def test_what_is_ignored_is_not_in_the_archive(tmp_path: Path) -> None:
    make(tmp_path, "keep.py", "data/big", "src/a.py", "src/a.pyc")
    (tmp_path / ".dockerignore").write_text("data\n**/*.pyc\n")

    assert {"Dockerfile", ".dockerignore", "keep.py", "src/a.py"} == sent(tmp_path)


def test_an_ignored_directory_is_not_even_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "data/x/big")
    (tmp_path / ".dockerignore").write_text("data\n!src/x\n")
    looked: list[str] = []
    scan = os.scandir

    def look(path: str) -> object:
        looked.append(path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", look)
    sent(tmp_path)

    assert [str(tmp_path)] == looked


def test_dockerfile_and_ignore_file_are_sent_even_where_they_are_ignored(tmp_path: Path) -> None:
    make(tmp_path, "a")
    (tmp_path / ".dockerignore").write_text("*\n")

    assert {"Dockerfile", ".dockerignore"} == sent(tmp_path)


def test_a_dockerfile_in_an_ignored_directory_is_sent_alone(tmp_path: Path) -> None:
    make(tmp_path, "docker/a", "docker/gpu[1]/Dockerfile", "docker/gpu1/Dockerfile")
    (tmp_path / ".dockerignore").write_text("docker\nDockerfile\n")

    assert {"docker/gpu[1]/Dockerfile", ".dockerignore"} == sent(tmp_path, "docker/gpu[1]/Dockerfile")


def test_an_exception_brings_back_what_lies_in_an_ignored_directory(tmp_path: Path) -> None:
    make(tmp_path, "a/b/keep", "a/b/other", "a/c")
    (tmp_path / ".dockerignore").write_text("a\n!a/b/keep\nDockerfile\n.dockerignore\n")

    assert {"a/b/keep", "Dockerfile", ".dockerignore"} == sent(tmp_path)


@pytest.mark.parametrize("exception", ["!**/*.py", "!*/*/*.py", "!**/keep.py", "!a/**/*.py", "![a]/b/*.py"])
def test_an_exception_with_wildcards_brings_back_what_lies_in_ignored_directories(
    tmp_path: Path, exception: str
) -> None:
    make(tmp_path, "a/b/keep.py", "a/b/other")
    (tmp_path / ".dockerignore").write_text(f"*\n{exception}\n")

    assert {"a/b/keep.py", "Dockerfile", ".dockerignore"} == sent(tmp_path)


def test_an_ignore_file_of_the_dockerfiles_own_takes_the_place_of_the_general_one(tmp_path: Path) -> None:
    make(tmp_path, "a", "b", "docker/gpu")
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "docker" / "gpu.dockerignore").write_text("b\n")

    assert {"a"} == sent(tmp_path, "docker/gpu") & {"a", "b"}


def test_a_dockerfile_outside_the_context_has_an_ignore_file_of_its_own_too(tmp_path: Path) -> None:
    root = tmp_path / "context"
    make(root, "a", "b")
    (tmp_path / "Outside").write_text("FROM scratch")
    (tmp_path / "Outside.dockerignore").write_text("b\n")

    assert {"a"} == sent(root, "../Outside") & {"a", "b"}


def test_the_first_ignore_file_that_is_there_counts(tmp_path: Path) -> None:
    make(tmp_path, "a", "b")
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / ".containerignore").write_text("b\n")

    ignore = read_build_files(tmp_path, tmp_path / "Dockerfile", (".containerignore", ".dockerignore")).ignore

    assert [ignore.ignores(name) for name in ("a", "b")] == [False, True]


def test_an_ignore_file_need_not_be_utf8(tmp_path: Path) -> None:
    make(tmp_path, "b")
    (tmp_path / "caf\udce9").write_text("")
    (tmp_path / ".dockerignore").write_bytes(b"caf\xe9\n")

    assert {"Dockerfile", ".dockerignore", "b"} == sent(tmp_path)
