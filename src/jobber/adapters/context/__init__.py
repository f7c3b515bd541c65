"""The build context: which files of a directory a builder gets, and how they are sent."""

from jobber.adapters.context.ignore import Ignore, parse_ignore
from jobber.adapters.context.stream import ContextStream

__all__ = ["ContextStream", "Ignore", "parse_ignore"]
