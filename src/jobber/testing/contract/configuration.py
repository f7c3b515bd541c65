"""The contract of result configurations: that of the code image, without additions or overrides of the run."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from jobber.adapters.host.process_identity import current_owner
from jobber.domain.containers.container import MAX_LAYERS, ContainerSpecification
from jobber.domain.containers.options import ContainerOptions, HealthCheck, Mount, PublishedPort
from jobber.domain.history.blank_variables import blank_variables, unset_variables
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.snapshot import Snapshot
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobber.domain.images.reference import ImageId
    from jobber.testing.contract.world import Ran, World

_CODE = """\
FROM {base}
ENV A=1 B="two words" BLANK=
LABEL mine=yes
EXPOSE 80 53/udp
VOLUME /store
HEALTHCHECK --interval=7s --retries=2 CMD true
SHELL ["/bin/sh", "-ec"]
STOPSIGNAL SIGUSR1
WORKDIR /bin
USER 0:0
ENTRYPOINT ["/bin/job"]
CMD ["say", "cmd"]
ONBUILD RUN true
"""
_EVERYTHING = ContainerOptions(
    environment=(("A", "geheim-4711"), ("ADDED", "geheim-4711"), ("BLANK", "geheim-4711")),
    ports=(PublishedPort(container=8080),),
    exposed_ports=("9/udp",),
    labels=(("of-the-run", "yes"), ("mine", "no")),
    entrypoint="/bin/job",
    workdir="/",
    user="1:1",
    mounts=(Mount("volume", "/dir"),),
    health=HealthCheck(command="false"),
    stop_signal="SIGINT",
    stop_timeout=3,
    hostname="elsewhere",
)
_READ_ONLY = ContainerOptions(read_only=True, environment=(("ADDED", "x"),))
_ADDS = ContainerOptions(environment=(("ADDED", "x"), ("A", "other")))


class ConfigurationContract:
    """The required configuration of a result for the containers created from it."""

    @pytest.mark.parametrize("options", [ContainerOptions(), _ADDS, _READ_ONLY, _EVERYTHING])
    @pytest.mark.parametrize("depth", [0, MAX_LAYERS])
    def test_result_differs_from_its_code_image_in_jobbers_labels_alone(
        self, world: World, tmp_path: Path, options: ContainerOptions, depth: int
    ) -> None:
        self._needs_exactness(world)
        image = world.build(tmp_path, _code(world))
        result = self._result_of(world, image, options, depth=depth)
        expected = {**_configuration(world, image)}
        found = {**_configuration(world, result)}
        code, labels = (dict(world.engine.images.inspect(each).labels) for each in (image, result))
        expected.pop("Labels", None)
        found.pop("Labels", None)

        assert found == expected
        assert labels == {**code, str(Label.RUN): "{}", str(Label.BLANK): ""}

    @pytest.mark.parametrize("dockerfile", ["FROM {base}\n", 'FROM {base}\nCMD ["/bin/job"]\nENV A=1\n'])
    def test_plain_images_configuration_is_kept_as_well(self, world: World, tmp_path: Path, dockerfile: str) -> None:
        self._needs_exactness(world)
        image = world.build(tmp_path, dockerfile.format(base=world.base))
        for options in (ContainerOptions(), _ADDS, ContainerOptions(entrypoint="/bin/job", user="0", workdir="/bin")):
            words = ("exit", "0") if options.entrypoint else ("/bin/job", "exit", "0")
            result = self._result_of(world, image, options, words=words)
            found, expected = (
                {key: value for key, value in _configuration(world, each).items() if key != "Labels"}
                for each in (result, image)
            )

            assert found == expected

    def test_run_of_a_result_has_the_environment_of_a_first_run(self, world: World, tmp_path: Path) -> None:
        self._needs_exactness(world)
        image = world.build(tmp_path, _code(world))
        result = self._result_of(world, image, _EVERYTHING)
        first, second = (_variables(world.run(image=each, command=("variables",))) for each in (image, result))

        assert "BLANK=" in first.splitlines()
        assert second == first

    def test_no_value_that_the_run_added_is_anywhere(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, _code(world))
        for depth in (0, MAX_LAYERS):
            self._result_of(world, image, _EVERYTHING, depth=depth)

        assert world.raw_store is None or "geheim-4711" not in world.raw_store()

    @pytest.mark.parametrize("options", [_ADDS, _READ_ONLY])
    @pytest.mark.parametrize("depth", [0, MAX_LAYERS])
    def test_no_unfinished_image_is_left(self, world: World, options: ContainerOptions, depth: int) -> None:
        self._result_of(world, world.base_id, options, words=("/bin/job", "exit", "0"), depth=depth)
        labels = [image.labels[Label.RUN] for image in world.engine.images.list(labels={Label.RUN: None})]

        assert not [label for label in labels if current_owner() in label]

    @pytest.mark.parametrize("options", [_ADDS, _READ_ONLY])
    @pytest.mark.parametrize("depth", [0, MAX_LAYERS])
    def test_result_is_whole_after_a_way_through_a_registry(
        self, world: World, options: ContainerOptions, depth: int
    ) -> None:
        if world.registry_host is None:
            pytest.skip("no registry")
        name = replace(world.name(), registry=world.registry_host)
        result = self._result_of(world, world.base_id, options, words=("/bin/job", "exit", "0"), depth=depth)
        world.engine.images.tag(result, reference=name)
        world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        world.engine.images.remove(result)
        pulled = world.engine.registry.pull(name, credentials=None, progress=FakeProgress()).id
        world.keep(pulled)

        assert pulled == result
        assert world.run("show", "/run.log", image=pulled).stdout == b"log"

    def test_variables_that_an_engine_leaves_blank_are_named(self, world: World) -> None:
        result = self._result_of(world, world.base_id, _ADDS, words=("/bin/job", "exit", "0"))
        image = world.engine.images.inspect(result)
        left = {"ADDED=", "A="} & {*image.configuration.environment}

        assert bool(left) is not world.engine.containers.keeps_configuration()
        assert {f"{name}=" for name in blank_variables(image)} == left

    def test_run_of_a_result_does_not_have_blank_variables(self, world: World) -> None:
        result = self._result_of(world, world.base_id, _ADDS, words=("/bin/job", "exit", "0"))
        unset = unset_variables(world.engine.images.inspect(result), options=ContainerOptions())
        first = world.run("variables")
        second = self._variables_in(world, result, "variables", unset=unset)

        assert second == _variables(first)

    def test_variable_of_the_image_can_be_unset(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nENV A=1 B=2 C=\n")
        variables = self._variables_in(
            world, image, "variables", unset=("A", "C"), options=ContainerOptions(environment=())
        )

        assert "B=2" in variables.splitlines()
        assert not [line for line in variables.splitlines() if line.startswith(("A=", "C="))]

    def _variables_in(
        self,
        world: World,
        image: ImageId,
        *words: str,
        unset: tuple[str, ...],
        options: ContainerOptions | None = None,
    ) -> str:
        specification = ContainerSpecification(
            image=image, options=options or ContainerOptions(), command=("/bin/job", *words), unset=unset
        )
        container = world.engine.containers.create(specification)
        world.containers.append(container)
        return _variables(world.watch(container))

    def _result_of(
        self,
        world: World,
        image: ImageId,
        options: ContainerOptions,
        *,
        words: tuple[str, ...] = ("exit", "0"),
        depth: int = 0,
    ) -> ImageId:
        container = world.create(image=image, options=options, command=words)
        ran = world.watch(container)
        assert ran.exit_status == 0, ran
        snapshot = Snapshot(
            configuration=world.engine.images.inspect(image).configuration,
            labels={str(Label.RUN): "{}", str(Label.BLANK): ""},
            added_environment=options.added_environment,
            depth=depth,
        )
        result = world.keep(world.engine.containers.commit(container, snapshot=snapshot, log=io.BytesIO(b"log")))
        world.engine.containers.remove(container)
        return result

    def _needs_exactness(self, world: World) -> None:
        if not world.engine.containers.keeps_configuration():
            pytest.skip("not on this engine")


def _code(world: World) -> str:
    """Return a Dockerfile with every instruction; leave out for the fake those that it does not support."""
    lines = _CODE.format(base=world.base).splitlines()
    if world.raw_image is None:
        lines = [line for line in lines if not line.startswith(("HEALTHCHECK", "ONBUILD", "SHELL"))]
    return "\n".join(lines)


def _configuration(world: World, image: ImageId) -> Mapping[str, object]:
    """Return the engine's whole description of an image's containers."""
    if world.raw_image is None:
        return asdict(world.engine.images.inspect(image).configuration)
    facts = json.loads(world.raw_image(image).partition("\n")[0])
    return {**facts["Config"], **{key: value for key, value in facts.items() if "health" in key.lower()}}


def _variables(ran: Ran) -> str:
    """Return the variables that a job has printed, except the name of its host."""
    return "\n".join(sorted(line for line in ran.stdout.decode().splitlines() if not line.startswith("HOSTNAME=")))
