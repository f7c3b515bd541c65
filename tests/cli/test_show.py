"""`jobber show`: one run in full, for people and for programs."""

from __future__ import annotations

import json

import pytest

from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeClock, FakeCommandLine, FakeEngine, Job

HOST = "registry.test:5000"


def train(job: Job) -> int:
    job.sleep(3)
    job.files.write("/model/metrics.json", '{"accuracy": 0.93, "epochs": 4}')
    return 3 if "--fail" in job.argv else 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    jobber_engine.image("digits", files={"/data/x": "X" * 1000})
    return jobber_cli


def said(text: str) -> dict[str, list[str]]:
    """Return the printed facts by name; a line without a name continues the one before it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        name = line[:12].strip() or name
        found.setdefault(name, []).append(line[12:].strip())
    return found


def test_images_that_do_not_say_when_they_were_created_have_no_time_of_long_ago(
    cli: FakeCommandLine, jobber_clock: FakeClock, jobber_engine: FakeEngine
) -> None:
    ran = cli("run", "-i", "digits", "train")
    assert ran.image is not None
    jobber_clock.sleep(7200)
    jobber_engine.reload_without_time("digits", tag="plain:1")
    jobber_engine.reload_without_time(ran.image.id, tag="train:20260101_000003")
    jobber_engine.images.remove(parse_reference("train:latest-run"))
    plain, result = cli("show", "plain:1"), cli("show", "train:20260101_000003")
    (listed,) = cli("ls").out.splitlines()[1:]

    assert "created" not in said(plain.out)
    assert json.loads(cli("show", "--json", "plain:1").out)["created"] is None
    assert said(result.out)["ended"] == ["2026-01-01 00:00:03 UTC, 2 hours ago"]
    assert json.loads(cli("show", "--json", "train:20260101_000003").out)["created"] == "2026-01-01T00:00:03Z"
    assert "2 h ago" in listed
    assert "succeeded 2 hours ago" in cli("lineage", "train:20260101_000003").out
    assert cli("prune", "--results", "--older-than", "3h", "--dry-run").err == "there is nothing to remove\n"


def test_run_is_told_in_full(cli: FakeCommandLine, jobber_clock: FakeClock) -> None:
    ran = cli("run", "-i", "digits", "-o", "/model", "-Xd", "-e A=1", "train", "--lr", "0.5", "--fail", "yes now")
    assert ran.image is not None
    jobber_clock.sleep(7200)
    told = said(cli("show", "train:latest-run").out)

    assert told["image"] == ["train:20260101_000003, :latest-run"]
    assert told["id"] == [ran.image.id]
    assert told["outcome"] == ["failed (3)"]
    assert told["ended"] == ["2026-01-01 00:00:03 UTC, 2 hours ago"]
    assert told["took"] == ["3.0 s"]
    assert told["code"][0].startswith("train:latest  ")
    assert told["inputs"][0].startswith("digits:latest, /data at /data  ")
    assert told["command"] == ["--lr 0.5 --fail 'yes now'"]
    assert told["parameters"] == ["A     1", "lr    0.5", "fail  yes now"]
    assert told["metrics"] == ["accuracy  0.93", "epochs    4"]
    assert told["options"] == ["-e A=1"]
    assert told["out"] == ["/model"]
    assert told["engine"] == ["docker 28.0"]
    assert told["size"] == ["31 B, 31 B of them added by the run"]


def test_moved_tags_and_missing_images_are_pointed_out(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("words", files={"/data/x": "words"})
    jobber_engine.image("old", files={"/data/x": "old"})
    jobber_engine.image("kept", files={"/data/x": "kept"})
    names = ("digits", "words", "old", "kept")
    cli("run", *(word for name in names for word in ("-i", f"{name},dest=/{name}")), "train")
    jobber_engine.images.tag(
        jobber_engine.images.inspect(parse_reference("digits")).id, reference=parse_reference("digits:v1")
    )
    jobber_engine.images.tag(
        jobber_engine.images.inspect(parse_reference("kept")).id, reference=parse_reference("kept:v1")
    )
    moved = jobber_engine.image("digits", files={"/data/x": "Y"})
    jobber_engine.images.remove(parse_reference("words"))
    jobber_engine.images.remove(parse_reference("old"))
    again = jobber_engine.image("old", files={"/data/x": "new"})
    jobber_engine.images.remove(parse_reference("kept"))
    notes = [line for line in said(cli("show", "train:latest-run").out)["inputs"] if line.startswith("!")]

    assert notes == [
        f"! digits:latest is another image now: {moved[7:19]}; this one is digits:v1",
        "! this image is missing; the result does not need it",
        f"! this image is missing; the result does not need it; old:latest is another image now: {again[7:19]}",
        "! nothing is named kept:latest any more; this one is kept:v1",
    ]


def test_json_has_everything(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "-i", "digits", "train", "--lr", "0.5")
    assert ran.image is not None
    data = jobber_engine.images.inspect(parse_reference("digits")).id
    moved = jobber_engine.image("digits", files={"/data/x": "Y"})
    shown = json.loads(cli("show", ran.image.id, "--json").out)

    assert (shown["id"], shown["outcome"], shown["parameters"]) == (ran.image.id, "succeeded", {"lr": "0.5"})
    assert shown["labels"] == dict(ran.image.labels)
    assert shown["image"]["now"]["presence"] == "here"
    assert shown["inputs"][0]["now"] == {
        "presence": "here",
        "id": data,
        "tags": [],
        "registry": None,
        "moved": True,
        "named": moved,
    }
    assert shown["added-size"] == 31
    assert shown["run"] == json.loads(ran.image.labels["jobber.run"])["id"]


def test_run_that_can_t_have_added_less_than_nothing_has_no_such_size(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.image("large", run=train, files={"/y": "y" * 1000})
    ran = cli("run", "large")
    assert ran.image is not None
    jobber_engine.image("forged", files={"/x": "x"}, labels={"jobber.run": ran.image.labels["jobber.run"]})

    assert said(cli("show", "forged").out)["size"] == ["1 B"]
    assert json.loads(cli("show", "forged", "--json").out).get("added-size") is None


def test_image_of_no_run_is_told_as_what_it_is(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image(
        "tool",
        files={"/x": "x"},
        labels={"jobber.build-tags": "tool:latest,tool:1", "org.opencontainers.image.revision": "abc-dirty"},
        configuration=ImageConfiguration(entrypoint=("run", "a b")),
    )
    shown = cli("show", "tool")
    told = said(shown.out)

    assert shown.exit_status == 0
    assert told["made by"] == ["jobber build, as tool:latest, tool:1"]
    assert (told["revision"], told["entrypoint"], told["size"]) == (["abc-dirty"], ["run 'a b'"], ["1 B"])
    assert said(cli("show", "digits").out)["made by"] == ["no run of jobber's"]
    assert json.loads(cli("show", "digits", "--json").out)["run"] is None


def test_image_built_from_a_result_says_from_which(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "train")
    assert ran.image is not None
    jobber_engine.clock.sleep(1)
    jobber_engine.image("derived", base=ran.image.id, files={"/more": "x"})

    assert said(cli("show", "derived").out)["built from"] == [
        f"the result train:20260101_000003, :latest-run {ran.image.id[7:19]}"
    ]
    assert json.loads(cli("show", "derived", "--json").out)["built-from"] == ran.image.id


def test_result_that_is_only_in_a_registry_is_shown(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image(f"{HOST}/team/train", run=train)
    cli("push", f"{HOST}/team/train")
    ran = cli("run", f"{HOST}/team/train")
    code = jobber_engine.images.inspect(parse_reference(f"{HOST}/team/train")).id
    assert ran.image is not None
    jobber_engine.images.remove(ran.image.id)
    jobber_engine.images.remove(code)
    jobber_engine.image(f"{HOST}/team/train", files={"/x": "other"})
    told = said(cli("show", f"{HOST}/team/train:latest-run").out)

    assert told["id"][1] == f"only in the registry: {HOST}/team/train:latest-run"
    assert told["size"][0].endswith(", as the registry keeps it")
    assert told["code"][1].startswith(f"! this image is only in the registry: {HOST}/team/train@sha256:")
    assert "; registry.test:5000/team/train:latest is another image now: " in told["code"][1]
    assert told["digests"][0].startswith(f"{HOST}/team/train@sha256:")


@pytest.mark.parametrize(
    ("name", "status", "complaint", "hint"),
    [
        ("nobody", 1, "there is no image nobody:latest", "`jobber ls` lists the results"),
        ("Nobody", 2, "not an image reference: 'Nobody': 'Nobody' has capital letters", "references look like"),
        ("00000000-0000", 1, "images have the ID prefix 00000000-0000", "use a longer prefix"),
        (f"{HOST}/x/y", 1, f"there is no image {HOST}/x/y:latest", "neither the engine nor the registry has it"),
        ("gone.test:5000/x", 1, "can't read gone.test:5000/x:latest from its registry: gone.test:5000 is out of", ""),
    ],
)
@pytest.mark.parametrize("command", ["show", "lineage"])
def test_names_of_nothing_are_one_error(
    *,
    command: str,
    name: str,
    status: int,
    complaint: str,
    hint: str,
    cli: FakeCommandLine,
    jobber_engine: FakeEngine,
) -> None:
    jobber_engine.remote.disconnect("gone.test:5000")
    for id_ in ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"):
        ran = cli("run", "train")
        assert ran.image is not None
        record = json.loads(ran.image.labels["jobber.run"]) | {"id": id_}
        jobber_engine.image(f"train:{id_}", files={"/x": id_}, labels={"jobber.run": json.dumps(record)})
    ended = cli(command, name)

    assert (ended.exit_status, ended.out) == (status, "")
    assert complaint in ended.err.splitlines()[0]
    assert hint in ended.err


def test_wrong_password_is_one_error_without_it(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.remote.require(HOST, user="me", password="right")
    (cli.directory / "jobber-config.yml").write_text(
        f"credentials: [{{registry: '{HOST}', user: me, password: wrong}}]\n"
    )
    for words in (("ls", f"{HOST}/x/y"), ("show", f"{HOST}/x/y"), ("lineage", f"{HOST}/x/y")):
        ended = cli(*words)

        assert ended.exit_status == 1
        assert ended.err.splitlines()[0].endswith("from its registry: unauthorized")
        assert ended.err.splitlines()[1:] == ["hint: check the password"]
        assert "wrong" not in ended.err


def test_image_built_from_a_result_that_is_gone_is_shown_as_such(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    ran = cli("run", "train")
    assert ran.image is not None
    jobber_engine.image("child", base=ran.image.id, files={"/x": "x"})
    run = json.loads(cli("show", "train:latest-run", "--json").out)["run"]
    jobber_engine.images.remove(ran.image.id)
    shown, facts = cli("show", "child").out, json.loads(cli("show", "child", "--json").out)

    assert f"built from  the result of run {run}, which is not on the engine" in shown
    assert (facts["run"], facts["built-from"]) == (None, None)
    assert f"base   (no tag)  {run[:12]}" in cli("lineage", "child").out


@pytest.mark.parametrize(
    "command",
    [
        ("show", "{}"),
        ("logs", "{}"),
        ("cp", "{}:/model/metrics.json", "m"),
        ("diff", "{}", "train:latest-run"),
        ("export", "--format", "prov", "{}"),
        ("rerun", "{}"),
    ],
)
def test_result_by_tag_or_id_is_found_without_a_list_of_images(
    cli: FakeCommandLine, jobber_engine: FakeEngine, command: tuple[str, ...]
) -> None:
    """Podman 4.3 takes a minute to list 600."""
    ran = cli("run", "-i", "digits", "-o", "/model", "train")
    assert ran.image is not None
    ended = [cli(*(word.format(name) for word in command)).exit_status for name in ("train:latest-run", ran.image.id)]

    assert ended == [0, 0]
    assert "list-images" not in jobber_engine.journal


def test_several_missing_images_cost_one_list(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "-i", "digits", "train")
    for name in ("train", "digits"):
        jobber_engine.images.remove(parse_reference(name))
    shown = cli("show", "train:latest-run")

    assert shown.out.count("! this image is missing") == 2
    assert jobber_engine.journal.count("list-images") == 1


def test_missing_image_is_looked_for_by_its_layers_only_among_few(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    cli("run", "train")
    jobber_engine.images.remove(parse_reference("train"))
    for number in range(100):
        jobber_engine.image(f"other-{number}", files={"/x": str(number)})
    shown = cli("show", "train:latest-run")

    assert "! this image is missing" in shown.out
    assert jobber_engine.journal.count("inspect") < 50
