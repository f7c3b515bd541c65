"""Parse `docker run` options (Xdocker) by the rules of docker's command line.

The parser is pure: the caller passes in the environment, the directory and the files. One table defines all options. An
option that is not in the table is an error, so that no option is silently dropped.
"""

from jobber.domain.docker_options.parser import (
    located_words,
    mount_points,
    parse_options,
    recorded_words,
    revealed_words,
)
from jobber.domain.docker_options.tokens import split_words

__all__ = ["located_words", "mount_points", "parse_options", "recorded_words", "revealed_words", "split_words"]
