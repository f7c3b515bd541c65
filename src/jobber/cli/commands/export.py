"""The command `jobber export`."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - the command line reads annotations
from typing import TYPE_CHECKING, Annotated, Literal

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from jobber.domain.history.export.exported import ExportedRun

Format = Literal["ro-crate", "slsa", "prov"]


def export(
    image: str,
    /,
    *,
    format_: Annotated[Format, Option("--format")],
    output: Annotated[Path | None, Option("--output", "-o")] = None,
    options: GlobalOptions | None = None,
) -> int:
    """Export the run that created a result in a standard format.

    Parameters
    ----------
    image
        Result: a tag, an image ID or a prefix of one, or the run's ID.
    format_
        ro-crate: Process Run Crate; slsa: SLSA provenance v1 in an in-toto statement; prov: W3C PROV-JSON.
    output
        Write to this file instead of stdout.

    """
    from jobber.domain.history.export.exported import ExportedRun
    from jobber.domain.runs.label_names import Label
    from jobber.session.bootstrap import result_finder

    options = options or GlobalOptions()
    progress = options.messages()
    session = options.session(progress)
    with options.connected(session) as engine, session.interruptions.abortable():
        finder = result_finder(session, engine, registry=options.registry())
        found = finder.find(image)
        record = found.record_of_run(name=image)
        result = finder.with_true_digests(found.image)
    progress.clear()
    run = ExportedRun(result, record, result.labels.get(Label.VERSION, ""))
    text = json.dumps(rendered(run, format_), ensure_ascii=False, indent=2) + "\n"
    _write(text.encode(errors="backslashreplace"), output)
    return 0


def rendered(run: ExportedRun, format_: Format) -> dict[str, object]:
    """Return the run in a format, as a JSON object."""
    match format_:
        case "ro-crate":
            from jobber.domain.history.export.ro_crate import render_ro_crate

            return render_ro_crate(run)
        case "slsa":
            from jobber.domain.history.export.slsa import render_slsa

            return render_slsa(run)
        case "prov":
            from jobber.domain.history.export.prov import render_prov

            return render_prov(run)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        print(content.decode(), end="")
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise JobberError(
            f"{output} can't be written: {error.strerror}", hint="name a file in a directory that exists"
        ) from None
