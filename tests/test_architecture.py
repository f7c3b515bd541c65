"""No two modules import each other, directly or by way of others, not even for type checking."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

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
