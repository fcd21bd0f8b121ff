# SPDX-License-Identifier: EUPL-1.2
"""Sets a document as PDF/A-2b and PDF/UA-1 by Typst, from data: what people wrote can never become markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

TEMPLATE = Path(__file__).with_name("templates") / "document.typ"
STANDARDS: Final[list[typst.PDFStandard]] = ["a-2b", "ua-1"]
"""For archives, and for those who read with their ears."""

_FONTS = typst.Fonts(include_system_fonts=False)
"""Those that Typst brings: a document looks the same on every machine."""
_PROBE = b'#set text(font: ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern"))\n#sys.inputs.text'
_SURE = range(ord(" "), 0x250)
"""Latin letters, which the fonts have; what lies in between without being printed is looked at."""
_EAST = 0x3000
"""From here on, Chinese and Japanese and the pictures, the fonts have next to nothing."""
_LONG = re.compile(r"\S{30,}")
_PIECE = 15
_BREAK = "\N{ZERO WIDTH SPACE}"


def typeset(document: Mapping[str, Any], moment: datetime) -> bytes:
    """The PDF of a document, made on `moment` (aware): the same for the same, byte for byte.

    `{language, title, author, running, stamp, page, sections: [{title, level, blocks}]}`; a block is `facts` (rows of
    label and value), a `table` (columns' widths, head, rows) or a `text`. Takes about 0.1 s; blocks its thread only.
    """
    try:
        return _compile(_mapped(document, _printable), moment)
    except typst.TypstError:  # signs that the fonts have one by one, but not on top of each other
        return _compile(_mapped(document, _plainest), moment)


def _compile(document: Any, moment: datetime) -> bytes:
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_FONTS,
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document)},
        pdf_standards=STANDARDS,
        timestamp=int(moment.timestamp()),
    )


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    return [_mapped(inner, change) for inner in value] if isinstance(value, list | tuple) else value


def _printable(text: str) -> str:
    """The text with its signs that no font has told by their names, and with places to break a long word at."""
    return _LONG.sub(_breakable, "".join(_shown(sign) for sign in text))


def _plainest(text: str) -> str:
    return _LONG.sub(_breakable, "".join(sign if ord(sign) in _SURE else _named(sign) for sign in text))


def _breakable(found: re.Match[str]) -> str:
    word = found[0]
    return _BREAK.join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


@cache
def _shown(sign: str) -> str:
    if sign == "\n" or (ord(sign) in _SURE and sign.isprintable()):
        return sign
    return sign if ord(sign) < _EAST and sign.isprintable() and _has_glyph(sign) else _named(sign)


def _named(sign: str) -> str:
    """A sign by its name, as `[grinning face]`; white space is space, what has neither sight nor name is gone."""
    if sign.isspace():
        return sign if sign == "\n" else " "
    if unicodedata.category(sign) in {"Cc", "Cf", "Cs"}:
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"


def _has_glyph(sign: str) -> bool:
    try:
        typst.compile(_PROBE, format="pdf", font_paths=_FONTS, sys_inputs={"text": sign}, pdf_standards=["a-2b"])
    except typst.TypstError:
        return False
    return True
