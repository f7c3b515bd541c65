"""Modules that jobber does not import at its start: the user waits for each import."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

_LOADED = """
import json, sys
before = set(sys.modules)
{statement}
sys.stderr.write(json.dumps(sorted(set(sys.modules) - before)))
"""
_CALL = "from jobber.cli.main import call; call({words!r}, environment={{}})"
_DOMAIN = """
import pkgutil, jobber.domain
for module in pkgutil.walk_packages(jobber.domain.__path__, "jobber.domain."):
    __import__(module.name)
"""


def loaded(statement: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", _LOADED.format(statement=statement)], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(ended.stderr)}


@pytest.fixture(scope="module")
def by_version() -> set[str]:
    return loaded(_CALL.format(words=["--version"]))


@pytest.fixture(scope="module")
def by_domain() -> set[str]:
    return loaded(_DOMAIN)


@pytest.mark.parametrize("library", ["docker", "podman", "requests", "structlog", "rich", "cyclopts", "yaml"])
def test_the_version_is_told_without(library: str, by_version: set[str]) -> None:
    assert library not in by_version


@pytest.mark.parametrize("library", ["docker", "podman", "requests", "structlog", "rich", "cyclopts"])
@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["config"],
        ["__complete", "bash", "jobber run --re", ":="],
        ["__complete", "bash", "jobber run -c ", ""],
    ],
)
def test_commands_without_an_engine_load_no_library(words: list[str], library: str) -> None:
    assert library not in _loaded_by(tuple(words))


@cache
def _loaded_by(words: tuple[str, ...]) -> set[str]:
    return loaded(_CALL.format(words=[*words]))


def test_the_domain_loads_nothing_but_the_standard_library(by_domain: set[str]) -> None:
    assert {"jobber"} == by_domain - set(sys.stdlib_module_names)


def test_a_look_at_what_is_loaded_sees_it() -> None:
    assert "cyclopts" in loaded("import jobber.cli.command_line.app")
