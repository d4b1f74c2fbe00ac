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
    ("tak", "nie"), ("sant", "falskt"), ("ja", "nej"),
)  # fmt: skip
"""Of each pair the word for yes first."""

_TRUE = frozenset({true for true, _false in PAIRS} | {"1", "1.0", "1,0"})
_FALSE = frozenset({false for _true, false in PAIRS} | {"0", "0.0", "0,0"})


def pair_of(cells: Cells, counted: BoolArray) -> tuple[str, str] | None:
    """Return the pair that all counted texts belong to, whatever their case; None if none.

    Words of one letter must occur both: a column of `f` alone may mean anything.
    """
    import pyarrow as pa

    present = counted & (cells.counts > 0)
    if np.count_nonzero(present) > 6:
        return None
    words = {str(text).casefold() for text in cells.texts.filter(pa.array(present)).to_pylist()}
    for pair in PAIRS:
        if words and words <= set(pair) and (len(words) == 2 or min(map(len, words)) > 1):
            return pair
    return None


def truths_in(cells: Cells) -> FloatArray:
    """Read texts as 1 and 0 in whatever spelling, NaN where one is neither, (n_texts,)."""
    return np.array([truth_of(text) for text in cells.texts.to_pylist()], dtype=np.float64)


def truth_of(cell: Any) -> float:
    """Read a cell as 1 or 0, NaN where it is neither."""
    word = str(cell).strip().casefold()
    return 1.0 if word in _TRUE else 0.0 if word in _FALSE else np.nan
