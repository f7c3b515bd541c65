"""A real Podman."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from engine_clients import podman_engine, real_podman
from real import dead_owner, make_world

from jobber.adapters.archives.image_archive import ImageArchive
from jobber.adapters.podman.parts import create_helper, remove_helper
from jobber.adapters.run_claims.engine_calls import EngineRunCalls
from jobber.domain.containers.container import MAX_LAYERS
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.history.blank_variables import blank_variables
from jobber.domain.runs.label_names import Label
from jobber.testing.contract import EngineContract, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = [
    ContainerOptions(environment=(("ADDED", "geheim"),), hostname="elsewhere"),
    ContainerOptions(environment=(("ADDED", "geheim"),), read_only=True),
]


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
class TestPodman(EngineContract):
    @pytest.fixture
    def world(
        self,
        podman_engine_address: str,
        registry_host: str | None,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[World]:
        client = real_podman(podman_engine_address)
        engine = podman_engine(client, address=podman_engine_address)
        calls = EngineRunCalls(client, images=engine.images, make=create_helper, remove=remove_helper)
        compatible = client.copy(compatible=True)
        world = make_world(engine, compatible, tmp_path_factory.mktemp("base"), registry_host, calls=calls, own=client)
        yield world
        world.tidy()
        calls.close()
        engine.close()

    @pytest.mark.parametrize("options", OPTIONS)
    @pytest.mark.parametrize("depth", [0, MAX_LAYERS])
    def test_refused_configuration_gives_a_second_commit(
        self, world: World, monkeypatch: pytest.MonkeyPatch, options: ContainerOptions, depth: int
    ) -> None:
        monkeypatch.setattr(ImageArchive, "for_podman", lambda _: iter([b"no archive"]))
        result = self._result_of(world, world.base_id, options, words=("/bin/job", "exit", "0"), depth=depth)
        image = world.engine.images.inspect(result)

        assert world.run("show", "/run.log", image=result).stdout == b"log"
        assert {"ADDED="} <= {*image.configuration.environment}
        assert "ADDED" in blank_variables(image)
        assert "geheim" not in self._all_told(world, result)

    @pytest.mark.parametrize("is_loaded", [False, True])
    def test_unfinished_image_of_the_dead_is_swept_and_its_code_image_stays(
        self, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_loaded: bool
    ) -> None:
        code = world.build(tmp_path, f"FROM {world.base}\nENV X={tmp_path}\n")  # without a tag
        dead = {"jobber.run": json.dumps({"jobber.part": dead_owner()})}
        monkeypatch.setattr("jobber.adapters.podman.committing.unfinished_labels", lambda: dead)
        monkeypatch.setattr("jobber.adapters.podman.commit.remove_unfinished", lambda *_: None)
        if is_loaded:
            self._result_of(world, code, OPTIONS[0], words=("/bin/job", "exit", "0"))
        else:
            monkeypatch.setattr("jobber.adapters.podman.commit._load", _die)
            with pytest.raises(KeyboardInterrupt):
                self._result_of(world, code, OPTIONS[0], words=("/bin/job", "exit", "0"))
            world.engine.containers.remove(world.containers[-1])
        world.engine.runs.sweep()
        left = world.engine.images.list(labels={Label.RUN: None})

        assert not [image for image in left if image.labels[Label.RUN] == dead["jobber.run"]]
        assert world.engine.images.inspect(code).id == code


def _die(*_words: object, **_settings: object) -> None:
    raise KeyboardInterrupt
