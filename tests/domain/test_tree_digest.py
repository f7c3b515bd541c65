"""Digests of file trees: the same tree, whatever the order of its entries, has one digest, and no other tree has it."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.archives.file_tree import read_tree
from jobber.domain.files.file_tree import Entry, Kind, Tree, differences
from jobber.domain.files.tree_digest import tree_digest

FILE = Entry(Kind.FILE, 0o644, 1, hashlib.sha256(b"x").hexdigest())
FOLDER = Entry(Kind.DIRECTORY, 0o755)
TREE: Tree = {"": FOLDER, "a": FOLDER, "a/b": FILE, "a.b": FILE, "l": Entry(Kind.LINK, content="a/b")}
_NAMES = st.text(st.sampled_from("ab. \udcff\n\u00fc\U0001f600"), min_size=1, max_size=3).filter(
    lambda name: name not in (".", "..")
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Trees as archives contain them: each path has its directories."""
    found: Tree = {"": FOLDER}
    for _ in range(draw(st.integers(0, 8))):
        folders = [path for path, entry in found.items() if entry.kind is Kind.DIRECTORY]
        path = "/".join(filter(None, (draw(st.sampled_from(folders)), draw(_NAMES))))
        kind = draw(st.sampled_from(Kind))
        size = draw(st.integers(0, 2)) if kind is Kind.FILE else 0
        content = "" if kind is Kind.DIRECTORY else draw(st.text("xy\udcfe", max_size=2))
        mode = 0 if kind is Kind.LINK else draw(st.sampled_from((0o644, 0o755, 0o4755)))
        found.setdefault(path, Entry(kind, mode, size, f"{size}{content}" if kind is Kind.FILE else content))
    return found


def test_digest_is_that_of_the_documented_text() -> None:
    file = b"file 0644 1:b 64:" + FILE.content.encode() + b"\n"
    inner = hashlib.sha256(file).hexdigest().encode()
    lines = (
        b"directory 0755 1:a 64:" + inner + b"\n",
        b"file 0644 3:a.b 64:" + FILE.content.encode() + b"\n",
        b"symbolic link 0000 1:l 3:a/b\n".replace(b"symbolic link", Kind.LINK.value.encode()),
    )
    root = b"directory 0755 0: 64:" + hashlib.sha256(b"".join(lines)).hexdigest().encode() + b"\n"

    assert tree_digest(TREE) == f"sha256:{hashlib.sha256(b'jobber tree 1' + bytes([10]) + root).hexdigest()}"


@given(trees(), st.randoms())
def test_order_of_entries_does_not_matter(tree: Tree, chance: random.Random) -> None:
    paths = [*tree]
    chance.shuffle(paths)

    assert tree_digest({path: tree[path] for path in paths}) == tree_digest(tree)


@given(trees(), trees())
def test_digests_are_equal_exactly_without_a_difference(one: Tree, other: Tree) -> None:
    assert (tree_digest(one) == tree_digest(other)) == (not differences(one, other))


@pytest.mark.parametrize(
    "changed",
    [
        {"a/b": replace(FILE, mode=0o755)},
        {"a/b": replace(FILE, content="0" * 64)},
        {"a/c": FILE},
        {"l": Entry(Kind.LINK, content="a/c")},
        {"a": replace(FOLDER, mode=0o700)},
        {"": replace(FOLDER, mode=0o700)},
        {"e": FOLDER},
        {"l": Entry(Kind.SPECIAL, 0, content="a/b")},
    ],
)
def test_every_change_gives_another_digest(changed: Tree) -> None:
    assert tree_digest({**TREE, **changed}) != tree_digest(TREE)


def test_directories_that_paths_imply_are_as_engines_make_them() -> None:
    assert tree_digest({"a/b/c": FILE}) == tree_digest({"": FOLDER, "a": FOLDER, "a/b": FOLDER, "a/b/c": FILE})
    assert tree_digest({}) == tree_digest({"": FOLDER})
    assert tree_digest({"": FILE}) != tree_digest({})


def test_names_of_one_file_are_files_with_the_same_content() -> None:
    archive_bytes = io.BytesIO()
    with tarfile.open(fileobj=archive_bytes, mode="w") as archive:
        for name, kind in (("out", tarfile.DIRTYPE), ("out/x", tarfile.REGTYPE), ("out/y", tarfile.LNKTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.linkname = kind, 0o755, "out/x" if kind == tarfile.LNKTYPE else ""
            member.size = 1 if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(b"x"))
    one = replace(FILE, mode=0o755)

    assert tree_digest(read_tree(piece for piece in (archive_bytes.getvalue(),))) == tree_digest(
        {"": FOLDER, "x": one, "y": one}
    )


def test_deep_trees_need_no_deep_stack() -> None:
    assert tree_digest({"/".join(["d"] * 5000): FILE}).startswith("sha256:")
