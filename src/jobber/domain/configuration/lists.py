"""Settings that are lists: credentials, inputs, options of `docker run`."""

from __future__ import annotations

import shlex
from dataclasses import replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.kind import InvalidValue, Listing, split
from jobber.domain.configuration.origin import Value
from jobber.domain.errors import JobberError
from jobber.domain.images.credentials import CredentialEntry
from jobber.domain.images.reference import parse_registry
from jobber.domain.runs.input import InputSpecification, parse_input
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.configuration.node import Entry, Node
    from jobber.domain.configuration.origin import Origin

HIDDEN = "***"
_SIGNS_OF_PATHS = (".", "file", "seccomp")
"""Substrings of every option with a path that may be relative: each such option contains at least one."""
_KEYS = ("registry", "user", "password", "password-file")


class Inputs(Listing[InputSpecification]):
    """A list of in-specs."""

    expects = "a list of inputs, IMAGE[,src=DIR][,dest=DIR]"
    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}

    def parse(self, text: str, *, line: int | None = None) -> InputSpecification:
        """Parse an in-spec. Raises `InvalidValue`."""
        try:
            return parse_input(text)
        except JobberError as error:
            raise InvalidValue(f": {error.what}", hint=error.hint, line=line) from None

    def plain_item(self, item: InputSpecification) -> object:
        """Return the in-spec as it was written."""
        return item.text


class DockerOptions(Listing[tuple[str, ...]]):
    """Options of `docker run`; each item is a text that is split as a shell does."""

    expects = "a string of docker run options, or a list of such strings"
    schema: Mapping[str, Any] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    is_scalar = True

    def read(self, node: Node, origin: Origin) -> tuple[Value[tuple[str, ...]], ...]:
        """Parse a value from a file. Raises `InvalidValue`."""
        if isinstance(node.content, str):
            return (Value(self.parse(node.content, line=node.line), origin.at(node.line)),)
        return super().read(node, origin)

    def parse(self, text: str, *, line: int | None = None) -> tuple[str, ...]:
        """Split a text into words. Raises `InvalidValue`."""
        try:
            return split(text)
        except InvalidValue as error:
            error.line = line
            raise

    def plain(self, value: tuple[Value[tuple[str, ...]], ...]) -> object:
        """Return the words of all items, with secrets redacted and file paths made absolute."""
        return [word for item in located_options(value) for word in self.plain_item(item.content)]

    def written(self, value: tuple[Value[tuple[str, ...]], ...]) -> object:
        """Return the items for a file in any directory, with file paths made absolute."""
        return super().written(located_options(value))

    def written_item(self, item: tuple[str, ...]) -> object:
        """Return one text that is split into these words, with secrets redacted."""
        return shlex.join(self.plain_item(item))

    def plain_item(self, item: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words with secrets redacted."""
        return _without_secrets(item)


class Credentials(Listing[CredentialEntry]):
    """A list of credentials for registries."""

    expects = "a list of mappings with registry, user, and password or password-file"
    schema: Mapping[str, Any] = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {key: {"type": "string", "minLength": 1} for key in _KEYS},
            "required": ["registry", "user"],
            "oneOf": [{"required": ["password"]}, {"required": ["password-file"]}],
            "additionalProperties": False,
        },
    }

    def read_item(self, node: Node) -> CredentialEntry:
        """Parse one entry. Errors contain neither its user nor its password. Raises `InvalidValue`."""
        if not isinstance(node.content, dict):
            raise InvalidValue(f"must be {self.expects}; one of its items is {node.kind}", line=node.line)
        texts = {key: _text_of(key, entry) for key, entry in node.content.items()}
        for key in ("registry", "user"):
            if key not in texts:
                raise InvalidValue(f"has an entry without {key}", line=node.line)
        if ("password" in texts) == ("password-file" in texts):
            has = "both password and password-file" if "password" in texts else "neither password nor password-file"
            why = f"has an entry for {texts['registry']!r} with {has}"
            raise InvalidValue(why, hint="give exactly one of them", line=node.line)
        try:
            parse_registry(texts["registry"])
        except JobberError as error:
            raise InvalidValue(f": {error.what}", hint=error.hint, line=node.content["registry"].line) from None
        return CredentialEntry(texts["registry"], texts["user"], texts.get("password"), texts.get("password-file"))

    def parse(self, text: str, *, line: int | None = None) -> CredentialEntry:  # noqa: ARG002
        """Raise `InvalidValue`: a password in an environment variable or an option would be visible."""
        raise InvalidValue(f"must be {self.expects}", line=line)

    def plain(self, value: tuple[Value[CredentialEntry], ...]) -> object:
        """Return the entries for JSON output, with absolute paths."""
        return [self.plain_item(located_entry(item)) for item in value]

    def written(self, value: tuple[Value[CredentialEntry], ...]) -> object:
        """Return the entries for a file in any directory."""
        return self.plain(value)

    def plain_item(self, item: CredentialEntry) -> object:
        """Return the entry with its password redacted."""
        secret = {"password-file": item.password_file} if item.password is None else {"password": HIDDEN}
        return {"registry": item.registry, "user": item.user, **secret}


Options = tuple[Value[tuple[str, ...]], ...]


def located_options(items: Options, *, directory: str = "") -> Options:
    """Return the words of options with absolute paths.

    Paths from a file are relative to the file's directory, all others to `directory`. If `directory` is empty, the
    others stay as they are. One option may be spread over two items of the same place.
    """
    located: list[Value[tuple[str, ...]]] = []
    for _, group in groupby(items, key=lambda item: item.origin.place):
        together = tuple(group)
        located += _located(together, directory=together[0].origin.directory or directory)
    return tuple(located)


def _located(items: Options, *, directory: str) -> Options:
    words = tuple(word for item in items for word in item.content)
    if not directory or not any(sign in word for word in words for sign in _SIGNS_OF_PATHS):
        return items
    from jobber.domain.docker_options import located_words

    located = iter(located_words(words, directory=directory))
    return tuple(item._replace(content=tuple(islice(located, len(item.content)))) for item in items)


def located_entry(item: Value[CredentialEntry]) -> CredentialEntry:
    """Return an entry with its password file resolved against the directory of the file that names it."""
    path, directory = item.content.password_file, item.origin.directory
    if path is None or path.startswith(("/", "~")) or not directory:
        return item.content
    return replace(item.content, password_file=f"{directory}/{path.removeprefix('./')}")


def _without_secrets(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words as a run record stores them; words that are not options stay as they are."""
    from jobber.domain.docker_options import recorded_words

    try:
        return recorded_words(words)
    except JobberError:
        return words


def _text_of(key: str, entry: Entry) -> str:
    if key not in _KEYS:
        raise InvalidValue(
            f"has an entry with an unknown key {key!r}", hint=did_you_mean(key, known=_KEYS), line=entry.line
        )
    content = entry.node.content
    if not isinstance(content, str):
        kind = "a string, not a number or a boolean" if isinstance(content, bool | int | float) else "a string"
        quotes = "put it in quotes" if isinstance(content, bool | int | float) else None
        raise InvalidValue(f"has an entry whose {key} must be {kind}", hint=quotes, line=entry.line)
    if not content:
        raise InvalidValue(f"has an entry whose {key} is empty", line=entry.line)
    return content
