"""The contract of container creation: options that are refused, and files created before a job starts."""

from __future__ import annotations

import io

import pytest

from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.containers.options import ContainerOptions, HealthCheck, Mount, MountDetail, Network
from jobber.domain.errors import EngineFailed, JobNotStarted, OptionUnsupported
from jobber.domain.runs.snapshot import Snapshot
from jobber.testing.contract.world import World
from jobber.testing.environment import FakeProgress

_FAILED = 125
_NOT_FOUND = 127
_ELSEWHERE = ContainerOptions(workdir="/new/place")
_LATER = {
    "annotation": ContainerOptions(annotations=(("a", "b"),)),
    "health-start-interval": ContainerOptions(health=HealthCheck(command="x", start_interval=1)),
    "volume-subpath": ContainerOptions(mounts=(Mount("volume", "/x", "v", detail=MountDetail(subpath="a")),)),
    "image": ContainerOptions(mounts=(Mount("image", "/x", "i", detail=MountDetail()),)),
    "networks": ContainerOptions(networks=(Network("a"), Network("b"))),
}
"""The options that Docker supports since version 23 or later."""


class CreationContract:
    """The required treatment of options when a container is created and started."""

    def test_runtime_that_the_engine_has_not_is_refused(self, world: World) -> None:
        specification = ContainerSpecification(
            image=world.base_id, options=ContainerOptions(), command=("/bin/job",), runtime="jobber-test-none"
        )

        with pytest.raises((EngineFailed, OptionUnsupported), match="jobber-test-none"):
            world.containers.append(world.engine.containers.create(specification))

    def test_mount_of_a_directory_that_the_engines_machine_has_not_is_refused(self, world: World) -> None:
        mount = Mount("bind", "/in", "/jobber-test/nowhere", detail=MountDetail())

        with pytest.raises(EngineFailed, match="/jobber-test/nowhere"):
            world.create("exit", "0", options=ContainerOptions(mounts=(mount,)))

    def test_image_is_mounted_by_name_where_that_can_be_had(self, world: World) -> None:
        options = ContainerOptions(mounts=(Mount("image", "/in", str(world.base), detail=MountDetail()),))
        try:
            world.engine.containers.check(options)
        except OptionUnsupported:
            pytest.skip("not on this engine")

        assert world.run("show", "/in/bin/job", options=options).exit_status == 0

    @pytest.mark.parametrize("place", ["/bin/job", "/bin/job/below"])
    def test_input_onto_a_file_is_refused(self, world: World, place: str) -> None:
        image = world.engine.images.inspect(world.base)
        mount = world.engine.inputs.provide(image, source="/bin", destination=place, progress=FakeProgress())

        with pytest.raises(JobNotStarted) as raised:
            world.run("exit", "0", inputs=(mount,))
        assert raised.value.exit_status == _FAILED

    def test_docker_makes_the_working_directory(self, world: World) -> None:
        if world.engine.describe().name != "docker":
            pytest.skip("not on this engine")
        container = world.create("where", options=_ELSEWHERE)
        output = world.watch(container).stdout
        configuration = world.engine.images.inspect(world.base_id).configuration
        image = world.keep(
            world.engine.containers.commit(container, snapshot=Snapshot(configuration, {}), log=io.BytesIO())
        )

        assert output == b"/new/place\n"
        assert b"".join(world.engine.images.archive(image, path="/new/place"))

    def test_podman_refuses_a_working_directory_that_is_not_there(self, world: World) -> None:
        if world.engine.describe().name != "podman":
            pytest.skip("not on this engine")
        with pytest.raises(JobNotStarted, match="/new/place") as raised:
            world.run("where", options=_ELSEWHERE)

        assert raised.value.exit_status == _FAILED

    @pytest.mark.parametrize("kind", ["tmpfs", "volume"])
    def test_working_directory_is_made_in_what_is_mounted(self, world: World, kind: str) -> None:
        options = ContainerOptions(workdir="/store/deep", mounts=(Mount(kind, "/store"),))

        assert world.run("where", options=options).stdout == b"/store/deep\n"

    def test_working_directory_in_an_input_must_be_there(self, world: World) -> None:
        image = world.engine.images.inspect(world.base)
        mount = world.engine.inputs.provide(image, source="/bin", destination="/in", progress=FakeProgress())

        assert world.run("where", inputs=(mount,), options=ContainerOptions(workdir="/in")).stdout == b"/in\n"
        with pytest.raises(JobNotStarted) as raised:
            world.run("where", inputs=(mount,), options=ContainerOptions(workdir="/in/new"))
        assert raised.value.exit_status in (_FAILED, _NOT_FOUND)  # crun treats it as a missing command

    @pytest.mark.parametrize("path", ["/bin/job", "/bin/job/below"])
    def test_working_directory_that_is_a_file_is_refused(self, world: World, path: str) -> None:
        with pytest.raises((EngineFailed, JobNotStarted)):
            world.run("where", options=ContainerOptions(workdir=path))

    @pytest.mark.parametrize("options", _LATER.values(), ids=_LATER)
    def test_docker_20_10_has_no_options_that_came_later(self, world: World, options: ContainerOptions) -> None:
        described = world.engine.describe()
        if described.name != "docker" or not described.version.startswith("20.10"):
            pytest.skip("not on this engine")
        with pytest.raises(OptionUnsupported, match="it needs API"):
            world.engine.containers.check(options)

    @pytest.mark.parametrize("name", ["health-start-interval", "volume-subpath"])
    def test_podman_has_not_all_options_of_docker(self, world: World, name: str) -> None:
        if world.engine.describe().name != "podman":
            pytest.skip("not on this engine")
        with pytest.raises(OptionUnsupported, match=f"--.*{name}"):
            world.engine.containers.check(_LATER[name])
