"""The local keyring: first the entries of the configuration, then the logins of Docker and Podman."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialsUnusable, PasswordEmpty, PasswordFileUnreadable
from jobber.domain.images.credentials import Credentials, entry_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.images.reference import ImageReference

_LARGEST = 1 << 16


class MachineKeyring:
    """A keyring that looks up credentials only on demand."""

    def __init__(self, entries: tuple[CredentialEntry, ...], *, environment: Mapping[str, str]) -> None:
        self._entries = entries
        self._environment = environment

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """Return the credentials of the longest matching prefix of a reference; None if none matches.

        Raises `CredentialsUnusable` if the matching credentials cannot be used.
        """
        entry = entry_for(reference, self._entries)
        if entry is not None:
            return Credentials(
                entry.user,
                _password(entry, self._environment),
                origin=f"the entry for {entry.registry} in the configuration",
            )
        from jobber.adapters.credentials.stored import stored_credentials

        return stored_credentials(reference, self._environment)


def check_entry(entry: CredentialEntry, environment: Mapping[str, str]) -> None:
    """Check that the password of an entry is available. Raises `CredentialsUnusable`.

    A named pipe given as password file is not read: reading consumes its content and may block forever.
    """
    if entry.password_file is None or not _expanded(entry.password_file, environment).is_fifo():
        _password(entry, environment)


def _password(entry: CredentialEntry, environment: Mapping[str, str]) -> str:
    if entry.password_file is None:
        if not entry.password:
            raise PasswordEmpty(entry.registry, origin="`password` in the configuration")
        return entry.password
    password = _read(entry.registry, entry.password_file, environment)
    if not password:
        raise PasswordEmpty(entry.registry, origin=f"password file {entry.password_file}")
    return password


def _read(registry: str, written: str, environment: Mapping[str, str]) -> str:
    """Return the content of a password file without its last line ending. Raises `PasswordFileUnreadable`."""
    try:
        with _expanded(written, environment).open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise CredentialsUnusable(
                registry, why=f"the password file {written} is larger than 64 KiB", hint="is it the right file?"
            )
        text = content.decode()
    except OSError as error:
        raise PasswordFileUnreadable(registry, path=written, why=(error.strerror or str(error)).lower()) from None
    except (RuntimeError, KeyError) as error:  # `~USER` with an unknown user
        raise PasswordFileUnreadable(registry, path=written, why=str(error)) from None
    except ValueError:
        raise PasswordFileUnreadable(registry, path=written, why="it is not text (UTF-8)") from None
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


def _expanded(written: str, environment: Mapping[str, str]) -> Path:
    if (written == "~" or written.startswith("~/")) and (home := environment.get("HOME")):
        return Path(home + written[1:])
    return Path(os.path.expanduser(written))  # noqa: PTH111 - takes a plain string, and works without a home directory
