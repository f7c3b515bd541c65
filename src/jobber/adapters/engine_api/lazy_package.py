"""Packages of which jobber needs a part: the rest is imported when something first asks for it.

`docker/__init__` and `podman/__init__` import models of every object, and `requests` imports a detector of encodings.
No call of jobber uses them, and they are a third of the time that the import of an SDK takes.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec, module_from_spec


def import_lazily(*packages: str) -> None:
    """Let the packages be imported without the code of their `__init__`, which runs at the first use of its names.

    Submodules can be imported as always. A package that is imported already, or not installed, stays as it is.
    """
    for name in packages:
        if name not in sys.modules:
            _import_lazily(name)


def _import_lazily(name: str) -> None:
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def find(attribute: str) -> object:
        if attribute == "__version__":  # `requests` checks it; these packages have it in a module of its own
            return import_module(f"{name}.version").__version__
        with suppress(ModuleNotFoundError):  # `from package import module` asks for an attribute first
            return import_module(f"{name}.{attribute}")
        if package.__dict__.pop("__getattr__", None) is not None:
            loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = find  # type: ignore[method-assign]
    sys.modules[name] = package
