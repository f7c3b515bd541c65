"""Calls that Linux has alone stand where another system does not come by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import jobber

_PACKAGE = Path(jobber.__file__).parent
_LINUX_ONLY = {
    "os": {
        *("pipe2", "eventfd", "memfd_create", "copy_file_range", "splice", "posix_fadvise", "posix_fallocate"),
        *("sched_getaffinity", "sched_setaffinity", "getxattr", "listxattr", "setxattr", "removexattr", "pidfd_open"),
        *("getrandom", "fdatasync", "unshare", "setns", "accept4", "O_PATH", "O_TMPFILE", "O_DIRECT", "O_NOATIME"),
        *("getresuid", "getresgid", "setresuid", "setresgid", "process_cpu_count"),
    },
    "signal": {"SIGRTMIN", "SIGRTMAX", "SIGPWR", "SIGPOLL", "SIGSTKFLT", "sigtimedwait", "sigwaitinfo"},
    "socket": {"SO_PEERCRED", "SOCK_CLOEXEC", "SOCK_NONBLOCK", "TCP_KEEPIDLE", "AF_VSOCK", "AF_NETLINK"},
    "select": {"epoll"},
    "time": {"CLOCK_BOOTTIME", "pthread_getcpuclockid"},
    "resource": {"prlimit"},
}
"""Names that macOS lacks (Python's library reference, "Availability")."""


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the lines and names of what is used without a question whether it is there."""
    asked = {
        (node.args[0].id, node.args[1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "hasattr"
        and isinstance(node.args[0], ast.Name)
        and isinstance(node.args[1], ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name, lineno=line):
                if name in _LINUX_ONLY.get(module, ()) and (module, name) not in asked:
                    yield line, f"{module}.{name}"
            case ast.Attribute(value=ast.Name(id="Signals") | ast.Attribute(attr="Signals"), attr=name, lineno=line):
                if name in _LINUX_ONLY["signal"]:
                    yield line, f"Signals.{name}"
            case ast.ImportFrom(module=str(module), names=names, lineno=line):
                for alias in names:
                    if alias.name in _LINUX_ONLY.get(module, ()):
                        yield line, f"{module}.{alias.name}"


def test_no_call_that_linux_has_alone_is_made_without_a_question() -> None:
    found = [
        f"{path.relative_to(_PACKAGE)}:{line}: {name}"
        for path in sorted(_PACKAGE.rglob("*.py"))
        for line, name in _names(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert found == []


def test_such_a_call_would_be_found() -> None:
    program = "import os, signal\nfrom select import epoll\nos.pipe2(0)\nsignal.Signals.SIGRTMAX\n"

    assert sorted(_names(ast.parse(program))) == [(2, "select.epoll"), (3, "os.pipe2"), (4, "Signals.SIGRTMAX")]


def test_call_after_a_question_is_fine() -> None:
    assert list(_names(ast.parse("import os\nx = os.pipe2(0) if hasattr(os, 'pipe2') else os.pipe()\n"))) == []
