"""The digest of a file tree: a Merkle hash over names, kinds, modes, link targets and contents.

Two trees have the same digest if and only if `differences` finds none. Owners, times, extended attributes and hard
links are not part of it: names of one file count as files with the same content. The order of the entries does not
matter.

A directory's hash covers one line for each of its entries, sorted by the bytes of their names. A line consists of the
kind, the mode in octal digits, the name, and the content: the digest of a file, the target of a link, the numbers of a
device, the hash of a directory. A name or target is preceded by its length in bytes.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.files.file_tree import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMA = b"jobber tree 1\n"
"""The prefix of the hashed text; another rule would get another prefix."""
_IMPLICIT = Entry(Kind.DIRECTORY, 0o755)
"""A directory that only the paths of its entries imply."""


def tree_digest(tree: Mapping[str, Entry]) -> str:
    """Return the digest of a tree, `sha256:HEX`.

    Args:
        tree: The entries by path; the file or directory itself has the empty path.

    """
    below: dict[bytes, list[bytes]] = defaultdict(list)
    paths = {path.encode("utf-8", "surrogateescape"): path for path in tree if path}
    for entry in sorted(_with_parents(paths), reverse=True):  # the content of a directory precedes the directory
        directory, _, name = entry.rpartition(b"/")
        below[directory].append(_line(name, tree.get(paths.get(entry, ""), _IMPLICIT), below.pop(entry, ())))
    root = _line(b"", tree.get("", _IMPLICIT), below.pop(b"", ()))
    return f"sha256:{sha256(_SCHEMA + root).hexdigest()}"


def _with_parents(paths: Mapping[bytes, str]) -> set[bytes]:
    """Return paths with all directories above them."""
    found = set(paths)
    for path in paths:
        above = path.rpartition(b"/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition(b"/")[0]
    return found


def _line(name: bytes, entry: Entry, inner: list[bytes] | tuple[()]) -> bytes:
    """Return the line of an entry; `inner` are the lines of a directory, sorted in descending order."""
    if entry.kind is Kind.DIRECTORY:
        content = sha256(b"".join(reversed(inner))).hexdigest().encode()
    else:
        content = entry.content.encode("utf-8", "surrogateescape")
    kind = entry.kind.value.encode()
    return b"%b %04o %d:%b %d:%b\n" % (kind, entry.mode, len(name), name, len(content), content)
