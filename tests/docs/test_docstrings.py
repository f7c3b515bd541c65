"""Tests of the docstrings of the Python API and the test kit: examples are executed, and no section is missing."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pages import blocks
from python_program import python

import jobber
from jobber import testing
from jobber.domain import ports
from jobber.domain.images.image import ImageConfiguration
from jobber.testing import FakeCommandLine, FakeEngine

ROOT = Path(__file__).parents[2]
_EXACT = doctest.REPORT_NDIFF | doctest.DONT_ACCEPT_TRUE_FOR_1
_NO_CALLS = ("Phase", "Program")
"""Types of the test kit that are aliases, without a docstring of their own."""


def _public() -> dict[str, Any]:
    """Return the functions and classes of both packages by their full name."""
    names = [("jobber", name) for name in jobber.__all__ if name != "__version__"]
    names += [("jobber.testing", name) for name in testing.__all__ if name not in _NO_CALLS]
    return {f"{package}.{name}": getattr(sys.modules[package], name) for package, name in names}


PUBLIC = _public()
RAISED_BY_THE_DOMAIN = {
    name for name, member in PUBLIC.items() if inspect.isclass(member) and "jobber.domain.errors" in member.__module__
}
"""Errors, which a table of the reference describes; users catch them and do not create them."""
CALLS = {
    f"{name}.{inner}" if inner else name: function
    for name, member in PUBLIC.items()
    if name not in RAISED_BY_THE_DOMAIN
    for inner, function in (
        [(inner, one) for inner, one in vars(member).items() if inspect.isfunction(one) and not inner.startswith("_")]
        if inspect.isclass(member)
        else [("", member)]
    )
}
"""Public functions, and the public methods of public classes."""
PORTS = {
    f"{kind.__name__}.{name}": method
    for module in pkgutil.iter_modules(ports.__path__, f"{ports.__name__}.")
    for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass)
    if getattr(kind, "_is_protocol", False) and kind.__module__ == module.name
    for name, method in vars(kind).items()
    if inspect.isfunction(method) and not name.startswith("_")
}
"""The methods of the ports."""


@pytest.fixture
def _readme_images(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the files of the README into the current directory, and build its images."""
    configuration = ImageConfiguration(command=("python3",))
    jobber_engine.image("python:3.13-slim", programs={"/usr/local/bin/python3": python}, configuration=configuration)
    for block in blocks((ROOT / "README.md").read_text(encoding="utf-8")):
        if block.title:
            path = jobber_cli.directory / block.title
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    for name in ("points", "train"):
        assert jobber_cli("build", name).exit_status == 0
    monkeypatch.chdir(jobber_cli.directory)


@pytest.mark.usefixtures("_readme_images")
@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in RAISED_BY_THE_DOMAIN])
def test_examples_of_docstring_are_true(name: str) -> None:
    member = PUBLIC[name]
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=_EXACT)

    for test in doctest.DocTestFinder().find(member, name, module=sys.modules[member.__module__], globs={}):
        runner.run(test, out=report.append)

    if report:
        pytest.fail("".join(report), pytrace=False)


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - RAISED_BY_THE_DOMAIN))
def test_public_name_has_an_example_that_imports_what_it_uses(name: str) -> None:
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(PUBLIC[name]) or "")

    assert any(example.source.startswith(("import jobber\n", "from jobber")) for example in examples)


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith("jobber.testing.")])
def test_each_call_of_the_python_api_has_an_example(name: str) -> None:
    assert doctest.DocTestParser().get_examples(inspect.getdoc(CALLS[name]) or "")


@pytest.mark.parametrize("name", [*CALLS, *PORTS])
def test_docstring_describes_arguments_and_result(name: str) -> None:
    function = CALLS.get(name) or PORTS[name]
    documented = inspect.getdoc(function) or ""
    arguments = [one for one in inspect.signature(function).parameters if one != "self" and not one.startswith("_")]
    described = documented.partition("Args:\n")[2].partition("\n\n")[0]
    missing = [argument for argument in arguments if f"    {argument}: " not in described]
    returns = function.__annotations__.get("return") or "None"
    is_context = hasattr(function, "__wrapped__") or "ContextManager" in returns
    sections = [] if returns == "None" or is_context else ["Returns:"]

    assert missing == []
    assert [section for section in sections if f"\n{section}\n" not in documented] == []
    assert not documented.rstrip().endswith(":")
