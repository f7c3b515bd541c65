"""The contract of commits that an engine refuses in part, or during which jobber is killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

import pytest
from real import dead_owner

from jobber.adapters.archives.image_archive import ImageArchive
from jobber.domain.containers.container import MAX_LAYERS
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.history.blank_variables import blank_variables
from jobber.domain.runs.label_names import Label
from jobber.testing.contract import EngineContract, World

if TYPE_CHECKING:
    from pathlib import Path

_OPTIONS = [
    ContainerOptions(environment=(("ADDED", "geheim"),), hostname="elsewhere"),
    ContainerOptions(environment=(("ADDED", "geheim"),), read_only=True),
]
_WORDS = ("/bin/job", "exit", "0")


class RealEngineContract(EngineContract):
    """The contract of all engines, and of commits that are interrupted in the adapter of a real one."""

    archive: ClassVar[str]
    """The method of `ImageArchive` that creates the engine's archive."""
    unfinished: ClassVar[str]
    """The function that returns the labels of unfinished images, as the engine's commit imports it."""
    commit: ClassVar[str]
    """The module of the engine's commit."""

    @pytest.mark.parametrize("options", _OPTIONS)
    @pytest.mark.parametrize("depth", [0, MAX_LAYERS])
    def test_refused_configuration_gives_a_second_commit(
        self, world: World, monkeypatch: pytest.MonkeyPatch, options: ContainerOptions, depth: int
    ) -> None:
        monkeypatch.setattr(ImageArchive, self.archive, lambda _: iter([b"no archive"]))
        result = self._result_of(world, world.base_id, options, words=_WORDS, depth=depth)
        image = world.engine.images.inspect(result)

        assert world.run("show", "/run.log", image=result).stdout == b"log"
        assert {"ADDED="} <= {*image.configuration.environment}
        assert "ADDED" in blank_variables(image)
        assert "geheim" not in self._all_told(world, result)

    @pytest.mark.parametrize("is_loaded", [False, True])
    def test_unfinished_image_of_an_ended_process_is_removed_and_its_code_image_stays(
        self, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_loaded: bool
    ) -> None:
        code = world.build(tmp_path, f"FROM {world.base}\nENV X={tmp_path}\n")  # without a tag
        labels = {"jobber.run": json.dumps({"jobber.part": dead_owner()})}
        monkeypatch.setattr(self.unfinished, lambda: labels)
        monkeypatch.setattr(f"{self.commit}.remove_unfinished", lambda *_: None)
        if is_loaded:
            self._result_of(world, code, _OPTIONS[0], words=_WORDS)
        else:
            monkeypatch.setattr(f"{self.commit}._load", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                self._result_of(world, code, _OPTIONS[0], words=_WORDS)
            world.engine.containers.remove(world.containers[-1])
        world.engine.runs.sweep()
        left = world.engine.images.list(labels={Label.RUN: None})

        assert not [image for image in left if image.labels[Label.RUN] == labels["jobber.run"]]
        assert world.engine.images.inspect(code).id == code


def _interrupt(*_words: object, **_settings: object) -> None:
    raise KeyboardInterrupt
