"""The contract of builds: images from Dockerfiles."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.image import ImageHealthCheck
from jobber.domain.ports.progress import Silence

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.reference import ImageId
    from jobber.testing.contract.world import World


class BuildContract:
    """The required behaviour of a builder."""

    def test_files_are_copied_and_programs_run(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("A")
        image = world.build(tmp_path, f'FROM {world.base}\nCOPY a /files/\nRUN ["/bin/job", "write", "/made", "M"]\n')

        assert world.run("show", "/files/a", "show", "/made", image=image).stdout == b"AM"

    def test_labels_are_set_as_they_are(self, world: World, tmp_path: Path) -> None:
        labels = {"jobber-test.x": 'a "b" $c, d', "jobber-test.empty": ""}
        image = world.build(tmp_path, f"FROM {world.base}\nLABEL own=1\n", labels=labels)
        found = world.engine.images.inspect(image).labels

        assert labels.items() <= dict(found).items()
        assert found["own"] == "1"

    def test_labels_are_those_of_the_stage_that_is_built(self, world: World, tmp_path: Path) -> None:
        dockerfile = f"FROM {world.base} AS first\nENV A=1\n\nFROM first AS second\nENV A=2\nFROM scratch\nENV A=3\n"
        found = []
        for target in ("first", "second"):
            image = world.build(tmp_path, dockerfile, labels={"jobber-test.of": target}, target=target)
            found.append(world.engine.images.inspect(image).labels.get("jobber-test.of"))

        assert found == ["first", "second"]

    def test_arguments_reach_the_dockerfile(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            "ARG BASE=nobody-has-this\nFROM $BASE\nARG WORD=unset\nENV SAID=$WORD\n",
            arguments={"BASE": str(world.base), "WORD": "given"},
        )

        assert world.run("variable", "SAID", image=image).stdout == b"given\n"

    def test_target_ends_the_build(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f"FROM {world.base} AS first\nENV STAGE=first\nFROM first\nENV STAGE=second\n",
            target="first",
        )

        assert world.run("variable", "STAGE", image=image).stdout == b"first\n"

    def test_files_come_from_another_stage(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f'FROM {world.base} AS made\nRUN ["/bin/job", "write", "/out/x", "X"]\n'
            f"FROM {world.base}\nCOPY --from=made /out /in\n",
        )

        assert world.run("show", "/in/x", image=image).stdout == b"X"

    def test_ignored_files_stay_out(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "keep").write_text("K")
        (tmp_path / "drop").write_text("D")
        (tmp_path / ".dockerignore").write_text("*\n!keep\n")
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY . /all/\n")

        assert world.run("show", "/all/keep", image=image).stdout == b"K"
        assert world.run("show", "/all/drop", image=image).exit_status == 1

    def test_nothing_comes_along_with_a_dockerfile_from_elsewhere(self, world: World, tmp_path: Path) -> None:
        context, elsewhere = tmp_path / "context", tmp_path / "elsewhere"
        context.mkdir()
        (context / "file").write_text("F")
        elsewhere.write_text("FROM scratch\nCOPY . /all/\n")
        request = BuildRequest(context=context, dockerfile=elsewhere)
        image = world.keep(world.engine.builder.build(request, progress=Silence()))
        with tarfile.open(fileobj=io.BytesIO(b"".join(world.engine.images.archive(image, path="/all")))) as archive:
            files = {member.name.rpartition("/")[2] for member in archive if member.isfile()}

        assert files == {"file"}

    def test_failing_step_is_told_with_its_output(self, world: World, tmp_path: Path) -> None:
        dockerfile = (
            f'FROM {world.base}\nRUN ["/bin/job", "say", "before"]\n'
            'RUN ["/bin/job", "say", "the reason", "exit", "3"]\n'
        )
        with pytest.raises(BuildFailed) as raised:
            world.build(tmp_path, dockerfile, no_cache=True)

        assert b"the reason" in raised.value.log
        assert b"before" not in raised.value.log
        assert "RUN" in (raised.value.step or "")

    def test_words_are_without_quotes_and_with_values(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f'FROM {world.base}\nARG B=z P=80\nENV OLD a   b\nENV S=\'$B\' D="$B" E=\\$B F="a\\$B" G=a\\ b \\\n'
            "  H=${B:+yes} I=${N:+no}x J=${N:-$B}\nVOLUME /$B\nEXPOSE $P\nCMD ['a','b']\n\tLABEL\tk='$B' l=$B \\\n",
        )
        found = world.engine.images.inspect(image)
        variables = {"OLD=a   b", "S=$B", "D=z", "E=$B", "F=a$B", "G=a b", "H=yes", "I=x", "J=z"}

        assert variables <= set(found.configuration.environment)
        assert (found.configuration.volumes, found.configuration.exposed_ports) == (("/z",), ("80/tcp",))
        assert found.configuration.command == ("/bin/sh", "-c", "['a','b']")
        assert {"k": "$B", "l": "z"}.items() <= found.labels.items()

    def test_escape_can_be_another_character(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"# escape=`\nFROM {world.base}\nENV A=1 `\n B=2\n")

        assert {"A=1", "B=2"} <= set(world.engine.images.inspect(image).configuration.environment)

    def test_stages_are_known_by_number_too(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f'FROM {world.base}\nRUN ["/bin/job", "write", "/out", "X"]\nFROM {world.base}\nCOPY --from=0 /out /in\n',
        )

        assert world.run("show", "/in", image=image).stdout == b"X"

    def test_commands_of_a_line_run_one_after_the_other(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f"FROM {world.base}\nENV V='write /b 2'\n"
            "RUN /bin/job write /a \"$V\" && /bin/job write /c '$V' $V write /d ${N:-n}\n",
        )

        assert world.run("show", "/a", "show", "/b", "show", "/c", "show", "/d", image=image).stdout == (
            b"write /b 22$Vn"
        )

    def test_directories_are_copied_with_empty_ones_and_archives_unpacked(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "d" / "empty").mkdir(parents=True)
        (tmp_path / "d" / "x").write_text("x")
        (tmp_path / "in").symlink_to("/d")
        with tarfile.open(tmp_path / "t.tar", "w") as archive:
            archive.add(tmp_path / "d" / "x", "inner")
        image = world.build(
            tmp_path,
            f"FROM {world.base}\nCOPY in /files/d\nCOPY d/empty /files/e\nCOPY ../d/x /files/x\nADD t.tar /files/t\n",
        )
        content = b"".join(world.engine.images.archive(image, path="/files"))
        with tarfile.open(fileobj=io.BytesIO(content)) as copied:
            names = {name.rstrip("/") for name in copied.getnames()}

        assert names - {"files/d", "files/t"} == {
            "files", "files/d/empty", "files/d/x", "files/e", "files/t/inner", "files/x"
        }  # fmt: skip

    def test_dockerfile_may_have_an_ignore_file_of_its_own(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "keep").write_text("K")
        (tmp_path / "drop").write_text("D")
        (tmp_path / ".dockerignore").write_text("keep\n")
        (tmp_path / "Dockerfile.dockerignore").write_text("drop\n")
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY . /all/\n")

        assert world.run("show", "/all/keep", image=image).stdout == b"K"
        assert world.run("show", "/all/drop", image=image).exit_status == 1

    @pytest.mark.parametrize(
        "dockerfile",
        [
            "",
            "FORM scratch\n",
            "FROM\n",
            "FROM scratch one\n",
            "FROM scratch\nCOPY nowhere /\n",
            "FROM scratch\nCOPY out /f\n",
            "FROM scratch\nCOPY Dockerfile\n",
            "FROM scratch\nCOPY --bogus=1 Dockerfile /f\n",
            "FROM scratch\nCOPY Dockerfile /f\nCOPY Dockerfile /f/g\n",
            "FROM scratch\nENV A\n",
            "FROM scratch\nLABEL a=1 b\n",
            "FROM scratch\nSTOPSIGNAL bogus\n",
            "FROM scratch\nCMD [1, 2]\n",
            "FROM {base}\nBREW tea\n",
            "FROM {base}\n arg \n",
        ],
    )
    def test_what_cant_be_built_is_told(self, world: World, tmp_path: Path, dockerfile: str) -> None:
        (tmp_path / "out").symlink_to("/etc/hostname")
        with pytest.raises(BuildFailed):
            world.build(tmp_path, dockerfile.format(base=world.base))

    def test_missing_base_is_told(self, world: World, tmp_path: Path) -> None:
        with pytest.raises(BuildFailed):
            world.build(tmp_path, "FROM 127.0.0.1:1/jobber-test/nobody-has-this:x\n")

    def test_job_and_dockerfile_have_a_path_to_look_for_programs(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nENV PATH=/opt/bin:$PATH\n")
        scratch = world.build(tmp_path, "FROM scratch\nCOPY Dockerfile /\n")

        assert world.run(image=image, command=("job", "say", "found")).stdout == b"found\n"
        assert "PATH" in _environment(world, scratch)
        assert _environment(world, image)["PATH"] == f"/opt/bin:{_environment(world, scratch)['PATH']}"

    def test_what_has_changed_is_another_image(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("one")
        first = world.build(tmp_path, f"FROM {world.base}\nCOPY x /x\n")
        (tmp_path / "x").write_text("other")

        assert world.build(tmp_path, f"FROM {world.base}\nCOPY x /x\n") != first

    def test_health_check_shell_and_triggers_are_kept(self, world: World, tmp_path: Path) -> None:
        parent = world.build(
            tmp_path,
            f'FROM {world.base}\nHEALTHCHECK --interval=5m --retries=2 CMD ["/bin/job", "say", "well"]\n'
            'SHELL ["/bin/job", "write", "/by-shell"]\nONBUILD RUN ["/bin/job", "write", "/by-trigger", "T"]\n',
        )
        name = world.name()
        world.engine.images.tag(parent, reference=name)
        child = world.build(tmp_path, f"FROM {name}\nRUN S\n")
        check = world.engine.images.inspect(child).configuration.health_check

        assert check == ImageHealthCheck(("CMD", "/bin/job", "say", "well"), interval=300 * 10**9, retries=2)
        assert world.run("show", "/by-shell", "show", "/by-trigger", image=child).stdout == b"ST"

    def test_health_check_may_be_a_line_or_be_taken_away(self, world: World, tmp_path: Path) -> None:
        line = world.build(tmp_path, f"FROM {world.base}\nHEALTHCHECK CMD job say well\n")
        none = world.build(tmp_path, f"FROM {world.base}\nHEALTHCHECK CMD x\nHEALTHCHECK NONE\n")
        checks = [world.engine.images.inspect(image).configuration.health_check for image in (line, none)]

        assert [check.test for check in checks if check] == [("CMD-SHELL", "job say well"), ("NONE",)]


def _environment(world: World, image: ImageId) -> dict[str, str]:
    variables = world.engine.images.inspect(image).configuration.environment
    return dict(variable.partition("=")[::2] for variable in variables)
