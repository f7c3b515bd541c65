"""Runs in the words of other standards; each is read by the reference package of its standard."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_labels import CODE, DATA, ENDING, PLAN

from jobber.domain.history.export.exported import ExportedRun, environment_of, package_url, software_url
from jobber.domain.history.export.prov import render_prov
from jobber.domain.history.export.ro_crate import render_ro_crate
from jobber.domain.history.export.slsa import render_slsa
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RecordedImage, RecordedInput, RunPlan
from jobber.domain.runs.result import parse_record

RESULT = ImageId("sha256:" + "c" * 64)
DIGEST = "gcr.io:80/me/mnist@sha256:" + "e" * 64
WORDS = ("-e", "A=1", "-e", "B_KEY=***", "-e", "HOME", "--shm-size", "1g")
PLANNED = replace(
    PLAN,
    image=RecordedImage("gcr.io:80/me/mnist:v1", CODE, (DIGEST,), chain="sha256:f"),
    docker_args=WORDS,
    command=("train", "--epochs", "5"),
    runtime="runc",
    configs=("night",),
)
STARTED, FINISHED = "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"


def _run(plan: RunPlan = PLANNED, *, version: str = "1.0.0", license_: str = "", **ending: Any) -> ExportedRun:
    labels = result_labels(plan, replace(ENDING, **ending), code=Image(plan.image.id), version=version)
    labels |= {"org.opencontainers.image.licenses": license_} if license_ else {}
    image = Image(RESULT, ("train:latest-run", "train:1"), labels=labels, layers=("sha256:a",))
    record = parse_record(labels)
    assert record is not None
    return ExportedRun(image, record, version)


def _graph(run: ExportedRun) -> dict[str, dict[str, Any]]:
    graph: Any = render_ro_crate(run)["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def test_slsa_says_what_was_built_from_what_and_how() -> None:
    assert render_slsa(_run()) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "train:latest-run", "digest": {"sha256": "c" * 64}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "pkg:pypi/docker-jobber#run/v1",
                "externalParameters": {
                    "image": "gcr.io:80/me/mnist:v1",
                    "inputs": [
                        {"image": "train:latest", "src": "/data", "dest": "/in/train"},
                        {"image": "test:latest", "src": "/other", "dest": "/in/test"},
                    ],
                    "command": ["train", "--epochs", "5"],
                    "docker-args": list(WORDS),
                    "runtime": "runc",
                    "out": "/model",
                },
                "internalParameters": {"configs": ["night"], "outcome": "succeeded", "exit-code": 0},
                "resolvedDependencies": [
                    {
                        "name": "gcr.io:80/me/mnist:v1",
                        "uri": f"pkg:oci/mnist@sha256%3A{'e' * 64}?repository_url=gcr.io%3A80/me/mnist",
                        "digest": {"sha256": "e" * 64},
                        "annotations": {"image-id": CODE, "chain-id": "sha256:f"},
                    },
                    {
                        "name": "train:latest",
                        "digest": {"sha256": "b" * 64},
                        "annotations": {"image-id": DATA, "chain-id": "sha256:d"},
                    },
                    {"name": "test:latest", "digest": {"sha256": "a" * 64}, "annotations": {"image-id": CODE}},
                ],
            },
            "runDetails": {
                "builder": {"id": "pkg:pypi/docker-jobber", "version": {"jobber": "1.0.0", "docker": "28.5"}},
                "metadata": {
                    "invocationId": f"urn:uuid:{PLAN.id}",
                    "startedOn": STARTED,
                    "finishedOn": FINISHED,
                },
            },
        },
    }


def test_subject_is_named_by_registries_too() -> None:
    run = _run()
    pushed = replace(run, image=replace(run.image, digests=(f"r.test/train@sha256:{'1' * 64}",)))

    assert render_slsa(pushed)["subject"] == [
        {
            "name": "r.test/train",
            "uri": f"pkg:oci/train@sha256%3A{'1' * 64}?repository_url=r.test/train",
            "digest": {"sha256": "1" * 64},
        },
        {"name": "train:latest-run", "digest": {"sha256": "c" * 64}},
    ]


def test_prov_tells_of_entities_an_activity_and_its_agents() -> None:
    activity, code, data, result = f"run:{PLAN.id}", f"image:{'a' * 64}", f"image:{'b' * 64}", f"image:{'c' * 64}"
    agent = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}
    kind = {"prov:type": "container image"}

    assert render_prov(_run()) == {
        "prefix": {"image": "urn:jobber:image:sha256:", "jobber": "urn:jobber:term:", "run": "urn:uuid:"},
        "entity": {
            code: {
                "prov:label": "gcr.io:80/me/mnist:v1",
                **kind,
                "jobber:digest": [DIGEST],
                "jobber:chain": "sha256:f",
            },
            data: {"prov:label": "train:latest", **kind, "jobber:chain": "sha256:d"},
            result: {"prov:label": "train:latest-run", **kind, "jobber:chain": "sha256:a"},
        },
        "activity": {
            activity: {
                "prov:startTime": STARTED,
                "prov:endTime": FINISHED,
                "prov:label": "jobber run of gcr.io:80/me/mnist:v1",
                "prov:type": "jobber run",
                "jobber:outcome": "succeeded",
                "jobber:exit-code": 0,
                "jobber:command": '["train", "--epochs", "5"]',
                "jobber:docker-args": json.dumps(list(WORDS)),
                "jobber:runtime": "runc",
                "jobber:out": "/model",
                "jobber:configs": '["night"]',
            }
        },
        "agent": {
            "jobber:jobber": {
                "prov:type": agent,
                "prov:label": "jobber",
                "jobber:version": "1.0.0",
                "prov:location": "pkg:pypi/docker-jobber@1.0.0",
            },
            "jobber:docker": {"prov:type": agent, "prov:label": "docker", "jobber:version": "28.5"},
        },
        "used": {
            "_:u1": {"prov:activity": activity, "prov:entity": code, "prov:role": "code"},
            "_:u2": {
                "prov:activity": activity,
                "prov:entity": data,
                "prov:role": "input",
                "jobber:src": "/data",
                "jobber:dest": "/in/train",
            },
            "_:u3": {
                "prov:activity": activity,
                "prov:entity": code,
                "prov:role": "input",
                "jobber:src": "/other",
                "jobber:dest": "/in/test",
            },
        },
        "wasGeneratedBy": {"_:g1": {"prov:entity": result, "prov:activity": activity, "prov:time": FINISHED}},
        "wasDerivedFrom": {
            "_:d1": {"prov:generatedEntity": result, "prov:usedEntity": code, "prov:activity": activity},
            "_:d2": {"prov:generatedEntity": result, "prov:usedEntity": data, "prov:activity": activity},
        },
        "wasAssociatedWith": {
            "_:a1": {"prov:activity": activity, "prov:agent": "jobber:jobber"},
            "_:a2": {"prov:activity": activity, "prov:agent": "jobber:docker", "prov:role": "engine"},
        },
    }


def test_prov_leaves_out_what_a_run_has_not() -> None:
    plan = replace(PLANNED, command=None, docker_args=(), runtime=None, out=None, configs=(), inputs=())
    activity: Any = render_prov(_run(plan))["activity"]

    assert not [
        name for name in activity[f"run:{PLAN.id}"] if name in ("jobber:command", "jobber:out", "jobber:configs")
    ]
    assert len(activity[f"run:{PLAN.id}"]) == 6


def test_crate_is_one_of_a_process_run() -> None:
    graph = _graph(_run())
    input_, other = f"urn:jobber:input:{DATA}:/data/", f"urn:jobber:input:{CODE}:/other/"
    result = f"urn:jobber:result:{RESULT}/"

    assert render_ro_crate(_run())["@context"] == [
        "https://w3id.org/ro/crate/1.1/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]
    assert graph["ro-crate-metadata.json"] == {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    assert graph["./"] == {
        "@id": "./",
        "@type": "Dataset",
        "name": "jobber run of gcr.io:80/me/mnist:v1",
        "description": f"Run {PLAN.id}: the job succeeded.",
        "datePublished": FINISHED,
        "license": {"@id": "#license"},
        "conformsTo": {"@id": "https://w3id.org/ro/wfrun/process/0.5"},
        "hasPart": [{"@id": input_}, {"@id": other}, {"@id": result}],
        "mentions": {"@id": f"#run-{PLAN.id}"},
    }
    assert graph["https://w3id.org/ro/wfrun/process/0.5"] == {
        "@id": "https://w3id.org/ro/wfrun/process/0.5",
        "@type": "CreativeWork",
        "name": "Process Run Crate",
        "version": "0.5",
    }
    assert graph[f"#run-{PLAN.id}"] == {
        "@id": f"#run-{PLAN.id}",
        "@type": "CreateAction",
        "identifier": f"urn:uuid:{PLAN.id}",
        "name": "jobber run of gcr.io:80/me/mnist:v1",
        "description": "Command: train --epochs 5",
        "startTime": STARTED,
        "endTime": FINISHED,
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        "instrument": {"@id": f"#program-{'a' * 64}"},
        "object": [{"@id": input_}, {"@id": other}],
        "result": [{"@id": result}],
        "agent": {"@id": "#jobber-1.0.0"},
        "containerImage": {"@id": f"#image-{'a' * 64}"},
        "environment": [{"@id": "#variable-A"}, {"@id": "#variable-B_KEY"}],
    }


def test_crate_names_the_things_that_a_run_is_about() -> None:
    graph = _graph(_run())

    assert graph[f"#program-{'a' * 64}"] == {
        "@id": f"#program-{'a' * 64}",
        "@type": "SoftwareApplication",
        "name": "gcr.io:80/me/mnist:v1",
        "description": "The program in the container image gcr.io:80/me/mnist:v1.",
        "version": f"sha256:{'e' * 64}",
        "url": package_url(DIGEST),
        "containerImage": {"@id": f"#image-{'a' * 64}"},
    }
    assert graph[f"urn:jobber:input:{DATA}:/data/"] == {
        "@id": f"urn:jobber:input:{DATA}:/data/",
        "@type": "Dataset",
        "name": "/data of train:latest",
        "description": "Mounted at /in/train.",
        "identifier": DATA,
        "isPartOf": {"@id": f"#image-{'b' * 64}"},
    }
    assert graph[f"urn:jobber:result:{RESULT}/"] == {
        "@id": f"urn:jobber:result:{RESULT}/",
        "@type": "Dataset",
        "name": "/model of train:latest-run",
        "description": "The snapshot of the run's file system; the job's output is in /run.log.",
        "identifier": RESULT,
        "dateCreated": FINISHED,
        "isPartOf": {"@id": f"#image-{'c' * 64}"},
    }
    assert graph["#jobber-1.0.0"] == {
        "@id": "#jobber-1.0.0",
        "@type": "SoftwareApplication",
        "name": "jobber",
        "version": "1.0.0",
        "url": "pkg:pypi/docker-jobber@1.0.0",
        "description": "With docker 28.5.",
    }
    assert graph["#variable-B_KEY"] == {
        "@id": "#variable-B_KEY",
        "@type": "PropertyValue",
        "name": "B_KEY",
        "value": "***",
    }


@pytest.mark.parametrize(
    ("reference", "registry", "name", "tag"),
    [
        ("train:latest", "docker.io", "train", "latest"),
        ("me/train", "docker.io", "me/train", None),
        ("gcr.io:80/me/train:v1", "gcr.io:80", "me/train", "v1"),
        ("h.test/train", "h.test", "h.test/train", None),
        (f"h.test/train:1@sha256:{'1' * 64}", "h.test", "train", "1"),
        (str(DATA), "docker.io", DATA, None),
    ],
)
def test_crate_tells_of_container_images(reference: str, registry: str, name: str, tag: str | None) -> None:
    item = RecordedInput(RecordedImage(reference, DATA), "/data", "/data")
    tagged = {"tag": tag} if tag else {}

    assert _graph(_run(replace(PLANNED, inputs=(item,))))[f"#image-{'b' * 64}"] == {
        "@id": f"#image-{'b' * 64}",
        "@type": "ContainerImage",
        "additionalType": {"@id": "https://w3id.org/ro/terms/workflow-run#DockerImage"},
        "name": name,
        "registry": registry,
        "sha256": "b" * 64,
        **tagged,
    }


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.FAILED, "the job failed with exit status 3"),
        (Outcome.TIMED_OUT, "the job exceeded its timeout and was stopped"),
        (Outcome.INTERRUPTED, "the job was interrupted"),
    ],
)
def test_run_that_did_not_succeed_is_a_failed_action(outcome: Outcome, sentence: str) -> None:
    action = _graph(_run(outcome=outcome, exit_status=3))[f"#run-{PLAN.id}"]

    assert action["actionStatus"] == {"@id": "http://schema.org/FailedActionStatus"}
    assert action["error"] == sentence


def test_run_without_anything_special_is_told_in_short() -> None:
    plan = replace(PLAN, command=None, inputs=(), out=None, image=RecordedImage("train:latest", CODE))
    graph = _graph(_run(plan, version=""))
    action = graph[f"#run-{PLAN.id}"]

    assert (action["description"], action["object"]) == ("Command: the command of the image", [])
    assert "environment" not in action
    assert graph[f"urn:jobber:result:{RESULT}/"]["name"] == "/ of train:latest-run"
    assert graph[f"#program-{'a' * 64}"]["url"] == f"urn:jobber:image:{CODE}"
    assert graph[f"#program-{'a' * 64}"]["version"] == CODE
    assert (graph["#jobber-unknown"]["version"], graph["#jobber-unknown"]["url"]) == ("unknown", software_url(""))


@pytest.mark.parametrize(
    ("license_", "id_", "said"),
    [
        ("", "#license", "no licence is stated"),
        ("Apache-2.0", "https://spdx.org/licenses/Apache-2.0", "Apache-2.0"),
        ("MIT OR Apache-2.0", "#license", "MIT OR Apache-2.0"),
    ],
)
def test_licence_is_that_of_the_labels(license_: str, id_: str, said: str) -> None:
    graph = _graph(_run(license_=license_))

    assert graph["./"]["license"] == {"@id": id_}
    assert graph[id_] == {"@id": id_, "@type": "CreativeWork", "name": said, "description": f"Licence: {said}."}


def test_names_that_no_uri_has_are_escaped() -> None:
    item = RecordedInput(RecordedImage("train:latest", DATA), "/ü b", "/data")
    graph = _graph(_run(replace(PLANNED, inputs=(item,), docker_args=("-e", "A B=1"))))

    assert f"urn:jobber:input:{DATA}:/%C3%BC%20b/" in graph
    assert "#variable-A%20B" in graph


def test_values_of_the_callers_environment_are_no_variables() -> None:
    assert list(environment_of(_run().record)) == [("A", "1"), ("B_KEY", "***")]


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        ("train@sha256:1", "pkg:oci/train@sha256%3A1"),
        ("h.test:5000/a/train@sha256:1", "pkg:oci/train@sha256%3A1?repository_url=h.test%3A5000/a/train"),
    ],
)
def test_package_url_of_a_digest(digest: str, expected: str) -> None:
    assert package_url(digest) == expected


_TEXT = st.text(max_size=8)
_PLANS = st.builds(
    replace,
    st.just(PLANNED),
    command=st.none() | st.lists(_TEXT, max_size=3).map(tuple),
    runtime=st.none() | _TEXT,
    out=st.none() | _TEXT,
    configs=st.lists(_TEXT, max_size=2).map(tuple),
    inputs=st.lists(
        st.builds(RecordedInput, st.sampled_from([PLANNED.image, *(i.image for i in PLAN.inputs)]), _TEXT, _TEXT),
        max_size=3,
    ).map(tuple),
)


@given(_PLANS)
def test_prov_is_read_by_the_package_of_its_standard(plan: RunPlan) -> None:
    model = importlib.import_module("prov.model")
    text = json.dumps(render_prov(_run(plan)))
    document = model.ProvDocument.deserialize(content=text, format="json")
    again = model.ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    kinds = [type(record).__name__ for record in document.get_records()]

    assert document == again
    assert document.get_provn().startswith("document")
    assert kinds.count("ProvActivity") == 1
    assert kinds.count("ProvUsage") == 1 + len(plan.inputs)


@given(_PLANS)
def test_slsa_is_read_by_the_package_of_its_standard(plan: RunPlan) -> None:
    json_format = importlib.import_module("google.protobuf.json_format")
    statement = importlib.import_module("in_toto_attestation.v1.statement")
    descriptor = importlib.import_module("in_toto_attestation.v1.resource_descriptor")
    statement_pb2 = importlib.import_module("in_toto_attestation.v1.statement_pb2")
    provenance_pb2 = importlib.import_module("in_toto_attestation.predicates.provenance.v1.provenance_pb2")
    rendered: Any = render_slsa(_run(plan))
    predicate = json_format.ParseDict(rendered["predicate"], provenance_pb2.Provenance())
    statement.Statement.copy_from_pb(json_format.ParseDict(rendered, statement_pb2.Statement())).validate()
    for dependency in predicate.build_definition.resolved_dependencies:
        descriptor.ResourceDescriptor.copy_from_pb(dependency).validate()

    assert len(predicate.build_definition.resolved_dependencies) == 1 + len(plan.inputs)
    assert predicate.run_details.metadata.invocation_id == f"urn:uuid:{PLAN.id}"
    assert predicate.run_details.metadata.started_on.ToJsonString() == STARTED


def test_crate_is_read_by_the_package_of_its_standard(tmp_path: Path) -> None:
    rocrate = importlib.import_module("rocrate.rocrate")
    folder = tmp_path / "crate"
    folder.mkdir()
    (folder / "ro-crate-metadata.json").write_text(json.dumps(render_ro_crate(_run())))
    crate = rocrate.ROCrate(str(folder))
    action = crate.dereference(f"#run-{PLAN.id}")
    crate.write(tmp_path / "written")
    written = json.loads((tmp_path / "written" / "ro-crate-metadata.json").read_text())

    assert crate.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"
    assert crate.mainEntity is None
    assert [part.id for part in crate.root_dataset["hasPart"]] == [
        f"urn:jobber:input:{DATA}:/data/",
        f"urn:jobber:input:{CODE}:/other/",
        f"urn:jobber:result:{RESULT}/",
    ]
    assert action["instrument"].type == "SoftwareApplication"
    assert [item.type for item in (*action["object"], *action["result"])] == ["Dataset"] * 3
    assert {entity["@id"] for entity in written["@graph"]} == set(_graph(_run()))


@given(_PLANS)
def test_links_in_a_crate_lead_somewhere(plan: RunPlan) -> None:
    graph = _graph(_run(plan))
    known = {*graph, "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/terms/workflow-run#DockerImage"}
    links = {
        link["@id"]
        for entity in graph.values()
        for value in entity.values()
        for link in (value if isinstance(value, list) else [value])
        if isinstance(link, dict)
    }

    assert {link for link in links - known if not link.startswith("http://schema.org/")} == set()
