"""YAML parsing to a tree of nodes with line numbers.

Any input gives either a tree or one error, in bounded time and memory. PyYAML parses the events. jobber does not use
PyYAML's composer, because its recursion is as deep as the file's nesting. Anchors, aliases and merge keys are errors:
a value has one place in one file, so that errors and origins can name it. Plain scalars follow the core schema of
YAML 1.2, plus the booleans of YAML 1.1. Other YAML 1.1 numbers (`1:30`, `0777`, `1_000`) are strings, and errors
where a number is required.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from jobber.domain.configuration.node import Entry, Node
from jobber.domain.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEEP = 32
"""Maximum nesting of lists and mappings; a configuration has five levels."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""Characters that quoted scalars can contain, but arguments and terminals do not accept."""
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})").fullmatch
_FRACTION = re.compile(r"[-+]?(?:[0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40}|[0-9]{1,40}(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {
    spelling: truth
    for truth, words in ((True, ("true", "yes", "on")), (False, ("false", "no", "off")))
    for word in words
    for spelling in (word, word.title(), word.upper())
}
_STANDARD = "tag:yaml.org,2002:"
_TAGS = frozenset(_STANDARD + name for name in ("str", "int", "float", "bool", "null", "seq", "map"))
_RESOLVED_TAGS = _TAGS - {_STANDARD + "str"}
_MERGE_KEY = "<<"
_NO_REUSE = "is not supported: each value has one place in a file, and errors name it"


def read_tree(content: bytes, *, path: str) -> Node:
    """Return the tree of the file's only document; an empty file gives an empty node.

    Raises `ConfigurationInvalid`.
    """
    text = _decode(content, path)
    try:
        return _Composer(path).compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(path, mark.line + 1 if mark else 1, _reason(error), hint=_hint(error, text, mark)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _wrong(path, 1, f"it is not valid YAML: {' '.join(str(error).split())}") from None


def reads_as_text(text: str) -> bool:
    """Return whether YAML parses an unquoted scalar as a string."""
    return isinstance(_resolved(text), str)


class _Composer:
    """Builder of a tree from events without recursion: a stack holds the open lists and mappings."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0

    def compose(self, events: Iterator[Any]) -> Node:
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
        }
        for event in events:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
        return self._root or Node(None, 1)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._wrong(event, "a second document begins here; a configuration file has one")

    def _begin(self, event: Any) -> None:
        if len(self._open) >= MOST_DEEP:
            raise self._wrong(event, f"lists and mappings are nested more than {MOST_DEEP} deep")
        self._check_properties(event)
        self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), event.start_mark.line + 1))

    def _end(self, _event: Any) -> None:
        closed = self._open.pop()
        self._add(Node(closed.entries if closed.is_mapping else closed.items, closed.line))

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(node)
        else:
            self._add_entry(top, top.key, node)
            top.key = None

    def _key(self, node: Node) -> Node:
        if isinstance(node.content, list | dict):
            raise _wrong(self._path, node.line, f"{node.kind} can't be a key")
        return node

    def _add_entry(self, top: _Open, key: Node, node: Node) -> None:
        if key.text in top.entries:
            first = top.entries[key.text].line
            raise _wrong(self._path, key.line, f"duplicate key {key.text!r}; first in line {first}")
        top.entries[key.text] = Entry(key.line, node)

    def _alias(self, event: Any) -> None:
        hint = "write the value in each place; put a string that begins with * in quotes"
        raise self._wrong(event, f"an alias (*) {_NO_REUSE}", hint=hint)

    def _scalar(self, event: Any) -> None:
        self._check_properties(event)
        line = event.start_mark.line + 1
        text: str = event.value
        if event.style == '"' and _NO_TEXT.search(text):
            raise _wrong(self._path, line, "a string contains an invalid character")
        is_plain = event.implicit[0] or event.tag in _RESOLVED_TAGS
        if is_plain and text == _MERGE_KEY and self._open and self._open[-1].expects_key:
            hint = "write the value in each place; a named configuration can be a list of others"
            raise self._wrong(event, f"a merge key (<<) {_NO_REUSE}", hint=hint)
        self._add(Node(_resolved(text) if is_plain else text, line, text))

    def _check_properties(self, event: Any) -> None:
        """Refuse an anchor, and a tag that is not of the core schema."""
        if event.anchor is not None:
            hint = "write the value in each place; put a string that begins with & in quotes"
            raise self._wrong(event, f"an anchor (&) {_NO_REUSE}", hint=hint)
        tag = event.tag
        if tag is None or tag == "!" or tag in _TAGS:
            return
        name = f"!!{tag.removeprefix(_STANDARD)}" if tag.startswith(_STANDARD) else "of one's own"
        raise self._wrong(event, f"a tag {name} is not allowed here", hint="put a string that begins with ! in quotes")

    def _wrong(self, event: Any, why: str, *, hint: str | None = None) -> ConfigurationInvalid:
        return _wrong(self._path, event.start_mark.line + 1, why, hint=hint)


class _Open:
    """A list or a mapping that is not complete."""

    __slots__ = ("entries", "is_mapping", "items", "key", "line")

    def __init__(self, is_mapping: bool, line: int) -> None:  # noqa: FBT001
        self.is_mapping = is_mapping
        self.line = line
        self.items: list[Node] = []
        self.entries: dict[str, Entry] = {}
        self.key: Node | None = None

    @property
    def expects_key(self) -> bool:
        """True if the next node is a key."""
        return self.is_mapping and self.key is None


def _decode(content: bytes, path: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong(path, line, "it is not UTF-8", hint="save it in that encoding") from None
    if match := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise _wrong(path, line, f"the character U+{ord(match[0]):04X} is not allowed in YAML")
    return text


def _resolved(text: str) -> str | int | float | bool | None:
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if text[0] in "-+.0123456789":
        if _WHOLE(text):
            return int(text)
        if _FRACTION.fullmatch(text):
            return float(text)
    return text


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "it is not valid YAML"
    if not error.context:
        return problem
    begun = error.context_mark.line + 1 if error.context_mark else 0
    since = (
        f" that begins in line {begun}" if error.problem_mark and begun not in (0, error.problem_mark.line + 1) else ""
    )
    return f"{problem}, {error.context}{since}"


def _hint(error: yaml.MarkedYAMLError, text: str, mark: Any) -> str | None:
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in (error.problem or ""):
        return "YAML is indented with spaces, not with tabs"
    return None


def _wrong(path: str, line: int, why: str, *, hint: str | None = None) -> ConfigurationInvalid:
    return ConfigurationInvalid(f"{path}:{line}", why=why, hint=hint)
