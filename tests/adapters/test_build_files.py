"""The Dockerfile and the ignore rules for each builder: no file of jobber's that an image could copy."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from jobber.adapters.build_context import ContextStream, parse_ignore
from jobber.adapters.docker.buildkit import staged_dockerfile
from jobber.adapters.podman.context import PodmanContext
from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import BuildRequest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "context"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM scratch\n")
    (root / "keep").write_text("K")
    return root


def docker(root: Path, dockerfile: str = "Dockerfile") -> tuple[dict[str, bytes | str], str]:
    stream = ContextStream(root, root / dockerfile)
    return members(b"".join(stream.chunks())), stream.name


def podman(root: Path, dockerfile: str = "Dockerfile", *, links: bool = False) -> tuple[dict[str, bytes | str], str]:
    context = PodmanContext(root, root / dockerfile, takes_links_out=links)
    return members(b"".join(context.chunks(context.text))), context.name


def members(octets: bytes) -> dict[str, bytes | str]:
    """Contents of files and targets of links by name."""
    found: dict[str, bytes | str] = {}
    with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
        for member in archive:
            stored = archive.extractfile(member) if member.isreg() else None
            if stored or member.issym():
                found[member.name] = stored.read() if stored else member.linkname
    return found


def copied(sent: dict[str, bytes | str], dockerfile: str) -> set[str]:
    """Return the files that remain for instructions after Docker's builder has removed its own."""
    rules = sent.get(".dockerignore", b"")
    ignore = parse_ignore(rules.decode() if isinstance(rules, bytes) else "")
    return {name for name in sent if name not in (".dockerignore", dockerfile) or not ignore.ignores(name)}


RULES = [
    (None, None, {"Dockerfile", "keep", "drop"}),
    ("drop", None, {".dockerignore", "Dockerfile", "keep"}),
    ("drop\nDockerfile\n.dockerignore", None, {"keep"}),
    (None, "drop", {"Dockerfile", "Dockerfile.dockerignore", "keep"}),
    (None, "drop\nDockerfile*", {"keep"}),
    ("keep", "drop\nDockerfile*", {".dockerignore", "keep"}),
    ("Dockerfile", "drop\nDockerfile.*", {".dockerignore", "Dockerfile", "keep"}),
    ("*", "drop\n.docker*\n*.dockerignore", {"Dockerfile", "keep"}),
]


@pytest.mark.parametrize(("ignored", "own", "expected"), RULES)
def test_instructions_get_what_is_not_ignored_from_docker_s_builder(
    root: Path, ignored: str | None, own: str | None, expected: set[str]
) -> None:
    write_rules(root, ignored, own)
    sent, name = docker(root)

    assert copied(sent, name) == expected
    assert name in sent


@pytest.mark.parametrize(("ignored", "own", "expected"), RULES)
def test_podman_gets_what_is_not_ignored_and_a_hidden_dockerfile(
    root: Path, ignored: str | None, own: str | None, expected: set[str]
) -> None:
    write_rules(root, ignored, own)
    sent, name = podman(root)

    assert set(sent) == {*expected, name}
    assert sent[name] == b"FROM scratch\n"
    assert ignored is None or ".dockerignore" not in expected or sent[".dockerignore"] == ignored.encode()


def write_rules(root: Path, ignored: str | None, own: str | None) -> None:
    (root / "drop").write_text("D")
    for name, text in ((".dockerignore", ignored), ("Dockerfile.dockerignore", own)):
        if text is not None:
            (root / name).write_text(text)


def test_name_of_the_sent_dockerfile_is_no_file_s_and_always_the_same(root: Path) -> None:
    (root / ".dockerfile").write_text("mine")
    names = {podman(root)[1], podman(root)[1]}

    assert names == {".dockerfile_"}


def test_ending_of_a_dockerfile_that_podman_preprocesses_is_kept(root: Path) -> None:
    (root / "Dockerfile.in").write_text("FROM scratch")

    assert podman(root, "Dockerfile.in")[1] == ".dockerfile.in"


def test_dockerfile_and_ignore_file_that_are_links_out_are_sent_as_files_to_podman(root: Path) -> None:
    (root.parent / "other").write_text("FROM other")
    (root.parent / "rules").write_text("drop")
    (root / "drop").write_text("D")
    (root / "Link").symlink_to("../other")
    (root / ".dockerignore").symlink_to("../rules")
    sent, name = podman(root, "Link")

    assert sent == {
        ".dockerignore": b"drop", "Dockerfile": b"FROM scratch\n", "Link": b"FROM other", "keep": b"K",
        name: b"FROM other",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "target", "leads_out"),
    [
        ("data", "../shared", True),
        ("a/b/data", "../../../x", True),
        ("data", "a/../../x", True),
        ("data", "..", True),
        ("a/data", "..", False),
        ("a/b/data", "../../keep", False),
        ("data", "/etc/passwd", False),
        ("data", "..x", False),
    ],
)
def test_link_out_of_the_context_is_an_error_on_a_podman_that_takes_none(
    root: Path,
    place: str,
    target: str,
    leads_out: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).symlink_to(target)

    assert podman(root, links=True)[0][place] == target
    if leads_out:
        with pytest.raises(BuildFailed, match=r"links to .* outside the build context") as raised:
            podman(root)

        assert ".dockerignore" in (raised.value.hint or "")
    else:
        assert podman(root)[0][place] == target


@pytest.mark.parametrize("linked", ["Dockerfile", ".dockerignore", "Dockerfile.dockerignore"])
def test_buildkit_gets_the_files_that_links_lead_to(root: Path, linked: str) -> None:
    texts = {"Dockerfile": "FROM other", ".dockerignore": "rules", "Dockerfile.dockerignore": "own"}
    (root / linked).unlink(missing_ok=True)
    (root.parent / "target").write_text(texts[linked])
    (root / linked).symlink_to("../target")
    folder = root.parent / "staged"
    folder.mkdir()
    staged = staged_dockerfile(BuildRequest(context=root, dockerfile=root / "Dockerfile"), folder)
    rules = staged.with_name("Dockerfile.dockerignore")

    assert staged == folder / "Dockerfile"
    assert staged.read_text() == ("FROM other" if linked == "Dockerfile" else "FROM scratch\n")
    assert (rules.read_text() if rules.exists() else None) == (None if linked == "Dockerfile" else texts[linked])


def test_buildkit_gets_a_plain_dockerfile_where_it_is(root: Path) -> None:
    (root / ".dockerignore").write_text("x")

    assert staged_dockerfile(BuildRequest(root, root / "Dockerfile"), root.parent) == root / "Dockerfile"


def test_dockerfile_that_links_to_an_ignored_file_is_sent_by_its_contents_to_docker_s_builder(root: Path) -> None:
    (root / "docker").mkdir()
    (root / "docker" / "gpu").write_text("FROM gpu")
    (root / "Link").symlink_to("docker/gpu")
    (root / ".dockerignore").write_text("docker\n")
    sent, name = docker(root, "Link")

    assert sent[name] == b"FROM gpu"
    assert sent[".dockerignore"] == b"docker\n\n.dockerfile\n!.dockerignore\n"


def test_rules_in_a_link_out_are_applied_by_us_for_docker_s_builder(root: Path) -> None:
    (root.parent / "rules").write_text("keep\nDockerfile\n.dockerignore\n")
    (root / ".dockerignore").symlink_to("../rules")
    sent, name = docker(root)

    assert set(sent) == {name, ".dockerignore"}
    assert copied(sent, name) == set()
