"""Docstrings, comments and pages use the words of the Docker documentation, and sentences with a subject that acts."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_STARTS = "What|Whatever|Who|Whoever|Whether|How|That|Those|As|When|Something|It|All of it"
_PATTERNS = {
    rf"\A(?:{_STARTS})\b": "begin with a verb (functions) or with the noun itself",
    r"\bcan't be had\b": "is not supported",
    r"\boctets?\b": "bytes",
    r"\bthe dead\b": "orphaned, ended process",
    r"\bis no more\b|\bare no more\b": "has ended",
    r"\bwho we are\b|\bWho we are\b": "credentials",
    r"\bwho(?:m|so)?ever\b": "name the subject",
    r"\bbeginning of (?:an|the) id\b": "prefix of an ID",
    r"\bover there\b": "on the remote host",
    r"\b(?:is|are) told\b": "jobber reports, prints, warns",
    r"\bcomes? of it\b": "result",
    r"\bhas no ears\b|\bhears? of\b": "receives",
    r"\bspoken to\b": "is used through",
    r"\bas long as it takes\b": "without a time limit",
    r"\bno fault of\b": "name the cause",
    r"\bby hand by\b": "manually",
    r"\bother hand\b": "another thread",
    r"\bSPEC section\b": "name a page of the documentation",
    r"\bjobbers\b": "jobber processes",
    r"\bthe wire\b(?! (?:format|protocol))": "the connection",
}


def _prose_of(path: Path) -> list[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    found = [
        (node.lineno, node.value.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    comments = (
        (token.start[0], token.string.lstrip("# "))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )
    return [*found, *comments]


def _complaints(number: int, prose: str, *, starts: bool = True) -> list[str]:
    patterns = list(_PATTERNS.items())[0 if starts else 1 :]
    return [
        f"{number}: {found[0]!r}: {instead}" for pattern, instead in patterns if (found := re.search(pattern, prose))
    ]


@pytest.mark.parametrize("folder", ["src", "tests", "demo", "examples", "benchmarks", "findings"])
def test_docstrings_and_comments_are_plain_english(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{complaint}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, prose in _prose_of(path)
        for complaint in _complaints(number, prose)
    ]

    assert wrong == []


def test_pages_are_plain_english() -> None:
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    wrong = [
        f"{path.relative_to(ROOT)}:{complaint}"
        for path in sorted(pages)
        if "reference" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for complaint in _complaints(number, line, starts=False)
    ]

    assert wrong == []


def test_private_language_would_be_found() -> None:
    assert _complaints(7, "What can't be had is told.") == [
        "7: 'What': begin with a verb (functions) or with the noun itself",
        '7: "can\'t be had": is not supported',
        "7: 'is told': jobber reports, prints, warns",
    ]
