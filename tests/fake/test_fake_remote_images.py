"""Answers of the fake registry that the contract's registries cannot give."""

from __future__ import annotations

import pytest

from jobber.domain.errors import PathNotFound
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine, FakeProgress, FakeRemoteImages


def test_links_in_a_ring_lead_nowhere() -> None:
    engine = FakeEngine()
    reference = parse_reference("registry.test:5000/ring:1")
    engine.image("base", run=lambda job: job.files.link("/ring", "/ring"))
    engine.image(str(reference), context=None, dockerfile='FROM base\nRUN ["/bin/program"]\n')
    engine.registry.push(reference, credentials=None, progress=FakeProgress())

    with pytest.raises(PathNotFound):
        next(FakeRemoteImages(engine.remote).archive(reference, path="/ring", credentials=None))
