"""Parse `docker run` options (Xdocker) by the rules of docker's command line.

The parser is pure: the caller passes in the environment, the directory and the files. One table defines all options. An
option that is not in the table is an error, so that no option is silently dropped.

The parser is loaded when it is first used, because most commands read no options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.docker_options.parser import (
        located_words,
        mount_points,
        parse_options,
        recorded_words,
        revealed_words,
    )
    from jobber.domain.docker_options.tokens import split_words

__all__ = ["located_words", "mount_points", "parse_options", "recorded_words", "revealed_words", "split_words"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from jobber.domain.docker_options import parser, tokens

    value: object = getattr(parser, name, None) or getattr(tokens, name)
    globals()[name] = value
    return value
