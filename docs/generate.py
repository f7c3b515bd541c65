"""Write the reference pages from the program into docs/reference, which is not in Git."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cyclopts import App

TARGET = Path(__file__).parent / "reference"
_WIDE = 90
_SECTIONS = {"Args:": "Arguments", "Returns:": "Returns", "Raises:": "Raises"}


def main() -> None:
    """Write all pages."""
    TARGET.mkdir(exist_ok=True)
    pages = {
        "command.md": command_page(),
        "python.md": python_page(),
        "testing.md": testing_page(),
        "labels.md": labels_page(),
        "errors.md": errors_page(),
        "exit-status.md": exit_status_page(),
        "environment.md": environment_page(),
    }
    for name, text in pages.items():
        (TARGET / name).write_text(text, encoding="utf-8")


def command_page() -> str:
    """Return the operands and options of every command, as `--help` prints them."""
    from jobber.cli.command_line.app import make_app
    from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL

    apps = {name: make_app(name)[name] for name in COMMANDS}
    parts = [
        "# Help of every command",
        "The content of `--help`. [Commands and options](../commands.md) explains more. `-h` prints it too.",
        "## Global options",
        _options(apps["build"], only={**GLOBAL.valued, **GLOBAL.flags}),
    ]
    for name, syntax in COMMANDS.items():
        command = apps[name]
        parts += [f"## jobber {name}", f"```text\n{command.usage}\n```", command.help]
        parts.append(_options(command, only={**syntax.valued, **syntax.flags}, operands=True))
    return _joined(parts)


def _options(command: App, *, only: Mapping[str, str], operands: bool = False) -> str:
    rows = []
    for argument in command.assemble_argument_collection(parse_docstring=True):
        is_operand = not argument.names[0].startswith(("-", "*"))
        names = (
            argument.names
            if is_operand and operands
            else [name for name, meant in only.items() if meant in argument.names]
        )
        if names:
            note = (argument.parameter.help or "").replace("|", "\\|")
            rows.append(f"| {', '.join(f'`{name}`' for name in names)} | {note} |")
    return "| argument | meaning |\n|---|---|\n" + "\n".join(rows) if rows else ""


def python_page() -> str:
    """Return the reference of `import jobber`."""
    import jobber

    parts = ["# Python", "The names of `import jobber`. [How to use it](../how-to/python.md)."]
    functions = [getattr(jobber, name) for name in ("run", "rerun", "build", "image", "push")]
    classes = [getattr(jobber, name) for name in ("Result", "Image", "ImageFiles", "Input")]
    for function in functions:
        parts += _function("jobber.", function, level=2)
    for kind in classes:
        parts += _class("jobber.", kind)
    parts += ["All errors are in [Errors](errors.md)."]
    return _joined(parts)


def testing_page() -> str:
    """Return the reference of the test kit."""
    from jobber import pytest_plugin, testing

    parts = ["# Test kit", "The names of `jobber.testing`. [How to use it](../how-to/testing.md).", "## Fixtures"]
    fixtures = [getattr(pytest_plugin, name) for name in dir(pytest_plugin) if name.startswith("jobber_")]
    parts += ["| fixture | meaning |\n|---|---|\n" + "\n".join(_row(f) for f in fixtures)]
    first = ["FakeEngine", "FakeRegistry", "FakeClock", "Faults", "Job", "Files"]
    first += ["FakeCommandLine", "Completed", "using", "Call", "Phase"]
    for name in (*first, *sorted(set(testing.__all__) - set(first))):
        member = getattr(testing, name)
        if name == "Phase":
            parts += _phases()
        elif name == "Program":
            parts += _program()
        elif inspect.isclass(member):
            parts += _class("jobber.testing.", member)
        else:
            parts += _function("jobber.testing.", member, level=2)
    return _joined(parts)


def labels_page() -> str:
    """Return the labels and the run record."""
    from jobber.domain.runs.label_names import Label

    source = inspect.getsource(Label)
    notes = dict(re.findall(r'(\w+) = "[^"]+"\n    """(.*?)"""', source, re.DOTALL))
    rows = [f"| `{label.value}` | {' '.join(notes.get(label.name, '').split())} |" for label in Label]
    described = {
        "jobber.version": "version of jobber",
        "jobber.build-tags": "on a built image, its tags, separated by commas; empty on a result",
        "jobber.parent": "on a result, the ID of the code image",
        "jobber.out": "on a result, the directory given by `-o`",
        "jobber.inputs": "on a result, `HEX-ID:SRC-DIR:ro`, separated by commas",
        "org.opencontainers.image.created": "when the result was made",
        "org.opencontainers.image.base.name": "the code image's reference",
        "org.opencontainers.image.base.digest": "the code image's repository digest, if it has one",
        "org.opencontainers.image.revision": "on a built image in a git work tree, the commit, with `-dirty`",
        "org.opencontainers.image.source": "on a built image, the git remote, without credentials",
    }
    rows = [row if not row.endswith("|  |") else row[:-3] + f" {described.get(row[3:-6], '')} |" for row in rows]
    record = (
        '{"schema":1, "id":UUID, "image":{"ref","id","digests":[]},\n "inputs":[{"ref","id","digests","src","dest"}],\n'
        ' "command":[...]|null, "docker-args":[...], "runtime":str|null,\n "out":str|null, "configs":[names],\n'
        ' "started", "finished" (RFC 3339, UTC),\n "outcome":"succeeded"|"failed"|"timed-out"|"interrupted"|"pruned",\n'
        ' "exit-code":int, "out-of-memory":bool|null, "engine":{"name","version"}}'
    )
    secrets = (
        "`-e NAME`, which takes the caller's value, is recorded as the name alone. Values of variables with a"
        " secret's name (`*TOKEN*`, `*SECRET*`, `*PASSWORD*`, `*PASSWD*`, `*CREDENTIAL*`, `*_KEY`) are `***`."
    )
    return _joined(
        [
            "# Labels and the run record",
            "| label | value |\n|---|---|\n" + "\n".join(rows),
            "## The run record",
            "`jobber.run` of a result image is JSON:",
            f"```text\n{record}\n```",
            secrets,
        ]
    )


def errors_page() -> str:
    """Return all errors."""
    import jobber
    from jobber.domain import errors

    rows = []
    for name, kind in sorted(inspect.getmembers(errors, inspect.isclass)):
        if not issubclass(kind, errors.JobberError) or not kind.__module__.startswith(errors.__name__):
            continue
        public = f"**`{name}`**" if name in jobber.__all__ else f"`{name}`"
        rows.append(f"| {public} | {kind.__bases__[0].__name__} | {_first_line(kind)} |")
    return _joined(
        [
            "# Errors",
            "An error has `what` (a sentence), `hint` (a remedy, or None), and its facts as attributes.",
            "All are in `jobber.domain.errors`; those in bold are names of `jobber` itself: `jobber.BuildFailed`.",
            "| error | is a | when |\n|---|---|---|\n" + "\n".join(rows),
        ]
    )


def exit_status_page() -> str:
    """Return the exit statuses of all commands, and the errors behind those of `jobber run`."""
    from jobber.cli import main
    from jobber.cli.commands import rerun
    from jobber.domain import errors
    from jobber.domain.use_cases.run import run

    rows = [
        ("`run`, `attach`", "the job's", "the job has ended"),
        ("`rerun`", "the job's", "the job has ended with a status other than 0"),
        ("`rerun --verify`", str(rerun.EXIT_DIFFERS), "the job succeeded, and its output differs"),
        ("`run`, `rerun`, `attach`", str(run.EXIT_TIMED_OUT), "the run took longer than `--timeout`"),
        ("`run`, `rerun`", str(errors.JobberError.exit_status), "jobber or the engine failed"),
        ("`run`, `rerun`", "126", "the job's command is not executable"),
        ("`run`, `rerun`", "127", "the job's command was not found"),
        ("all", str(main.EXIT_INTERRUPTED), "the command or its run was interrupted"),
        ("others", "0", "success"),
        ("others", str(main.EXIT_FAILURE), "failure"),
        ("others", str(main.EXIT_USAGE), "the command line is wrong"),
        ("`diff --exit-code`", "1", "the results differ"),
        ("`doctor`", "1", "a run could not work"),
        ("`prune`", "1", "the engine failed to remove something, or the answer was no"),
    ]
    return _joined(
        [
            "# Exit status",
            "| command | status | condition |\n|---|---|---|\n"
            + "\n".join(f"| {command} | {status} | {condition} |" for command, status, condition in rows),
            "Errors and their conditions: [Errors](errors.md).",
        ]
    )


ENVIRONMENT = {
    "JOBBER_LOG_FORMAT": "format of jobber's messages: `console` or `json`",
    "JOBBER_COMPLETION_SECONDS": "time limit of a shell completion, in seconds",
    "DOCKER_HOST": "address of the engine, if `-H` names none",
    "CONTAINER_CONNECTION": "connection of Podman that names the engine, if `-H` names none",
    "CONTAINER_HOST": "address of a Podman engine, if `-H` names none",
    "CONTAINER_SSHKEY": "file of the ssh key for `CONTAINER_HOST`",
    "CONTAINERS_CONF": "Podman's configuration, in place of all `containers.conf`",
    "CONTAINERS_CONF_OVERRIDE": "Podman's configuration with precedence over the others",
    "PODMAN_CONNECTIONS_CONF": "file of Podman's connections. Default: `~/.config/containers/podman-connections.json`",
    "DOCKER_CONTEXT": "docker context that names the engine",
    "DOCKER_CONFIG": "directory of Docker's `config.json`: contexts, logins, proxies. Default: `~/.docker`",
    "DOCKER_TLS": "use TLS for TCP connections, without verification of the engine's certificate",
    "DOCKER_TLS_VERIFY": "use TLS for TCP connections, and verify the engine's certificate",
    "DOCKER_CERT_PATH": "directory of the TLS certificates. Default: `~/.docker`",
    "DOCKER_BUILDKIT": "`0` selects the engine's own builder on Docker",
    "REGISTRY_AUTH_FILE": "file with logins of registries, before Docker's and Podman's",
    "REQUESTS_CA_BUNDLE": "file or directory of certificate authorities to trust in registries; also `CURL_CA_BUNDLE`",
    "HTTPS_PROXY": "proxy for registries; also `ALL_PROXY`, and names in lower case",
    "NO_PROXY": "hosts, domains and networks without a proxy",
    "XDG_CONFIG_HOME": "directory of `jobber/jobber-config.yml`, Podman's logins and connections. Default: `~/.config`",
    "XDG_STATE_HOME": "directory of job output that an engine could not keep. Default: `~/.local/state`",
    "XDG_DATA_HOME": "directory of installed shell completions. Default: `~/.local/share`",
    "XDG_RUNTIME_DIR": "directory of rootless engines' sockets and of Podman's logins",
    "HOME": "home directory",
    "PATH": "directories of `docker`, `podman`, `ssh` and credential helpers",
    "SHELL": "shell that `--install-completion` configures, if none is given",
    "ZDOTDIR": "directory of zsh's `.zshrc`",
    "NO_COLOR": "print differences without colors",
    "TERM": "`dumb` prints differences without colors",
    "COLUMNS": "width of tables, in characters",
}
"""The variables that jobber reads besides those of settings; a test compares them with the source."""


def environment_page() -> str:
    """Return the environment variables that jobber reads."""
    from jobber.domain.configuration.settings import SETTINGS

    settings = [
        f"| `{setting.variable}` | `{setting.name}` | {setting.kind.expects} | {setting.summary} |"
        for setting in SETTINGS.values()
        if setting.variable
    ]
    others = [f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT.items()]
    return _joined(
        [
            "# Environment variables",
            "## Settings",
            "These replace the [settings](../how-to/configuration.md) of files. Options replace them.",
            "| variable | setting | value | meaning |\n|---|---|---|---|\n" + "\n".join(settings),
            "## Others",
            "| variable | meaning |\n|---|---|\n" + "\n".join(others),
        ]
    )


def _phases() -> list[str]:
    from jobber.adapters.fake import faults

    note = re.findall(r'\nPhase = .*?\n"""(.*?)"""', inspect.getsource(faults), re.DOTALL)[0]
    return ["## jobber.testing.Phase", note, ", ".join(f"`{phase}`" for phase in get_args(faults.Phase))]


def _program() -> list[str]:
    from jobber.adapters.fake.jobs import job

    definition, note = re.findall(r'\n(Program = .*?)\n"""(.*?)"""', inspect.getsource(job), re.DOTALL)[0]
    return ["## jobber.testing.Program", f"```python\n{definition}\n```", note]


def _class(prefix: str, kind: type) -> list[str]:
    parts = [f"## {prefix}{kind.__name__}"]
    if not getattr(kind, "__protocol__", False) and "__init__" in vars(kind):
        parts.append(f"```python\n{kind.__name__}{_signature(kind)}\n```")
    parts.append(_text(kind))
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            parts += [f"### {name}", _text(member)]
        elif inspect.isfunction(member):
            parts += _function("", member, level=3)
    return parts


def _function(prefix: str, function: object, *, level: int) -> list[str]:
    name = function.__name__  # type: ignore[attr-defined]
    return [f"{'#' * level} {prefix}{name}", f"```python\n{name}{_signature(function)}\n```", _text(function)]


def _signature(of: object) -> str:
    signature = inspect.signature(of)  # type: ignore[arg-type]
    shown = (name for name in signature.parameters if name != "self" and not name.startswith("_"))
    parameters = [signature.parameters[name] for name in shown]
    returned = "" if signature.return_annotation is signature.empty else f" -> {_plain(signature.return_annotation)}"
    words, starred = [], False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        words.append(_parameter(parameter))
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
    text = f"({', '.join(words)}){returned}"
    return text if len(text) < _WIDE else "(\n" + "".join(f"    {word},\n" for word in words) + f"){returned}"


def _parameter(parameter: inspect.Parameter) -> str:
    star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    annotation = "" if parameter.annotation is parameter.empty else f": {_plain(parameter.annotation)}"
    default = "" if parameter.default is parameter.empty else f" = {_default(parameter.default)}"
    return f"{star}{parameter.name}{annotation}{default}"


def _default(value: object) -> str:
    """Return a default as it is written, or an ellipsis for a function or a factory."""
    return "…" if inspect.isfunction(value) or repr(value) == "<factory>" else repr(value)


def _plain(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _text(of: object) -> str:
    return _with_lists(inspect.getdoc(of) or "")


def _with_lists(docstring: str) -> str:
    """Return a docstring as Markdown: sections (`Args:` and the like) are lists, and the example is a code block."""
    docstring, _, example = docstring.partition("Example:\n")
    lines: list[str] = []
    section = ""
    for line in docstring.splitlines():
        if line in _SECTIONS:
            section = line
            lines += [f"**{_SECTIONS[section]}**", ""]
        elif section and line.startswith("    "):
            lines.append(_item(line[4:], is_named=section != "Returns:", begins=not lines[-1]))
        else:
            section = section if not line else ""
            lines.append(line)
    if example:
        lines += ["", "**Example**", "", f"```pycon\n{dedent(example).strip()}\n```"]
    return "\n".join(lines).strip()


def _item(line: str, *, is_named: bool, begins: bool) -> str:
    name, colon, text = line.partition(": ")
    if is_named and colon and not line.startswith(" "):
        return f"* `{name}`: {text}"
    return f"* {line}" if begins else f"  {line.strip()}"


def _first_line(of: object) -> str:
    return _text(of).partition("\n")[0]


def _row(fixture: object) -> str:
    return f"| `{fixture.__name__}` | {_first_line(getattr(fixture, '_get_wrapped_function', lambda: fixture)())} |"  # type: ignore[attr-defined]


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "80")
    main()
