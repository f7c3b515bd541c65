"""In-specs, and where inputs are mounted (docs/commands.md)."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.errors import InvalidInput
from jobber.domain.files.paths import lies_within, normal_path
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.input import InputSpecification, check_destinations, format_input, parse_input

images = st.sampled_from(["mnist", "mnist:v1", "gcr.io/me/mnist", f"sha256:{'a' * 64}", "localhost:5000/x:1"])
parts = st.sampled_from(["a", "b", "data", "a b", "..", ".", "", "x=y", "é"])
paths = st.lists(parts, max_size=4).map(lambda names: "/" + "/".join(names))
destinations = paths.filter(lambda path: normal_path(path) != "/")
specifications = st.lists(
    st.builds(lambda image, dest: parse_input(f"{image},dest={dest}"), images, destinations), max_size=4
)


@given(images, paths, destinations, st.sampled_from(["src", "source"]), st.sampled_from(["dest", "local"]))
def test_source_and_destination_are_read_under_all_their_names_and_made_normal(
    image: str, source: str, destination: str, source_key: str, destination_key: str
) -> None:
    text = f"{image},{source_key}={source},{destination_key}={destination}"

    expected = InputSpecification(text, image, normal_path(source), normal_path(destination))
    assert expected == parse_input(text)


@given(images, st.text(), st.text().filter(lambda path: normal_path(f"/{path}") != "/"))
def test_what_is_written_is_read_again_whatever_is_in_the_paths(image: str, source: str, destination: str) -> None:
    spec = parse_input(format_input(image, source=f"/{source}", destination=f"/{destination}"))

    assert (spec.image, spec.source, spec.destination) == (
        image,
        *(normal_path(f"/{it}") for it in (source, destination)),
    )


@pytest.mark.parametrize(
    ("text", "source", "destination"),
    [
        ('mnist,"src=/a,b"', "/a,b", "/data"),
        ('mnist,"src=/a,b","dest=/x""y,z"', "/a,b", '/x"y,z'),
        ('"mnist", "src=/a",dest=/x"y', "/a", '/x"y'),
    ],
)
def test_a_part_that_holds_a_comma_stands_in_quotation_marks(text: str, source: str, destination: str) -> None:
    spec = parse_input(text)

    assert (spec.text, spec.image, spec.source, spec.destination) == (text, "mnist", source, destination)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mnist,src=/a,b", "'b' is not a KEY=PATH"),
        ('mnist,src="/a,b"', "src must be an absolute path, not '\"/a'"),
        ('mnist,"src=/a,b', "unclosed quotation mark"),
        ('mnist,"src=/a,b"/c', "unclosed quotation mark"),
    ],
)
def test_a_comma_that_is_not_quoted_is_told_with_the_quoting(text: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input(text)

    assert caught.value.what == f"input {text!r}: {why}"
    assert caught.value.hint is not None
    assert '"src=/a,b",dest=/x' in caught.value.hint


@given(images, paths, destinations)
def test_the_order_of_the_settings_does_not_matter(image: str, source: str, destination: str) -> None:
    one = parse_input(f"{image},src={source},dest={destination}")
    other = parse_input(f"{image},dest={destination},src={source}")

    assert (one.source, one.destination) == (other.source, other.destination)


@given(st.text())
def test_whatever_is_written_gives_absolute_paths_or_an_error_that_names_it(text: str) -> None:
    try:
        told = parse_input(text).destination
    except InvalidInput as error:
        told = error.what

    assert told.startswith(("/", f"input {text!r}: "))


def test_without_settings_the_destination_is_data() -> None:
    assert InputSpecification("mnist", "mnist", None, "/data") == parse_input("mnist")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no image is named"),
        (",src=/x", "no image is named"),
        ("  ,src=/x", "no image is named"),
        ("mnist,", "not a KEY=PATH"),
        ("mnist,/data", "not a KEY=PATH"),
        ("mnist,src", "not a KEY=PATH"),
        ("mnist,mode=/ro", "unknown key 'mode'"),
        ("mnist,SRC=/x", "unknown key 'SRC'"),
        ("mnist,=/x", "unknown key ''"),
        ("mnist,src=data", "src must be an absolute path"),
        ("mnist,src=", "src must be an absolute path"),
        ("mnist,local=./data", "local must be an absolute path"),
        ("mnist,src=/a,src=/b", "src is given twice"),
        ("mnist,src=/a,source=/a", "src is given twice"),
        ("mnist,dest=/a,local=/b", "dest is given twice"),
        ("mnist,dest=/", "root"),
        ("mnist,dest=/a/..", "root"),
    ],
)
def test_a_wrong_in_spec_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_input(text)


def image_with(**labels: str) -> Image:
    return Image(ImageId(f"sha256:{'a' * 64}"), labels={f"jobber.{name}": value for name, value in labels.items()})


@pytest.mark.parametrize(
    ("text", "image", "source"),
    [
        ("mnist,src=/own", image_with(out="/model"), "/own"),
        ("mnist", image_with(out="/model"), "/model"),
        ("mnist", image_with(out="/model//x/"), "/model/x"),
        ("mnist", image_with(out=""), "/data"),
        ("mnist", image_with(), "/data"),
    ],
)
def test_the_source_is_the_given_one_else_the_images_out_else_data(text: str, image: Image, source: str) -> None:
    assert source == parse_input(text).source_in(image)


@given(specifications, st.lists(destinations, max_size=2))
def test_destinations_that_pass_the_check_never_overlap(specs: list[InputSpecification], taken: list[str]) -> None:
    try:
        check_destinations(specs, taken=taken)
    except InvalidInput:
        return

    overlaps = [
        (one.destination, other.destination)
        for position, one in enumerate(specs)
        for other in specs[position + 1 :]
        if posixpath.commonpath((one.destination, other.destination)) in (one.destination, other.destination)
    ]
    assert overlaps == []


@given(specifications, st.lists(destinations, max_size=2))
def test_destinations_that_pass_the_check_are_no_mount_of_xdocker(
    specs: list[InputSpecification], taken: list[str]
) -> None:
    try:
        check_destinations(specs, taken=taken)
    except InvalidInput:
        return

    assert {spec.destination for spec in specs}.isdisjoint(map(posixpath.normpath, taken))


@given(st.lists(st.sampled_from(["a", "aa", "a-b", "ab", "b", "a.b"]), unique=True))
def test_places_side_by_side_are_no_clash_even_where_one_name_begins_with_the_other(names: list[str]) -> None:
    check_destinations([parse_input(f"mnist,dest=/in/{name}") for name in names], taken=["/in/c"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("mnist-train", "mnist-test"),
        ("a,dest=/data", "b"),
        ("a,dest=/in", "b,dest=/in/"),
        ("a,dest=/in", "b,dest=/in/test"),
        ("a,dest=/in/test", "b,dest=/in"),
        ("a,dest=/in", "b,dest=/x/../in/y"),
        ("a", "a"),
    ],
)
def test_two_inputs_at_one_place_or_one_inside_the_other_are_refused(first: str, second: str) -> None:
    with pytest.raises(InvalidInput):
        check_destinations([parse_input(first), parse_input(second)])


def test_a_clash_is_told_with_both_images_and_a_way_out() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_destinations([parse_input("mnist-train"), parse_input("gcr.io/me/mnist-test:1")])

    assert "two inputs are mounted at /data: mnist-train and gcr.io/me/mnist-test:1" in caught.value.what


def test_a_clash_reads_as_the_specification_has_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_destinations([parse_input("mnist-train"), parse_input("mnist-test")])

    assert caught.value.what == "two inputs are mounted at /data: mnist-train and mnist-test"
    assert caught.value.hint == "give one of them a place of its own, for example mnist-test,dest=/test"


def test_the_way_out_of_a_clash_is_an_in_spec_that_can_be_used() -> None:
    first, second = parse_input("mnist-train"), parse_input("gcr.io/me/mnist-test:1")
    with pytest.raises(InvalidInput) as caught:
        check_destinations([first, second])

    proposed = parse_input(str(caught.value.hint).rpartition(" ")[2])
    check_destinations([first, proposed])


@pytest.mark.parametrize("mount", ["/data", "/data/", "//data/.", "/x/../data"])
def test_a_place_that_a_mount_of_xdocker_takes_is_refused(mount: str) -> None:
    with pytest.raises(InvalidInput, match="used by a mount"):
        check_destinations([parse_input("mnist")], taken=[mount])


@given(paths)
def test_a_normal_path_is_absolute_and_normal(path: str) -> None:
    assert normal_path(path) == normal_path(normal_path(path)) == "/" + posixpath.relpath(path, "/").removeprefix(".")


@given(paths.map(normal_path), st.sampled_from(["a", "b/c"]))
def test_what_is_below_a_directory_lies_within_it(directory: str, below: str) -> None:
    assert lies_within(posixpath.join(directory, below), directory=directory)
