"""The lazy import of a package: its `__init__` runs at the first use of one of its names.

`podman/__init__` imports models of every object, and those import `rich`. No call of jobber uses them, and they are a
third of the time that the import of the package takes.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import RLock


def import_lazily(name: str) -> None:
    """Let a package be imported without the code of its `__init__`, which runs at the first use of its names.

    Submodules can be imported as always. A package that is imported already, or not installed, stays as it is.
    """
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    package, loader, lock = module_from_spec(spec), spec.loader, RLock()

    def find(attribute: str) -> object:
        with suppress(ModuleNotFoundError):  # `from package import module` looks up an attribute first
            return import_module(f"{name}.{attribute}")
        with lock:
            if package.__dict__.get("__getattr__") is find:
                package.__getattr__ = _missing  # type: ignore[method-assign]
                loader.exec_module(package)
        return getattr(package, attribute)

    def _missing(attribute: str) -> object:
        with lock:  # another thread may be running the code of the package
            if attribute in package.__dict__:
                return package.__dict__[attribute]
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    package.__getattr__ = find  # type: ignore[method-assign]
    sys.modules[name] = package
