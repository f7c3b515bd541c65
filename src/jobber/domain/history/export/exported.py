"""The exported run: a result, its record, and the images it was made from, under the names that all formats use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.images.reference import parse_image_id
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RecordedImage
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.images.image import Image
    from jobber.domain.runs.result import RunRecord

LICENSES = "org.opencontainers.image.licenses"


@frozen
class ExportedRun:
    """One run and its result."""

    image: Image
    record: RunRecord
    jobber_version: str
    """The version of jobber that made the run."""

    @property
    def result(self) -> RecordedImage:
        """The result, named in the same way as the images it was made from."""
        name = next(iter(self.image.references), self.image.id)
        return RecordedImage(name, self.image.id, self.image.digests, self.image.chain)

    @property
    def title(self) -> str:
        """The title of the run, in a few words."""
        return f"jobber run of {self.record.image.reference}"

    @property
    def sentence(self) -> str:
        """The outcome of the run, as a sentence."""
        ending = self.record.ending
        sentences = {
            Outcome.SUCCEEDED: "the job succeeded",
            Outcome.FAILED: f"the job failed with exit status {ending.exit_status}",
            Outcome.TIMED_OUT: "the job exceeded its timeout and was stopped",
            Outcome.INTERRUPTED: "the job was interrupted",
            Outcome.PRUNED: "the job was stopped early as not worth continuing",
        }
        return sentences[ending.outcome] + (", and ran out of memory" if ending.out_of_memory else "")

    @property
    def license(self) -> str:
        """The SPDX licence in the result's labels; empty if there is none."""
        return self.image.labels.get(LICENSES, "")


def environment_of(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield the variables set by a run's options, as recorded.

    Secrets are `***`. Variables taken from the caller's environment have no recorded value and are left out.
    """
    from jobber.domain.docker_options.table import SPELLINGS
    from jobber.domain.docker_options.tokens import read_words

    for word in read_words(record.docker_args, SPELLINGS):
        name, equals, value = word.value.partition("=")
        if word.option == "--env" and equals:
            yield name, value


def hex_of(image: RecordedImage) -> str:
    """Return the hexadecimal digits of an image's ID."""
    return image.id.removeprefix("sha256:")


def package_url(digest: str) -> str:
    """Return the package URL of a repository digest, `NAME@sha256:HEX`."""
    repository, _, digits = digest.partition("@")
    name = repository.rpartition("/")[2]
    place = f"?repository_url={repository.replace(':', '%3A')}" if "/" in repository else ""
    return f"pkg:oci/{name}@{digits.replace(':', '%3A')}{place}"


def software_url(version: str) -> str:
    """Return the package URL of jobber itself."""
    return f"pkg:pypi/docker-jobber@{version}" if version else "pkg:pypi/docker-jobber"


def is_named(image: RecordedImage) -> bool:
    """Return whether an image has a name besides its ID."""
    return parse_image_id(image.reference) is None
