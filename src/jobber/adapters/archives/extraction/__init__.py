"""Extraction of image archives to local files, always below one directory, regardless of the archive's content."""

from jobber.adapters.archives.extraction.destination import HostDestination
from jobber.adapters.archives.extraction.extract import extract
from jobber.adapters.archives.extraction.safe_tree import Tree
from jobber.adapters.archives.extraction.stream_out import stream_out

__all__ = ["HostDestination", "Tree", "extract", "stream_out"]
