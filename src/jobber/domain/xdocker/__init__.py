"""Read `docker run` options (Xdocker) as docker's own command line reads them.

Pure: the caller's environment, directory and files are handed in. One table says all that is known of an option; what
is not in it is an error, so that nothing is ever silently dropped.
"""

from jobber.domain.xdocker.parser import located_words, parse_options, recorded_words, revealed_words
from jobber.domain.xdocker.words import split_words

__all__ = ["located_words", "parse_options", "recorded_words", "revealed_words", "split_words"]
