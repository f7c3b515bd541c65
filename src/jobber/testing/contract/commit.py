"""The contract of commits: the content of a result image."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobber.domain.containers.container import MAX_LAYERS, ContainerId
from jobber.domain.containers.options import ContainerOptions, HealthCheck, Mount, PublishedPort
from jobber.domain.errors import ContainerNotFound
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.runs.derived import EMPTY_LAYER
from jobber.domain.runs.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.testing.contract.world import World

_HOSTILE = '{"a":"b\\"c","d":"$HOME ${X} \\\\ \'q\' é","e":"x\\ny  z","f":[1,null]} $$'


class CommitContract:
    """The required result of committing a container."""

    def test_files_are_kept_and_what_was_removed_stays_away(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "old").write_text("old")
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY old /old\n")
        result = self._result(world, "write", "/new/file", "new", "remove", "/old", image=image)

        assert world.run("show", "/new/file", image=result).stdout == b"new"
        assert world.run("show", "/old", image=result).exit_status == 1

    @pytest.mark.parametrize("log", [b"", b"text\n", b"\x00\xff" * 100_000])
    def test_log_is_in_the_result(self, world: World, log: bytes) -> None:
        result = self._result(world, "exit", "0", log=log)

        assert world.run("show", "/run.log", image=result).stdout == log

    @pytest.mark.parametrize(
        "before", [("write", "/run.log", "old"), ("mkdir", "/run.log/x"), ("link", "/run.log", "/l")]
    )
    def test_log_replaces_what_is_in_its_place(self, world: World, before: tuple[str, ...]) -> None:
        result = self._result(world, *before, "write", "/l", "kept", log=b"new")

        assert world.run("show", "/run.log", "show", "/l", image=result).stdout == b"newkept"

    def test_log_gets_in_where_the_root_is_read_only(self, world: World) -> None:
        result = self._result(world, "exit", "0", log=b"log", options=ContainerOptions(read_only=True))

        assert world.run("show", "/run.log", image=result).stdout == b"log"

    def test_log_gets_in_where_something_is_mounted_over_it(self, world: World) -> None:
        options = ContainerOptions(mounts=(Mount(kind="tmpfs", destination="/run.log"),))
        result = self._result(world, "exit", "0", log=b"log", options=options)

        assert world.run("show", "/run.log", image=result).stdout == b"log"

    @pytest.mark.parametrize("has_command", [False, True])
    @pytest.mark.parametrize("added", [(), (("ADDED", "x"),)])
    def test_result_has_one_layer_more_than_its_code(
        self, world: World, tmp_path: Path, added: tuple[tuple[str, str], ...], *, has_command: bool
    ) -> None:
        command = 'CMD ["/bin/job", "exit", "0"]\n' if has_command else ""
        image = world.build(tmp_path, f"FROM {world.base}\n{command}")
        options = ContainerOptions(environment=added)
        result = self._result(world, command=("/bin/job", "write", "/x", "x"), image=image, options=options)
        code, made = (world.engine.images.inspect(each).layers for each in (image, result))
        more = [layer for layer in made[len(code) :] if layer != EMPTY_LAYER]

        assert made[: len(code)] == code
        assert len(more) == 1

    def test_configuration_is_the_code_images(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f'FROM {world.base}\nENV A=1 B="two words"\nWORKDIR /bin\nUSER 0:0\nCMD ["say", "cmd"]\n'
            'ENTRYPOINT ["/bin/job"]\nCMD ["say", "cmd"]\n',
        )
        options = ContainerOptions(
            environment=(("A", "other"), ("ADDED", "x")), workdir="/", user="1:1", entrypoint="/bin/job"
        )
        result = self._result(world, command=("exit", "0"), image=image, options=options)
        wanted, found = (self._configuration_of(world, each) for each in (image, result))

        assert found.entrypoint == wanted.entrypoint == ("/bin/job",)
        assert found.command == wanted.command == ("say", "cmd")
        assert found.workdir == wanted.workdir == "/bin"
        assert found.user == wanted.user == "0:0"
        assert {"A=1", "B=two words"} <= set(found.environment)

    def test_stop_signal_is_the_code_images(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nSTOPSIGNAL SIGUSR1\n")
        options = ContainerOptions(stop_signal="SIGINT", health=HealthCheck(command="false"))
        result = self._result(world, "exit", "0", image=image, options=options)

        assert self._configuration_of(world, result).stop_signal == "SIGUSR1"

    def test_code_image_without_command_gets_none(self, world: World) -> None:
        options = ContainerOptions(entrypoint="/bin/job", workdir="/bin", user="0")
        result = self._result(world, command=("exit", "0"), options=options)
        found = self._configuration_of(world, result)

        assert (found.command, found.entrypoint) == (None, None)
        assert found.workdir in (None, "/")
        assert found.user in (None, "0")

    def test_values_that_the_run_added_are_nowhere(self, world: World) -> None:
        options = ContainerOptions(environment=(("JOBBER_TEST_ADDED", "geheim-4711"), ("PATH", "/bin:/geheim-4711")))
        result = self._result(world, "exit", "0", options=options)

        assert "geheim-4711" not in self._all_told(world, result)

    def test_name_of_the_host_is_not_kept(self, world: World) -> None:
        result = self._result(world, "exit", "0", options=ContainerOptions(hostname="geheim-4712"))

        assert "HOSTNAME=geheim-4712" not in self._all_told(world, result)

    def test_labels_come_as_they_are_over_those_of_the_code_image(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nLABEL kept=yes jobber-test.a=old\n")
        labels = {"jobber-test.a": _HOSTILE, "jobber-test.empty": "", "jobber-test.b": "two\nlines"}
        result = self._result(world, "exit", "0", image=image, labels=labels)
        found = world.engine.images.inspect(result).labels

        assert labels.items() <= dict(found).items()
        assert found["kept"] == "yes"

    def test_published_ports_need_no_place_in_the_result(self, world: World) -> None:
        result = self._result(world, "exit", "0", options=ContainerOptions(ports=(PublishedPort(container=8080),)))

        assert world.run("say", "runs", image=result).stdout == b"runs\n"

    def test_volumes_are_no_part_of_the_result(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nVOLUME /store\n")
        container = world.create("write", "/store/x", "1", image=image)
        world.watch(container)
        result = self._commit(world, container, world.engine.images.inspect(image))

        assert world.run("show", "/store/x", image=result).exit_status == 1

    def test_result_of_a_result_of_a_result(self, world: World) -> None:
        image = world.base_id
        for number in range(3):
            image = self._result(world, "write", f"/{number}", str(number), image=image)

        assert world.run("show", "/0", "show", "/1", "show", "/2", image=image).stdout == b"012"

    def test_result_of_a_deep_image_has_few_layers_and_loses_nothing(self, world: World, tmp_path: Path) -> None:
        for number in range(6):
            (tmp_path / f"f{number}").write_text(str(number))
        copies = "".join(f"COPY f{number} /deep/f{number}\n" for number in range(6))
        image = world.build(
            tmp_path,
            f"FROM {world.base}\n{copies}ENV A=1\nLABEL kept=yes\nEXPOSE 80\nVOLUME /store\nSTOPSIGNAL SIGINT\n"
            'WORKDIR /deep\nUSER 0:0\nENTRYPOINT ["/bin/job"]\nCMD ["show", "f5"]\n',
        )
        options = ContainerOptions(environment=(("JOBBER_TEST_ADDED", "geheim-4711"),), entrypoint="/bin/job")
        words = ("remove", "/deep/f3")
        result = self._result(world, command=words, image=image, log=b"log", options=options, depth=MAX_LAYERS)
        found, wanted = (world.engine.images.inspect(each) for each in (result, image))
        ran = world.run(image=result, command=("show", "/deep/f0", "show", "/deep/f5", "show", "/run.log"))

        assert len(found.layers) == 2 < len(wanted.layers)  # all files, and the log
        assert ran.stdout == b"05log"
        assert world.run(image=result, command=("show", "/deep/f3")).exit_status == 1
        assert found.labels["kept"] == "yes"
        assert "A=1" in found.configuration.environment
        assert _without_environment(found) == _without_environment(wanted)
        assert "geheim-4711" not in self._all_told(world, result)

    def test_missing_container_is_told(self, world: World) -> None:
        snapshot = Snapshot(configuration=ImageConfiguration(), labels={})
        with pytest.raises(ContainerNotFound):
            world.engine.containers.commit(ContainerId("0" * 64), snapshot=snapshot, log=io.BytesIO())

    def _result(
        self,
        world: World,
        *words: str,
        image: ImageId | None = None,
        log: bytes = b"",
        labels: dict[str, str] | None = None,
        options: ContainerOptions | None = None,
        command: tuple[str, ...] | None = None,
        depth: int = 0,
    ) -> ImageId:
        code = world.engine.images.inspect(image or world.base_id)
        container = world.create(*words, image=code.id, options=options, command=command)
        ran = world.watch(container)
        assert ran.exit_status == 0, ran
        return self._commit(world, container, code, log=log, labels=labels, options=options, depth=depth)

    def _commit(
        self,
        world: World,
        container: ContainerId,
        code: Image,
        *,
        log: bytes = b"",
        labels: dict[str, str] | None = None,
        options: ContainerOptions | None = None,
        depth: int = 0,
    ) -> ImageId:
        snapshot = Snapshot(
            configuration=code.configuration,
            labels=labels or {},
            added_environment=options.added_environment if options else (),
            depth=depth,
        )
        result = world.engine.containers.commit(container, snapshot=snapshot, log=io.BytesIO(log))
        world.engine.containers.remove(container)
        return world.keep(result)

    def _configuration_of(self, world: World, image: ImageId) -> ImageConfiguration:
        return world.engine.images.inspect(image).configuration

    def _all_told(self, world: World, image: ImageId) -> str:
        return world.raw_image(image) if world.raw_image else repr(world.engine.images.inspect(image))


def _without_environment(image: Image) -> ImageConfiguration:
    return replace(image.configuration, environment=())
