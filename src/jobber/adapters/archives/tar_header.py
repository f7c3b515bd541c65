"""Plain headers of tar archives, parsed fast.

The format is that of POSIX (pax, "ustar Interchange Format"), without extensions.
"""

from __future__ import annotations

import tarfile

_MAGIC = b"ustar\x0000"
_CHECKSUM = slice(148, 156)
_KINDS = frozenset(b"0125")
"""The types of files, hard links, symbolic links and directories."""
_OCTAL = b"01234567"


def plain_header(block: bytes) -> tarfile.TarInfo | None:
    """Return the header in a block; None for one that has an extension, is damaged, or is not a header."""
    if len(block) != tarfile.BLOCKSIZE or block[257:265] != _MAGIC or block[156] not in _KINDS:
        return None
    mode, uid, gid = _number(block[100:108]), _number(block[108:116]), _number(block[116:124])
    size, mtime, checksum = _number(block[124:136]), _number(block[136:148]), _number(block[_CHECKSUM])
    if None in (mode, uid, gid, size, mtime) or sum(block) - sum(block[_CHECKSUM]) + 8 * 32 != checksum:
        return None
    header = tarfile.TarInfo(_text(block[:100]))
    if block[345]:
        header.name = f"{_text(block[345:500])}/{header.name}"
    header.mode, header.uid, header.gid, header.size, header.mtime = mode, uid, gid, size, mtime  # type: ignore[assignment]
    header.type = block[156:157]
    if block[157]:
        header.linkname = _text(block[157:257])
    if block[265] or block[297]:
        header.uname, header.gname = _text(block[265:297]), _text(block[297:329])
    if header.type == tarfile.DIRTYPE:
        header.name = header.name.rstrip("/")
    return header


def _number(field: bytes) -> int | None:
    """Return an octal number; None for another notation."""
    digits = field.strip(b" \0") or b"0"
    return None if digits.strip(_OCTAL) else int(digits, 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")
