"""The effective settings as lines of YAML that can be used as a configuration file."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import yaml

from jobber.adapters.configuration.tree import reads_as_text
from jobber.domain.configuration.settings import SETTINGS
from jobber.domain.configuration.show import origins_of, written_of
from jobber.domain.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.configuration.in_force import Settings


def yaml_lines(settings: Settings, *, origins: bool = False) -> Iterator[str]:
    """Yield every setting, and the active and defined configurations; with `origins`, also the origin of each value."""
    if settings.active:
        yield f"# active configurations: {_names(settings.active)}"
    if settings.configurations:
        yield f"# defined configurations: {_names(sorted(settings.configurations))}"
    for name, value in written_of(settings).items():
        comments = [f"  # {printable(origin)}" for origin in origins_of(settings, SETTINGS[name])] if origins else []
        if not isinstance(value, list) or not value:
            yield f"{name}: {_scalar(value)}{''.join(comments)}"
            continue
        is_word_list = len(comments) == 1 and len(value) != 1
        yield f"{name}:{comments.pop() if is_word_list else ''}"
        for item, comment in zip_longest(value, comments, fillvalue=""):
            yield from _item(item, comment)


def _item(item: object, comment: str) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f"- {_scalar(item)}{comment}"
        return
    mark = "- "
    for key, value in item.items():
        yield f"{mark}{key}: {_scalar(value)}{comment}"
        mark, comment = "  ", ""


def _scalar(value: object) -> str:
    """Return a scalar or an empty list in one line."""
    needs_quotes = isinstance(value, str) and not (value.isprintable() and reads_as_text(value))
    style = '"' if needs_quotes else None
    text: str = yaml.safe_dump(value, allow_unicode=True, width=float("inf"), default_style=style)
    return text.removesuffix("\n").removesuffix("\n...")


def _names(names: Sequence[str]) -> str:
    return printable(", ".join(names))
