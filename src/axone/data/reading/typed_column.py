"""What a column holds whose cells have a type already, which says it by itself."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from axone.data.reading.column import ColumnReading
from axone.data.reading.decision import ORDERS_CHOSEN, ColumnKind, Decision
from axone.data.reading.missing import without_marks
from axone.data.reading.moments import DateFormat, are_compact_dates, moments_of
from axone.data.reading.numerals import LARGEST_EXACT, Numerals
from axone.data.reading.report import dates_in_words
from axone.data.targets import cell_text
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import Series


def decide_typed(values: "Series", choice: str | None, requested: tuple[str, ...]) -> Decision:
    """Decide on a column that has a type already, which its cells say by themselves."""
    import pandas as pd

    known = without_marks(values, requested)
    name = str(values.name)
    texts = ColumnReading(name, "texts", missing=requested)
    marks = _marks_of(values, known)
    if isinstance(values.dtype, pd.CategoricalDtype):
        declared = _of_type(texts, "category", known, _("categories"), marks, otherwise="ordinal")
        return replace(declared, declared=True)
    if pd.api.types.is_datetime64_any_dtype(values):
        moments = pd.Series(moments_of(known), name=values.name, index=values.index)
        reading = ColumnReading(name, "dates", dates=DateFormat(), missing=requested)
        return _of_type(reading, "date", moments, _("dates"), marks)
    if pd.api.types.is_bool_dtype(values) or _holds_booleans(values):
        reading, kind = ColumnReading(name, "truths"), "boolean"
        if choice in ("text", "category"):
            reading, kind = texts, "category"
        return _of_type(reading, kind, known, _("true and false"))  # type: ignore[arg-type]
    if not pd.api.types.is_numeric_dtype(values):
        return _of_type(texts, "category", *_objects(known), marks)
    return replace(_typed_numbers(known, choice, requested), marks=marks)


def _objects(known: "Series") -> tuple["Series", Message]:
    """Return lists, intervals and other objects as what they are called, which tells them apart."""
    if known.isna().all():
        return known, _("nothing")
    return known.astype(object).map(cell_text, na_action="ignore"), _("text")


def _typed_numbers(values: "Series", choice: str | None, requested: tuple[str, ...]) -> Decision:
    name = str(values.name)
    texts = ColumnReading(name, "texts", missing=requested)
    if choice in ("text", "category"):
        return _of_type(texts, "category", values, _("numbers taken as text"), otherwise="number")
    if choice == "boolean":
        return _of_type(ColumnReading(name, "truths"), "boolean", values, _("0 and 1"))
    if choice is None and _has_long_numbers(values):
        cells = values.map(str, na_action="ignore").astype(object)
        return _of_type(texts, "category", cells, _("codes of digits"), otherwise="number")
    given = values.to_numpy(dtype=np.float64, na_value=np.nan)
    if choice in ("date", *ORDERS_CHOSEN) or (choice is None and are_compact_dates(given)):
        written = DateFormat(compact=True)
        reading = ColumnReading(name, "dates", dates=written, missing=requested)
        moments = reading.read(values).values
        return _of_type(reading, "date", moments, dates_in_words(written, ""), otherwise="number")
    # Where later rows are text, programs have written them, with a point.
    point = Numerals(".")
    numbers = ColumnReading(name, "numbers", numerals=point, missing=requested)
    how = _("whole numbers") if values.dtype.kind in "iu" else _("numbers")
    return _of_type(numbers, "number", values, how, otherwise="category")


def _marks_of(values: "Series", known: "Series") -> dict[str, int]:
    """Return how often which cells were taken for marks."""
    if known is values:
        return {}
    gone = values[known.isna() & values.notna()]
    return {cell_text(cell): int(count) for cell, count in gone.value_counts().items() if count}


def _of_type(
    reading: ColumnReading,
    kind: ColumnKind,
    values: "Series",
    how: Message,
    marks: dict[str, int] | None = None,
    otherwise: str = "ignore",
) -> Decision:
    examples = tuple(str(cell) for cell in values.dropna().drop_duplicates().head(3))
    return Decision(reading, kind, values, how, marks or {}, examples=examples, otherwise=otherwise)


def _holds_booleans(values: "Series") -> bool:
    import pandas as pd

    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "boolean"


def _has_long_numbers(values: "Series") -> bool:
    """Tell whether whole numbers are beyond what floating point tells apart."""
    if values.dtype.kind not in "iu":
        return False
    least, most = values.min(), values.max()
    return bool(most > LARGEST_EXACT or least < -LARGEST_EXACT)
