"""Read `docker run` options (Xdocker) as docker's own command line reads them.

Pure: the caller's environment, directory and files are handed in. One table says all that is known of an option; what
is not in it is an error, so that nothing is ever silently dropped.
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
