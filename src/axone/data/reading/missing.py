"""Words that stand for nothing: which cells of a column are missing.

An empty cell always is. Of the marks below only where the column's other cells are no text, since
among words `None` and `-` may be values like others: a grade, a blood group.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from axone.arrays import BoolArray
from axone.data.reading.cells import Cells, plain_text

MARKS = frozenset(
    {
        "na", "n/a", "#n/a", "#na", "n.a.", "n. a.", "n.a", "nan", "-nan", "<na>", "nat", "#nv",
        "null", "(null)", "[null]", "\\n", "none", "nil", "missing", "(missing)",
        "unknown", "undefined", "empty", "(empty)", "blank", "(blank)", "not available",
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
    """Return which texts somebody said are marks, in whatever column, (n_texts,)."""
    return _among(cells.texts, frozenset(map(plain_text, requested)))


def _among(texts: Any, words: frozenset[str]) -> BoolArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not words:
        return np.zeros(len(texts), bool)
    return np.asarray(pc.is_in(texts, pa.array(sorted(words), pa.string())), dtype=bool)
