"""Columns that only tell rows apart: identifiers and counters.

They teach a network the order of the rows, and nothing about the next one.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from axone.data.reading.decision import Decision
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import Series

MOST_CATEGORIES = 64
"""One-hot columns of one category at most; the rarer values together are all zeros."""

FEWEST_ROWS = 20
"""In fewer rows any column may hold a different value in each."""

_SURPRISE = 5.0
"""Amounts of R possible values are all different in n rows with probability exp(−n²/2R): beyond
e⁻⁵ it is no chance but the making of a key."""

_LOOKED_AT = 1000
"""Cells in which most columns show what they are like."""

_YEARS = (1700, 2100)


def varies(values: "Series") -> bool:
    """Tell whether a column holds more than one value, a missing one being a value too."""
    # Most columns that do show it in their first cells.
    return any(part.nunique(dropna=False) > 1 for part in (values.iloc[:_LOOKED_AT], values))


def _may_count(first: "Series") -> bool:
    """Tell whether the first numbers of a column are whole and all different."""
    numbers = first.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    return not (numbers % 1 != 0).any() and len(np.unique(numbers)) == len(numbers)


def key_note(decision: Decision) -> Message | None:
    """Say why a column is a key, if it is one; None otherwise."""
    values = decision.values
    if len(values) < FEWEST_ROWS:
        return None
    if decision.kind == "category":
        return _identifier_note(decision)
    if decision.kind == "number":
        return _counter_note(values)
    return None


def _identifier_note(decision: Decision) -> Message | None:
    # A category that its owner declared is one, however many values it has.
    if decision.declared:
        return None
    rows, present = len(decision.values), int(decision.values.notna().sum())
    categories = getattr(decision.values.dtype, "categories", None)
    if categories is not None and len(categories) <= min(MOST_CATEGORIES, present - 1):
        return None
    distinct = int(decision.values.nunique(dropna=True))
    if distinct > max(MOST_CATEGORIES, rows / 2) or (distinct == present >= FEWEST_ROWS):
        return _(
            "column {name!r} left out: {distinct} different texts in {rows} rows look like an "
            "identifier",
            name=decision.reading.name,
            distinct=distinct,
            rows=rows,
        ).coded("identifier_left_out")
    return None


def _counter_note(values: "Series") -> Message | None:
    if not _may_count(values.iloc[:_LOOKED_AT]):
        return None
    least, most, rows = float(values.min()), float(values.max()), int(values.count())
    span = most - least + 1
    if rows < FEWEST_ROWS or not (rows <= span < rows * rows / (2 * _SURPRISE)):
        return None
    if _YEARS[0] <= least and most <= _YEARS[1]:
        return None
    numbers = values.dropna().to_numpy(dtype=np.float64)
    if (numbers % 1 != 0).any() or len(np.unique(numbers)) < rows:
        return None
    chance = math.exp(-rows * rows / (2 * span))
    return _(
        "column {name!r} left out: its {rows} whole numbers are all different, which {span} "
        "possible ones would be by a chance of {chance:.0e}: a counter or an identifier, which "
        "tells the order of the rows",
        name=values.name,
        rows=rows,
        span=int(span),
        chance=chance,
    ).coded("counter_left_out")
