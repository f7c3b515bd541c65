"""Runtime, platform and end of a run, from options and from what else is known."""

from __future__ import annotations

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.containers.run_constraints import check_platform, chosen_runtime, grace_seconds
from jobber.domain.errors import UsageError
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [(None, None, None), ("a", None, "a"), (None, "b", "b"), ("a", "a", "a")],
)
def test_the_runtime_is_the_one_that_was_named(own: str | None, given: str | None, expected: str | None) -> None:
    assert expected == chosen_runtime(own, options=ContainerOptions(runtime=given))


def test_two_runtimes_are_an_error_that_names_both() -> None:
    with pytest.raises(UsageError, match=r"nvidia.*runc"):
        chosen_runtime("nvidia", options=ContainerOptions(runtime="runc"))


@pytest.mark.parametrize("wanted", [None, "linux", "amd64", "linux/amd64", "linux/x86_64"])
def test_image_for_the_platform_is_accepted(wanted: str | None) -> None:
    found = Image(ImageId("sha256:1"), platform="linux/amd64/v2")

    assert check_platform(ContainerOptions(platform=wanted), image=found) is None  # type: ignore[func-returns-value]


def test_variant_that_the_image_does_not_name_is_no_conflict() -> None:
    options, found = ContainerOptions(platform="linux/arm/v7"), Image(ImageId("sha256:1"), platform="linux/arm")

    assert check_platform(options, image=found) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("wanted", ["linux/arm64", "windows", "arm64", "linux/amd64/v3"])
def test_an_image_for_another_platform_is_an_error(wanted: str) -> None:
    with pytest.raises(UsageError, match="linux/amd64/v2"):
        check_platform(ContainerOptions(platform=wanted), image=Image(ImageId("sha256:1"), platform="linux/amd64/v2"))


def test_a_job_has_ten_seconds_to_end_or_what_the_option_says() -> None:
    found = [grace_seconds(ContainerOptions(stop_timeout=given)) for given in (None, 0, 3)]

    assert found == [10.0, 0.0, 3.0]


def test_a_negative_stop_timeout_gives_all_the_time() -> None:
    assert grace_seconds(ContainerOptions(stop_timeout=-1)) > 86_400
