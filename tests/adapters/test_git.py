"""Facts from Git about the folder of a build context."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.host.git import GitTree, without_credentials

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.delenv("GIT_DIR", raising=False)


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_text("one")
    (tree / "sub" / "file").write_text("one")
    (tree / ".gitignore").write_text("*.log\n")
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "first")
    return tree


def test_the_revision_of_a_clean_tree_is_its_commit(tree: Path) -> None:
    assert GitTree(str(tree), environment=os.environ).revision() == git(tree, "rev-parse", "HEAD")


def test_a_folder_in_a_tree_has_the_trees_revision(tree: Path) -> None:
    assert GitTree(str(tree / "sub"), environment=os.environ).revision() == git(tree, "rev-parse", "HEAD")


@pytest.mark.parametrize("change", ["changed", "staged", "new", "removed"])
def test_a_tree_with_something_uncommitted_is_dirty(tree: Path, change: str) -> None:
    match change:
        case "changed":
            (tree / "file").write_text("two")
        case "staged":
            (tree / "file").write_text("two")
            git(tree, "add", "file")
        case "new":
            (tree / "new").write_text("")
        case "removed":
            (tree / "file").unlink()

    assert GitTree(str(tree), environment=os.environ).revision() == f"{git(tree, 'rev-parse', 'HEAD')}-dirty"


def test_a_change_elsewhere_in_the_tree_makes_a_folder_of_it_dirty(tree: Path) -> None:
    (tree / "file").write_text("two")

    assert str(GitTree(str(tree / "sub"), environment=os.environ).revision()).endswith("-dirty")


def test_files_that_git_ignores_make_nothing_dirty(tree: Path) -> None:
    (tree / "run.log").write_text("x")

    assert GitTree(str(tree), environment=os.environ).revision() == git(tree, "rev-parse", "HEAD")


def test_a_tree_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert GitTree(str(tmp_path), environment=os.environ).revision() is None


def test_outside_a_tree_there_is_no_revision(tmp_path: Path) -> None:
    assert GitTree(str(tmp_path), environment=os.environ).revision() is None


def test_a_tree_at_the_ceiling_or_above_does_not_count(tree: Path) -> None:
    below, beside = (
        GitTree(str(tree / "sub"), environment=os.environ, ceiling=str(ceiling)) for ceiling in (tree, tree.parent)
    )

    assert (below.revision(), beside.revision()) == (None, git(tree, "rev-parse", "HEAD"))


def test_outside_a_tree_there_is_no_origin(tmp_path: Path) -> None:
    assert GitTree(str(tmp_path), environment=os.environ).origin() is None


def test_a_folder_that_is_not_there_has_no_revision(tmp_path: Path) -> None:
    assert GitTree(str(tmp_path / "nothing"), environment=os.environ).revision() is None


def test_without_git_there_is_no_revision(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert GitTree(str(tree), environment=os.environ).revision() is None


# Why git tells nothing


def trouble(folder: Path, **variables: str) -> str | None:
    """Return the reason why the revision and the origin of a tree are unknown."""
    asked = GitTree(str(folder), environment={**os.environ, **variables})
    asked.revision()
    asked.origin()
    return asked.trouble


def test_nothing_is_in_the_way_of_a_tree(tree: Path) -> None:
    git(tree, "remote", "add", "origin", "https://a.example/x")

    assert trouble(tree) is None


def test_there_is_no_trouble_outside_a_tree(tmp_path: Path) -> None:
    assert trouble(tmp_path) is None


def test_there_is_no_trouble_without_git(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert trouble(tree) is None


def test_there_is_no_trouble_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert trouble(tmp_path) is None


def test_a_repository_of_another_user_is_told_with_gits_own_remedy(tree: Path) -> None:
    assert trouble(tree, GIT_TEST_ASSUME_DIFFERENT_OWNER="1") == (
        f"git: detected dubious ownership in repository at '{tree}'"
        f" (`git config --global --add safe.directory {tree}` trusts it)"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [("nonsense", "invalid gitfile format"), ("gitdir: /nonexistent/worktrees/x", "not a git repository"), (None, "")],
)
def test_a_broken_repository_is_told(tmp_path: Path, content: str | None, why: str) -> None:
    if content is None:
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text(content)

    told = trouble(tmp_path)
    assert told is not None
    assert why or "not a git repository" in told


def test_a_broken_configuration_is_told(tree: Path) -> None:
    (tree / ".git" / "config").write_text("[broken")

    assert "bad config line" in str(trouble(tree))


def test_a_broken_index_is_told_and_the_tree_counts_as_changed(tree: Path) -> None:
    (tree / ".git" / "index").write_bytes(b"nonsense, and more of it than a checksum takes")
    asked = GitTree(str(tree), environment=os.environ)

    assert str(asked.revision()).endswith("-dirty")
    assert "so it counts as changed: git: " in str(asked.trouble)


def test_git_that_hangs_is_waited_for_once(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(f"#!/bin/sh\necho $3 >>{tmp_path}/asked\nexec sleep 60\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setattr("jobber.adapters.host.git._SECONDS", 0.2)

    assert trouble(tree) == "`git rev-parse` took longer than 0.2 s"
    assert (tmp_path / "asked").read_text() == "rev-parse\n"


def test_a_password_in_an_address_is_not_told(tree: Path) -> None:
    broken = '[url "https://me:hunter2@a.example/"]\ninsteadOf = x\n[remote "https://me:hunter2@a.example\n'
    (tree / ".git" / "config").write_text(broken)

    assert "hunter2" not in str(trouble(tree))


def test_a_tree_without_a_remote_has_no_origin(tree: Path) -> None:
    assert GitTree(str(tree), environment=os.environ).origin() is None


@pytest.mark.parametrize(
    ("remotes", "expected"),
    [
        ({"origin": "https://a.example/x"}, "https://a.example/x"),
        ({"mine": "https://b.example/x"}, "https://b.example/x"),
        ({"mine": "https://b.example/x", "origin": "https://a.example/x"}, "https://a.example/x"),
        ({"origin": "https://me:hunter2@a.example/x.git"}, "https://a.example/x.git"),
    ],
)
def test_the_origin_is_the_remote_of_that_name_else_the_first(
    tree: Path, remotes: dict[str, str], expected: str
) -> None:
    for name, address in remotes.items():
        git(tree, "remote", "add", name, address)

    assert GitTree(str(tree), environment=os.environ).origin() == expected


def test_a_token_that_gits_configuration_puts_into_the_address_is_left_out(tree: Path) -> None:
    git(tree, "remote", "add", "origin", "https://a.example/x")
    git(tree, "config", "url.https://token:hunter2@a.example/.insteadOf", "https://a.example/")

    assert GitTree(str(tree), environment=os.environ).origin() == "https://a.example/x"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/x.git", "https://a.example/x.git"),
        ("https://hunter2@a.example/x.git", "https://a.example/x.git"),
        ("https://me:hunter2@a.example:8443/x.git", "https://a.example:8443/x.git"),
        ("https://me:hunt@er2@a.example/x", "https://a.example/x"),
        ("https://a.example/x?private_token=hunter2", "https://a.example/x"),
        ("https://a.example/x#hunter2", "https://a.example/x"),
        ("https://me:hunter2@[::1]:8443/x", "https://[::1]:8443/x"),
        ("ssh://git@a.example:22/x.git", "ssh://git@a.example:22/x.git"),
        ("ssh://git:hunter2@a.example/x.git", "ssh://git@a.example/x.git"),
        ("git+ssh://git:hunter2@a.example/x.git", "git+ssh://a.example/x.git"),
        ("git@a.example:me/x.git", "git@a.example:me/x.git"),
        ("/srv/git/x.git", "/srv/git/x.git"),
        ("../x", "../x"),
        ("file:///srv/git/x.git", "file:///srv/git/x.git"),
    ],
)
def test_an_address_is_kept_without_what_is_secret(address: str, expected: str) -> None:
    assert without_credentials(address) == expected


@given(
    st.sampled_from(["https", "http", "ssh", "git", "ftps", "git+ssh", "helper::https", "HTTPS"]),
    st.text(alphabet="abc%0-._~!$&'()*+,;=[]", max_size=6),
    st.text(alphabet="abc%0-._~!$&'()*+,;=:@[]", max_size=8),
)
def test_no_password_is_ever_in_what_is_kept(scheme: str, user: str, password: str) -> None:
    kept = without_credentials(f"{scheme}://{user}:<{password}>@a.example/x")

    assert "<" not in kept


def test_outside_a_work_tree_git_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(subprocess, "run", lambda words, **_: asked.append(words))
    environment = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    outside = GitTree(str(tmp_path), environment=environment, ceiling=str(tmp_path.parent))

    assert (outside.revision(), outside.origin(), asked) == (None, None, [])
