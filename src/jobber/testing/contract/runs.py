"""The contract of whole runs, through the use case: the result, its labels, its tags."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.errors import DescriptionTooLarge, ImageNotFound, InvalidInput, JobNotStarted, UsageError
from jobber.domain.history.retention import PruneChoice, PruneRule, unwanted
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.use_cases.images.engine_results import results_here
from jobber.domain.use_cases.results.prune import PrunePlan, PruneResults
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing.environment import FakeInterruptions, FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.use_cases.run.run import RunResult
    from jobber.testing.contract.world import World


class RunContract:
    """The required result of a run."""

    def test_result_says_what_it_was_made_from(self, world: World, tmp_path: Path) -> None:
        code = self._code(world)
        (tmp_path / "x").write_text("X")
        data = world.build(tmp_path, "FROM scratch\nCOPY x /data/\n")
        result = self._run(world, code, "show", "/data/x", "write", "/out/y", "Y", inputs=(data,), out="/out")
        assert result.image is not None
        labels = world.engine.images.inspect(result.image).labels
        record = json.loads(labels["jobber.run"])

        assert (result.exit_status, result.outcome) == (0, Outcome.SUCCEEDED)
        assert labels["jobber.parent"] == world.base_id
        assert labels["jobber.out"] == "/out"
        assert labels["jobber.inputs"] == f"{data.removeprefix('sha256:')}:/data:ro"
        assert labels["jobber.build-tags"] == ""
        assert labels["jobber.version"] == "1.2.3"
        assert labels["org.opencontainers.image.base.name"] == f"{code}:latest"
        assert record["schema"] == 1
        assert record["outcome"] == "succeeded"
        assert record["exit-code"] == 0
        assert record["command"] == ["/bin/job", "show", "/data/x", "write", "/out/y", "Y"]
        assert record["inputs"][0]["id"] == data
        assert record["engine"]["name"] == world.engine.describe().name
        assert datetime.fromisoformat(record["started"]) <= datetime.fromisoformat(record["finished"])
        assert "plan" not in record
        assert world.run("show", "/run.log", "show", "/out/y", image=result.image).stdout == b"XY"

    def test_result_is_an_input_and_its_out_is_the_source(self, world: World) -> None:
        code = self._code(world)
        first = self._run(world, code, "write", "/model/m", "M", out="/model")
        assert first.image is not None
        second = self._run(world, code, "show", "/data/m", inputs=(first.image,))

        assert second.exit_status == 0

    def test_tags_of_one_second_don_t_move(self, world: World) -> None:
        code = self._code(world)
        results = [self._run(world, code, "write", f"/{n}", "x") for n in range(3)]
        fixed = [result.tags[1] for result in results]

        assert len(set(fixed)) == 3
        assert [world.engine.images.inspect(tag).id for tag in fixed] == [result.image for result in results]
        assert world.engine.images.inspect(results[0].tags[0]).id == results[-1].image

    @pytest.mark.parametrize(
        ("policy", "status", "kept"),
        [
            (ResultImagePolicy.ALWAYS, 3, True),
            (ResultImagePolicy.SUCCESS, 3, False),
            (ResultImagePolicy.SUCCESS, 0, True),
            (ResultImagePolicy.NONE, 0, False),
        ],
    )
    def test_policy_decides_about_the_result(
        self, world: World, policy: ResultImagePolicy, status: int, kept: bool
    ) -> None:
        result = self._run(world, self._code(world), "exit", str(status), keep=policy)

        assert result.exit_status == status
        assert (result.image is not None) is kept

    def test_timeout_ends_the_job_and_keeps_the_result(self, world: World) -> None:
        words = ("on", "TERM", "9", "write", "/a", "kept", "sleep", "20", "write", "/b", "never")
        result = self._run(world, self._code(world), *words, timeout=1.0)
        assert result.image is not None

        assert (result.exit_status, result.outcome) == (124, Outcome.TIMED_OUT)
        assert world.run("show", "/a", image=result.image).stdout == b"kept"
        assert world.run("show", "/b", image=result.image).exit_status == 1

    def test_job_that_ignores_sigterm_is_killed_after_the_stop_timeout(self, world: World) -> None:
        options = ContainerOptions(stop_timeout=1)
        result = self._run(world, self._code(world), "sleep", "20", timeout=0.5, options=options)
        assert result.image is not None
        record = json.loads(world.engine.images.inspect(result.image).labels["jobber.run"])

        assert result.exit_status == 124
        assert record["exit-code"] == 137

    def test_result_in_another_repository_records_that_memory_ran_out(self, world: World) -> None:
        name = world.name()
        options = ContainerOptions(memory=32 << 20, memory_swap=32 << 20)
        result = self._run(world, self._code(world), "exhaust", options=options, result=name)
        assert result.image is not None
        record = json.loads(world.engine.images.inspect(result.image).labels["jobber.run"])

        assert (record["exit-code"], record["out-of-memory"]) == (137, True if world.reports_memory else None)
        assert [tag.repository for tag in result.tags] == [name.name] * 2

    def test_result_that_does_not_say_when_it_was_created_has_the_times_of_its_record(
        self, world: World, tmp_path: Path
    ) -> None:
        if world.reload_without_time is None:
            pytest.skip("not on this engine")
        made = self._run(world, self._code(world), "write", "/x", "1")
        assert made.image is not None
        fixed = made.tags[1]
        built = world.build(tmp_path, f"FROM {fixed}\nLABEL built=from-it\n")
        world.reload_without_time(made.image, fixed)
        reloaded = world.engine.images.inspect(fixed)
        found = [
            each
            for each in results_here(world.engine)
            if each.record.id == json.loads(reloaded.labels["jobber.run"])["id"]
        ]
        since = world.engine.runs.now() - timedelta(hours=1)
        old = unwanted(found, rule=PruneRule(older_than=timedelta(hours=1)), now=world.engine.runs.now())

        assert reloaded.id not in (made.image, built)
        assert [each.image.id for each in found] == [reloaded.id]
        assert found[0].record.ending.finished > since
        assert old == ()

    def test_nothing_is_left_of_a_run(self, world: World) -> None:
        code = self._code(world)
        self._run(world, code, "exit", "1")
        with pytest.raises(JobNotStarted):
            self._run(world, code, command=("/nowhere",))
        left = world.engine.containers.list(labels={"jobber.run": None, "jobber.parent": world.base_id})

        assert [c for c in left if f'"ref":"{code}:latest"' in c.labels["jobber.run"]] == []

    @pytest.mark.parametrize("words", [("x" * 100_000,) * 10, ('"' * 100_000,) * 2, ('é\\"$<' * 20_000,)])
    def test_long_command_is_recorded(self, world: World, words: tuple[str, ...]) -> None:
        result = self._run(world, self._code(world), "exit", "0", *words)
        assert result.image is not None
        record = json.loads(world.engine.images.inspect(result.image).labels["jobber.run"])

        assert record["command"] == ["/bin/job", "exit", "0", *words]

    def test_run_whose_description_podman_does_not_keep_makes_nothing(self, world: World) -> None:
        if world.engine.describe().name != "podman":
            pytest.skip("not on this engine")
        code = self._code(world)
        for word in ("x" * 2_100_000, '"' * 1_100_000):
            with pytest.raises(DescriptionTooLarge):
                self._run(world, code, "exit", "0", word)
        left = world.engine.containers.list(labels={"jobber.run": None, "jobber.parent": world.base_id})

        assert [c for c in left if f'"ref":"{code}:latest"' in c.labels["jobber.run"]] == []

    def test_out_in_a_volume_is_refused(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f"FROM {world.base}\nVOLUME /store\n")
        with pytest.raises(UsageError):
            self._run(world, image, "exit", "0", out="/store/model")

    def test_input_where_a_mount_is_is_refused(self, world: World) -> None:
        options = ContainerOptions(mounts=(Mount(kind="tmpfs", destination="/data"),))
        with pytest.raises(InvalidInput):
            self._run(world, self._code(world), "exit", "0", inputs=(world.base_id,), options=options)

    def test_old_results_are_pruned_but_not_what_others_were_made_from(self, world: World) -> None:
        code = self._code(world)
        made = [self._run(world, code, "sleep", "0.01", "write", "/model/x", "X" * size).image for size in (1, 2)]
        assert made[0] is not None
        made.append(self._run(world, made[0], "sleep", "0.01").image)
        world.keep(made[2] or world.base_id)
        rule = PruneRule(keep_last=1, older_than=timedelta(0))
        prune = PruneResults(world.engine, FakeInterruptions(), FakeProgress())
        planned = prune.plan(rule)
        going = [result for result in planned.results.going if result.image.id in made]
        kept = [kept.result.image.id for kept in planned.results.kept if kept.result.image.id in made]
        ours = PrunePlan(results=PruneChoice(tuple(going)), sizes=(0,) * len(going))
        pruned = prune.remove(ours, rule)

        assert ([result.image.id for result in going], kept) == ([made[1]], [made[0]])
        assert (pruned.count, pruned.errors) == (1, ())
        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(going[0].image.id)

    def _code(self, world: World) -> str:
        name = world.name()
        world.engine.images.tag(world.base_id, reference=name)
        return name.name

    def _run(
        self,
        world: World,
        image: str,
        *words: str,
        inputs: tuple[str, ...] = (),
        options: ContainerOptions | None = None,
        command: tuple[str, ...] | None = None,
        **settings: object,
    ) -> RunResult:
        request = RunRequest(
            image,
            options or ContainerOptions(),
            command=("/bin/job", *words) if command is None else command,
            inputs=tuple(parse_input(text) for text in inputs),
            **settings,  # type: ignore[arg-type]
        )
        result = world.job_runner().run(request)
        world.images.extend(result.tags)
        return result
