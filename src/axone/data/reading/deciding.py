"""The door to decisions: columns of text are read cell by cell, others by their type."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from axone.data.reading.column import is_text
from axone.data.reading.decision import Ambiguity, Decision, Hints
from axone.data.reading.plain import plain_numbers
from axone.data.reading.text_column import as_plain, decide_text
from axone.data.reading.typed_column import decide_typed

if TYPE_CHECKING:
    from pandas import Series


def decide_column(
    values: "Series", choice: str | None, requested: Sequence[str], hints: Hints
) -> Decision | Ambiguity:
    """Decide how to read a column.

    Parameters
    ----------
    values : Series
        Text, or of any type.
    choice : str or None
        One of `CHOICES`, where its owner said so.
    requested : sequence of str
        Marks that count as missing in whatever column.
    hints : Hints

    Raises
    ------
    DataError
        The cells are not what `choice` says.
    """
    found: Decision | Ambiguity | None
    if not is_text(values):
        found = decide_typed(values, choice, tuple(requested))
    elif choice is None and not requested and (plain := plain_numbers(values)) is not None:
        found = as_plain(plain, values)
    else:
        found = decide_text(values, choice, tuple(requested), hints)
    if isinstance(found, Decision) and choice == "ordinal":
        return replace(found, kind="ordinal")
    if isinstance(found, Decision) and choice == "ignore":
        return replace(found, kind="ignore")
    return found
