"""No two modules import each other, directly or by way of others, not even for type checking."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import jobber

_PACKAGE = Path(jobber.__file__).parent
_LOOSE_MODULES = 3


def _modules() -> dict[str, Path]:
    found = {}
    for path in _PACKAGE.rglob("*.py"):
        name = ".".join(("jobber", *path.relative_to(_PACKAGE).with_suffix("").parts))
        found[name.removesuffix(".__init__")] = path
    return found


def _imported(path: Path, modules: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                found.add(whole if whole in modules else node.module)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found & set(modules)


def _circle(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_modules_form_no_circle() -> None:
    modules = _modules()
    imports = {name: _imported(path, modules) - {name} for name, path in modules.items()}

    assert _circle(imports) == []


def test_circle_would_be_found() -> None:
    assert set(_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


def test_every_module_has_a_room() -> None:
    loose = {
        layer: sorted(path.name for path in (_PACKAGE / layer).glob("*.py"))
        for layer in ("domain", "adapters", "session", "cli", "api")
    }

    assert {layer: names for layer, names in loose.items() if layer not in ("session", "api")} == {
        "domain": ["__init__.py", "display.py", "spelling.py", "values.py"],
        "adapters": ["__init__.py"],
        "cli": ["__init__.py", "main.py"],
    }


@cache
def _external(path: Path) -> set[str]:
    """Return the top-level packages that a module imports, also inside functions and for type checking."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
    return found


def _importers(package: str) -> list[str]:
    return sorted(str(path.relative_to(_PACKAGE)) for path in _PACKAGE.rglob("*.py") if package in _external(path))


def test_each_dependency_is_imported() -> None:
    told = tomllib.loads((_PACKAGE.parents[1] / "pyproject.toml").read_text())["project"]["dependencies"]
    packages = [re.split(r"[^A-Za-z0-9_-]", dependency)[0] for dependency in told]

    assert [name for name in packages if not _importers({"PyYAML": "yaml"}.get(name, name))] == []


def test_each_engine_package_is_imported_by_its_own_adapter_only() -> None:
    assert {Path(name).parent.as_posix() for name in _importers("docker")} == {"adapters/docker"}
    assert {Path(name).parent.as_posix() for name in _importers("podman")} == {"adapters/podman"}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["config"]])
def test_commands_without_an_engine_import_no_engine_package(words: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "jobber", *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, cwd=tmp_path)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert imported & {"docker", "podman", "requests", "urllib3"} == set()


def _calls_of(module: str, name: str, *, under: str) -> list[str]:
    return [
        f"{path.relative_to(_PACKAGE)}:{node.lineno}"
        for path in sorted((_PACKAGE / under).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) == (module, name)
    ]


def test_commands_take_the_time_from_the_clock_around_them() -> None:
    assert [place for room in ("cli", "session", "api") for place in _calls_of("datetime", "now", under=room)] == []


def test_adapters_read_no_environment_but_the_one_they_are_handed() -> None:
    assert [*_calls_of("os", "environ", under="adapters"), *_calls_of("os", "getenv", under="adapters")] == []
