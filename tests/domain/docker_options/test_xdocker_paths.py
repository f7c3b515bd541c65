"""Relative paths in words of Xdocker, as they mean the same everywhere."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.docker_options import located_words, split_words
from jobber.domain.docker_options.values import read_fields, write_fields


def located(text: str) -> str:
    return shlex.join(located_words(split_words(text), directory="/project"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-v ./data:/x", "-v /project/data:/x"),
        ("-v../data:/x:ro", "-v/data:/x:ro"),
        ("--volume=.:/x", "--volume=/project:/x"),
        ("-Pv ./data:/x", "-Pv /project/data:/x"),
        ("-v data:/x -v /data:/y -v /z -v ./anonymous", "-v data:/x -v /data:/y -v /z -v ./anonymous"),
        ("-v '~/data:/x'", "-v '~/data:/x'"),
        ("--mount type=bind,src=./a,dst=/x", "--mount type=bind,src=/project/a,dst=/x"),
        ("--mount type=bind,Source=..,dst=/x", "--mount type=bind,Source=/,dst=/x"),
        ("--mount 'type=bind,\"src=./a,b\",dst=/x'", "--mount 'type=bind,\"src=/project/a,b\",dst=/x'"),
        ("--mount type=volume,src=a,dst=./x", "--mount type=volume,src=a,dst=./x"),
        ("--mount '\"'", "--mount '\"'"),
        ("--env-file env", "--env-file /project/env"),
        ("--env-file=./sub/env", "--env-file=/project/sub/env"),
        ("--env-file /env --label-file ../labels", "--env-file /env --label-file /project/../labels"),
        ("--env-file ''", "--env-file ''"),
        ("--label-file '~/labels'", "--label-file '~/labels'"),
        ("--security-opt seccomp=./p.json", "--security-opt seccomp=/project/p.json"),
        ("--security-opt seccomp:p.json", "--security-opt seccomp:/project/p.json"),
        ("--security-opt seccomp=unconfined", "--security-opt seccomp=unconfined"),
        ("--security-opt no-new-privileges", "--security-opt no-new-privileges"),
        ("-e A=./a -w ./b --rm -v ./c:/c", "-e A=./a -w ./b --rm -v ./c:/c"),
        ("-v ./a:/a --bogus -v ./c:/c", "-v /project/a:/a --bogus -v ./c:/c"),
        ("-v ./a:/a -v", "-v /project/a:/a -v"),
        ("", ""),
    ],
)
def test_paths_of_this_machine_are_made_absolute(text: str, expected: str) -> None:
    assert located(text) == expected


@given(st.lists(st.sampled_from("-v --mount --env-file -P -Pv ./a:/b src=./a,dst=/b -- x --bogus -e -".split())))
def test_there_are_as_many_words_as_before(words: list[str]) -> None:
    assert len(located_words(words, directory="/project")) == len(words)


@given(st.lists(st.text(alphabet='ab=,". '), min_size=1).filter(lambda fields: fields != [""]))
def test_fields_that_are_written_are_read_again(fields: list[str]) -> None:
    assert read_fields(write_fields(fields)) == fields
