"""How many rows of each class, or texts, a part of a run has: whoever splits wants to see it."""

from collections.abc import Sequence

import numpy as np

from axone.arrays import IntArray
from axone.data.beginnings import END
from axone.experiments.preparation import Prepared
from axone.messages import Message, _, _n, listed, shorten
from axone.model import Classes

_ALL_SHOWN, _MOST_SHOWN = 10, 4
"""Up to so many classes are shown all; of more, so many of those with the most rows."""

_NAME = 24
"""Characters of a class's name on a line."""


def class_counts(prepared: Prepared) -> dict[str, dict[str, int]]:
    """Return the rows of every class by part and class name; empty where there are no classes."""
    if not isinstance(prepared.target, Classes):
        return {}
    names = prepared.dataset.class_names
    return {part: counts_of(rows.y, names) for part, rows in prepared.parts.items()}


def text_counts(prepared: Prepared) -> dict[str, int]:
    """Return how many texts every part of a generator's run has: as many as there are ends."""
    return {name: int((part.y == END).sum()) for name, part in prepared.parts.items()}


def counts_of(labels: IntArray, names: Sequence[str]) -> dict[str, int]:
    """Return how many of the labels, class numbers (m,), each class has, by its name."""
    counts = np.bincount(labels, minlength=len(names)).tolist()
    return dict(zip(names, counts, strict=True))


def counts_in_words(counts: dict[str, int]) -> Message:
    """Return the counts of one part, ``"35 × setosa, 34 × virginica"``; many classes shortened.

    Examples
    --------
    >>> print(counts_in_words({"c1": 148175, "c2": 0}))
    148,175 × c1, 0 × c2
    >>> print(counts_in_words({f"c{number}": number for number in range(1, 31)}))
    30 × c30, 29 × c29, 28 × c28, 27 × c27, and 26 classes of 1 to 26 rows
    """
    if len(counts) <= _ALL_SHOWN:
        return _("{counts}", counts=listed(_pairs(list(counts.items()))))
    # Sorted by rows; of equals the one that comes first stays first.
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    shown, rest = ranked[:_MOST_SHOWN], ranked[_MOST_SHOWN:]
    return _(
        "{counts}, and {classes} classes of {fewest:,} to {most}",
        counts=listed(_pairs(shown)),
        classes=len(rest),
        fewest=rest[-1][1],
        most=_n("{count:,} row", "{count:,} rows", rest[0][1]),
    )


def _pairs(counts: Sequence[tuple[str, int]]) -> list[Message]:
    return [_("{rows:,} × {name}", rows=rows, name=shorten(name, _NAME)) for name, rows in counts]
