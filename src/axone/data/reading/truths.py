"""Yes and no in every spelling: the words that two-valued columns are written with."""

from typing import Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.data.reading.cells import Cells

PAIRS = (
    ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("on", "off"),
    ("vrai", "faux"), ("oui", "non"), ("o", "n"),
    ("wahr", "falsch"), ("ja", "nein"), ("j", "n"),
    ("verdadero", "falso"), ("sí", "no"), ("si", "no"), ("vero", "falso"), ("sì", "no"),
    ("verdadeiro", "falso"), ("sim", "não"), ("sim", "nao"), ("waar", "onwaar"), ("ja", "nee"),
    ("tak", "nie"), ("prawda", "fałsz"), ("ja", "nej"), ("sant", "falskt"), ("ja", "nei"),
    ("sann", "usann"), ("sand", "falsk"), ("kyllä", "ei"), ("tosi", "epätosi"), ("ano", "ne"),
    ("áno", "nie"), ("pravda", "nepravda"), ("igen", "nem"), ("igaz", "hamis"), ("da", "nu"),
    ("adevărat", "fals"), ("da", "ne"), ("evet", "hayır"), ("evet", "hayir"), ("doğru", "yanlış"),
    ("doğru", "yanliş"), ("jah", "ei"), ("jā", "nē"), ("taip", "ne"), ("да", "нет"), ("да", "не"),
    ("истина", "ложь"), ("так", "ні"), ("ναι", "όχι"), ("是", "否"), ("是", "不是"), ("真", "假"),
    ("はい", "いいえ"), ("예", "아니오"), ("네", "아니요"), ("نعم", "لا"), ("כן", "לא"),
    ("có", "không"), ("ya", "tidak"), ("bai", "ez"), ("✓", "✗"), ("✔", "✘"),
)  # fmt: skip
"""Of each pair the word for yes first."""

_TRUE = frozenset({true for true, _false in PAIRS} | {"1", "1.0", "1,0"})
_FALSE = frozenset({false for _true, false in PAIRS} | {"0", "0.0", "0,0"})


def pair_of(cells: Cells, counted: BoolArray) -> tuple[str, str] | None:
    """Return the pair that all counted texts belong to, whatever their case; None if none.

    Words of one letter must occur both: a column of `f` alone may mean anything. Spellings may be
    mixed, y beside yes and 1 beside true, where each short one begins a longer one or is a digit.
    """
    import pyarrow as pa

    present = counted & (cells.counts > 0)
    if np.count_nonzero(present) > 6:
        return None
    words = {str(text).casefold() for text in cells.texts.filter(pa.array(present)).to_pylist()}
    for pair in PAIRS:
        if words and words <= set(pair) and (len(words) == 2 or min(map(len, words)) > 1):
            return pair
    return _mixed(words)


def _mixed(words: set[str]) -> tuple[str, str] | None:
    """Return the longest words for yes and no among several of both; None if they are no such."""
    long = {word for word in words if word.isalpha() and len(word) > 1}
    short = {word for word in words - long if not any(each[0] == word[0] for each in long)}
    if not words <= _TRUE | _FALSE or not short <= {"1", "0"}:
        return None
    true, false = (max(long & side, key=len, default="") for side in (_TRUE, _FALSE))
    return (true, false) if true and false else None


def truths_in(cells: Cells) -> FloatArray:
    """Read texts as 1 and 0 in whatever spelling, NaN where one is neither, (n_texts,)."""
    return np.array([truth_of(text) for text in cells.texts.to_pylist()], dtype=np.float64)


def truth_of(cell: Any) -> float:
    """Read a cell as 1 or 0, NaN where it is neither."""
    word = str(cell).strip().casefold()
    return 1.0 if word in _TRUE else 0.0 if word in _FALSE else np.nan
