"""Words that stand for nothing: which cells of a column are missing.

An empty cell always is. Of the marks below only where the column's other cells are no text, since
among words `None` and `-` may be values like others: a grade, a blood group.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import BoolArray
from axone.data.reading.cells import Cells, plain_text

if TYPE_CHECKING:
    from pandas import Series

_WHOLE = re.compile(r"[+-]?\d+")

MARKS = frozenset(
    {
        "na", "n/a", "#n/a", "#na", "n.a.", "n. a.", "n.a", "nan", "-nan", "<na>", "nat", "#nv",
        "null", "(null)", "[null]", "\\n", "none", "nil", "missing", "(missing)",
        "unknown", "undefined", "empty", "(empty)", "blank", "(blank)", "not available",
        "n.n.", "n. n.", "n.b.", "n.v.", "entfällt", "nicht erhoben", "weiß nicht",
        "weiss nicht",
        "non renseigné", "non disponible", "sans objet", "ne sait pas", "n.s.p.", "nsp",
        "sin dato", "sin datos", "s/d", "s.d.", "no aplica", "no disponible", "não informado",
        "ignorado", "sem dados", "brak", "brak danych", "b.d.", "saknas", "uppgift saknas",
        "ukjent", "not applicable", "not recorded", "not reported", "no data", "no answer",
        "no response", "refused", "don't know", "prefer not to say", "below detection limit",
        "bdl", "n.q.",
        "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000", "0000/00/00",
        "nd", "n.d.", "n/d", "nc", "n.c.", "n/c", "nr", "n.r.", "n/r", "s.o.", "k.a.",
        "k. a.", "o.a.", "inconnu", "inconnue", "unbekannt", "keine angabe", "fehlt", "non connu",
        "-", "--", "---", ".", "..", "...", "…", "?", "??", "???", "*", "**",
        "#value!", "#wert!", "#valeur!", "#ref!", "#bezug!", "#div/0!", "#name?", "#num!", "#zahl!",
        "#null!", "#n/d", "#error!", "#fehler!", "error",
    }
)  # fmt: skip
"""In lower case: what spreadsheets, databases, statistics packages and people write for nothing."""


def usual_marks(cells: Cells) -> BoolArray:
    """Return which texts are marks that people use, (n_texts,)."""
    import pyarrow.compute as pc

    return _among(pc.utf8_lower(cells.texts), MARKS)


def requested_marks(cells: Cells, requested: Sequence[str]) -> BoolArray:
    """Return which texts somebody said are marks, in whatever column, (n_texts,).

    A whole number is one also where it has decimals: -999 as -999.0.
    """
    import pyarrow.compute as pc

    marks = frozenset(map(plain_text, requested))
    found = _among(cells.texts, marks)
    for mark in marks:
        if _WHOLE.fullmatch(mark):
            pattern = rf"^{re.escape(mark)}[.,]0{{1,2}}$"
            found |= np.asarray(pc.match_substring_regex(cells.texts, pattern), dtype=bool)
    return found


def without_marks(values: "Series", requested: Sequence[str]) -> "Series":
    """Return a column that has a type already, missing where somebody said that cells are marks."""
    import pandas as pd

    if not requested or pd.api.types.is_bool_dtype(values):
        return values
    if not pd.api.types.is_numeric_dtype(values):
        return values.mask(values.astype(str).isin(set(map(str, requested))) & values.notna())
    gone = values.isin(_numbers(requested))
    if not gone.any():
        return values
    # NumPy's whole numbers have none that is missing.
    if values.dtype.kind in "iu":
        values = values.astype(pd.Int64Dtype() if values.dtype.kind == "i" else pd.UInt64Dtype())
    return values.mask(gone)


def _numbers(words: Sequence[str]) -> list[float]:
    found = []
    for word in words:
        try:
            found.append(float(plain_text(word)))
        except ValueError:
            continue
    return found


def _among(texts: Any, words: frozenset[str]) -> BoolArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not words:
        return np.zeros(len(texts), bool)
    return np.asarray(pc.is_in(texts, pa.array(sorted(words), pa.string())), dtype=bool)
