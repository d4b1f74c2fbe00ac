"""What later rows have that the training rows had not: told beside predictions, which go on.

Cells of another kind, categories never seen, amounts outside the range of training, columns that
nobody asked for.
"""

from typing import TYPE_CHECKING

import numpy as np

from axone.data.columns import AnyColumn, CategoryColumn, NumberColumn, OrdinalColumn
from axone.data.encoding import TableEncoder
from axone.data.frames import numbers_of, texts_of
from axone.data.reading.report import shortened
from axone.messages import Message, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_MOST_NAMED = 5


def remarks_on(encoder: TableEncoder, frame: "DataFrame", target: str = "") -> tuple[Message, ...]:
    """Say what is new in rows that an encoder will take, counted.

    Parameters
    ----------
    encoder : TableEncoder
    frame : pandas.DataFrame
        With every column that the encoder needs.
    target : str
        A column that may be there.
    """
    read, notes = encoder.reading.only(encoder.names).read_and_tell(frame)
    more = [name for name in frame.columns if name not in (*encoder.table_names, target)]
    # Encoders of before they kept all names would call each left-out column new.
    if more and encoder.table_names:
        notes += (
            _n(
                "{count} column that the model does not know is passed over: {names}",
                "{count} columns that the model does not know are passed over: {names}",
                len(more),
                names=listed(map(shortened, more[:_MOST_NAMED])),
            ).coded("unknown_columns"),
        )
    found = (_remark(column, read[column.name]) for column in encoder.columns)
    return (*notes, *(remark for remark in found if remark is not None))


def _remark(column: AnyColumn, values: "Series") -> Message | None:
    if isinstance(column, NumberColumn):
        return _outside(column, values)
    if isinstance(column, CategoryColumn):
        return _unseen(column.name, column.categories, values)
    if isinstance(column, OrdinalColumn):
        return _unseen(column.name, column.ordered, values)
    return None


def _outside(column: NumberColumn, values: "Series") -> Message | None:
    if column.lowest is None or column.highest is None:
        return None
    numbers = numbers_of(values)
    outside = (numbers < column.lowest) | (numbers > column.highest)
    count = int(np.count_nonzero(outside))
    if not count:
        return None
    row = int(np.argmax(outside))
    return _n(
        "column {name!r}: {count} row is outside {lowest:.6g} to {highest:.6g}, where the training "
        "rows lay: {number:.6g} in row {row}",
        "column {name!r}: {count} rows are outside {lowest:.6g} to {highest:.6g}, where the "
        "training rows lay, first {number:.6g} in row {row}",
        count,
        name=column.name,
        lowest=column.lowest,
        highest=column.highest,
        number=float(numbers[row]),
        row=row + 1,
    ).coded("outside_training_range")


def _unseen(name: str, known: tuple[str, ...], values: "Series") -> Message | None:
    codes, texts = texts_of(values)
    categories = set(known)
    # Code −1, a missing cell, picks the last.
    unknown = np.array([*(text not in categories for text in texts), False], dtype=bool)
    rows = unknown[codes]
    count = int(np.count_nonzero(rows))
    if not count:
        return None
    row = int(np.argmax(rows))
    return _n(
        "column {name!r}: {count} row has a category that the model does not know: {category!r} in "
        "row {row}",
        "column {name!r}: {count} rows have a category that the model does not know, first "
        "{category!r} in row {row}",
        count,
        name=name,
        category=shortened(texts[codes[row]]),
        row=row + 1,
    ).coded("unseen_categories")
