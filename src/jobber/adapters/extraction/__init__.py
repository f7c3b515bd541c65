"""Archives of images as files here: below one directory, whatever the archive says."""

from jobber.adapters.extraction.destination import HostDestination
from jobber.adapters.extraction.extract import extract
from jobber.adapters.extraction.sending import sent
from jobber.adapters.extraction.tree import Tree

__all__ = ["HostDestination", "Tree", "extract", "sent"]
