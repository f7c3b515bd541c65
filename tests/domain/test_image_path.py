"""`IMAGE:PATH`: where the image's name ends, and what the path says."""

from __future__ import annotations

import pytest

from jobber.domain.errors import UsageError
from jobber.domain.images.image_path import ImagePath, SourcePath, parse_image_path


@pytest.mark.parametrize(
    ("text", "image", "path"),
    [
        ("train:/model", "train", "/model"),
        ("train:latest-run:/model/x", "train:latest-run", "/model/x"),
        ("localhost:5000/x:tag:/path", "localhost:5000/x:tag", "/path"),
        ("localhost:5000/x:/path", "localhost:5000/x", "/path"),
        ("localhost:5000/x:tag:sub/dir", "localhost:5000/x:tag", "sub/dir"),
        ("train:model.json", "train", "model.json"),
        ("train:latest:model.json", "train:latest", "model.json"),
        ("train:latest:.", "train:latest", "."),
        ("train:/a:/b:c", "train", "/a:/b:c"),
        ("sha256:abc:/x", "sha256:abc", "/x"),
        ("me/train@sha256:abc:/x", "me/train@sha256:abc", "/x"),
        ("train:/", "train", "/"),
    ],
)
def test_name_ends_at_the_first_colon_before_a_slash(text: str, image: str, path: str) -> None:
    assert parse_image_path(text) == ImagePath(image, path)


@pytest.mark.parametrize("text", ["train", "train:", ":/x", ":x", "", ":", "train:latest:"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_image_path(text)

    assert raised.value.what == f"{text!r} is not an IMAGE:PATH"
    assert raised.value.hint == "for example train:latest-run:/model, or localhost:5000/train:/model/x"


@pytest.mark.parametrize(
    ("path", "expected", "name"),
    [
        ("x", SourcePath("/model/x"), "x"),
        ("/x/y", SourcePath("/x/y"), "y"),
        ("deep/", SourcePath("/model/deep", must_be_directory=True), "deep"),
        ("/x/.", SourcePath("/x", must_be_directory=True, contents_only=True), "x"),
        (".", SourcePath("/model", must_be_directory=True, contents_only=True), "model"),
        ("..", SourcePath("/", must_be_directory=True, contents_only=True), ""),
        ("/x/..", SourcePath("/", must_be_directory=True, contents_only=True), ""),
        ("/x/y/..", SourcePath("/x", must_be_directory=True, contents_only=True), "x"),
        ("/", SourcePath("/", must_be_directory=True, contents_only=True), ""),
        ("//x//y", SourcePath("/x/y"), "y"),
        ("../../../x", SourcePath("/x"), "x"),
        ("a:b", SourcePath("/model/a:b"), "a:b"),
    ],
)
def test_path_is_absolute_and_its_end_counts(path: str, expected: SourcePath, name: str) -> None:
    assert ImagePath("train", path).within("/model") == expected
    assert expected.name == name


def test_path_without_a_directory_of_its_own_begins_at_the_root() -> None:
    assert ImagePath("train", "x").within("/") == SourcePath("/x")
