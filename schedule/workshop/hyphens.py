"""Where long words may be broken in a narrow cell: soft hyphens, by the patterns of the language.

`hyphens: auto` is not enough: a browser without a dictionary of the language breaks nothing, or anywhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyphen

SOFT = "\u00ad"
#: letters from which on a word is broken: in cells, and where there are many of them beside each other
LONG, LONG_IN_MANY = 10, 8
#: letters that stay together at the beginning, and at the end
START, END = 4, 3
WORD = re.compile(r"[^\W\d_]+")


def softened(text: str, language: str, longest: int = LONG) -> str:
    """The text with a soft hyphen wherever a word of `longest` letters or more may be broken; nothing else changes.

    A language that has no patterns has no hyphens.
    """
    return WORD.sub(lambda word: _softened_word(word[0], language) if len(word[0]) >= longest else word[0], text)


@lru_cache(maxsize=20_000)
def _softened_word(word: str, language: str) -> str:
    patterns = _patterns(language)
    return patterns.inserted(word, hyphen=SOFT) if patterns else word


@lru_cache(maxsize=20)
def _patterns(language: str) -> pyphen.Pyphen | None:
    found = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=found, left=START, right=END) if found else None
