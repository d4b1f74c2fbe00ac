"""How one column of a table becomes inputs of a network: a frozen dataclass for each kind.

Each is fitted to the training cells and then holds, as plain data, all that it needs to treat any
later cell alike. Cells missing in training get an indicator of their own, since that a value is
missing often says something itself.
"""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.frames import days_of, numbers_of, texts_of, truths_of
from axone.data.plain_data import PlainData
from axone.data.reading.keys import MOST_CATEGORIES
from axone.messages import _

if TYPE_CHECKING:
    from pandas import Series

_FEW_OUTPUTS = 8
"""Up to so many it is faster to look at all rows for each of them than the other way round."""

_MEDIAN_ROWS = 20_000
"""Of so many rows a median is true to the hundredth of a rank."""

_PERIODS = {"year": 365.2425, "week": 7.0, "day": 1.0}
"""Days after which what depends on the calendar or the clock comes again."""


class Output(NamedTuple):
    """One input of the network: its name, and whether it is an amount that is to be scaled."""

    name: str
    scaled: bool


@dataclass(frozen=True)
class Column(PlainData, ABC):
    """A column of the table, by name."""

    name: str

    @classmethod
    @abstractmethod
    def fit(cls, values: "Series") -> Self:
        """Learn from the training cells, of which at least one is present."""

    @property
    @abstractmethod
    def outputs(self) -> tuple[Output, ...]:
        """What the column becomes, in order."""

    @abstractmethod
    def transform(self, values: "Series") -> NDArray[Any]:
        """Return `(m, len(outputs))`, all finite: float64, or truths where there is nothing else.

        Raises
        ------
        DataError
            A cell that is no value of this kind; with column, row and cell.
        """

    def notes(self) -> tuple[str, ...]:
        """Say what was decided in fitting that a reader of the result should know."""
        return ()

    def _missing_output(self) -> Output:
        # A name, which arrays and files hold: the same in every language.
        return Output(_("{name} is missing", name=self.name).english, scaled=False)


@dataclass(frozen=True)
class NumberColumn(Column):
    """A number as it is; a missing one is the training median, which outliers do not move.

    The range of the training rows is kept to tell when later rows leave it; None in models of
    before it was.
    """

    fill: float
    marks_missing: bool
    lowest: float | None = None
    highest: float | None = None
    kind: Literal["number"] = "number"

    @classmethod
    def fit(cls, values: "Series") -> Self:
        numbers = numbers_of(values)
        missing = np.isnan(numbers)
        present = numbers[~missing] if missing.any() else numbers
        fill = _median(present, exact=len(present) < len(numbers))
        lowest, highest = float(present.min()), float(present.max())
        return cls(str(values.name), fill, len(present) < len(numbers), lowest, highest)

    @property
    def outputs(self) -> tuple[Output, ...]:
        number = Output(self.name, scaled=True)
        return (number, self._missing_output()) if self.marks_missing else (number,)

    def transform(self, values: "Series") -> FloatArray:
        return _filled(numbers_of(values), self.fill, self.marks_missing)


@dataclass(frozen=True)
class BooleanColumn(Column):
    """True is 1, False is 0; a missing cell is the more frequent of the two."""

    fill: bool
    marks_missing: bool
    kind: Literal["boolean"] = "boolean"

    @classmethod
    def fit(cls, values: "Series") -> Self:
        numbers = truths_of(values)
        missing = bool(np.isnan(numbers).any())
        return cls(str(values.name), bool(np.nanmean(numbers) > 0.5), missing)

    @property
    def outputs(self) -> tuple[Output, ...]:
        truth = Output(self.name, scaled=False)
        return (truth, self._missing_output()) if self.marks_missing else (truth,)

    def transform(self, values: "Series") -> FloatArray:
        return _filled(truths_of(values), float(self.fill), self.marks_missing)


@dataclass(frozen=True)
class CategoryColumn(Column):
    """One-hot: a column of ones and zeros for each value seen in training, in sorted order.

    Of more than `MOST_CATEGORIES` values the most frequent are kept. A value that is not among
    them, and one never seen, is a row of zeros.
    """

    categories: tuple[str, ...]
    marks_missing: bool
    left_out: int = 0
    kind: Literal["category"] = "category"

    @classmethod
    def fit(cls, values: "Series") -> Self:
        codes, texts = texts_of(values)
        counts: Counter[str] = Counter()
        for text, count in zip(
            texts, np.bincount(codes[codes >= 0], minlength=len(texts)).tolist(), strict=True
        ):
            if count:
                counts[text] += count
        # Ties in frequency are decided by the alphabet, not by the order of the rows.
        frequent = sorted(counts, key=lambda text: (-counts[text], text))[:MOST_CATEGORIES]
        missing = bool((codes < 0).any())
        return cls(str(values.name), tuple(sorted(frequent)), missing, len(counts) - len(frequent))

    @property
    def outputs(self) -> tuple[Output, ...]:
        one_hot = tuple(Output(f"{self.name}={text}", scaled=False) for text in self.categories)
        return (*one_hot, self._missing_output()) if self.marks_missing else one_hot

    def transform(self, values: "Series") -> NDArray[Any]:
        places = _places(values, self.categories, missing=len(self.categories))
        width = len(self.outputs)
        if width <= _FEW_OUTPUTS:
            # Column after column, each in one go, and eight times as small.
            return np.stack([places == place for place in range(width)]).T
        result = np.zeros((len(values), width))
        known = (places >= 0) & (places < width)
        result[np.flatnonzero(known), places[known]] = 1.0
        return result

    def notes(self) -> tuple[str, ...]:
        if not self.left_out:
            return ()
        return (
            _(
                "column {name!r}: the {kept} most frequent values kept, {left_out} "
                "rarer ones taken together",
                name=self.name,
                kept=len(self.categories),
                left_out=self.left_out,
            ).coded("rare_values_together"),
        )


@dataclass(frozen=True)
class OrdinalColumn(Column):
    """The position of a value in sorted order: 0 for the first.

    Numbers sort by size, pandas' ordered categories by their order, text by the alphabet. Missing
    and unseen values are the training median.
    """

    ordered: tuple[str, ...]
    fill: float
    marks_missing: bool
    kind: Literal["ordinal"] = "ordinal"

    @classmethod
    def fit(cls, values: "Series") -> Self:
        distinct = values.dropna().drop_duplicates()
        if not getattr(values.dtype, "ordered", False):
            # The categories of a column that has no order stand as they came.
            distinct = distinct.astype(object).infer_objects()
        _, ordered = texts_of(distinct.sort_values())
        places = _places(values, tuple(ordered), missing=-1)
        missing = bool(values.isna().any())
        return cls(str(values.name), tuple(ordered), float(np.median(places[places >= 0])), missing)

    @property
    def outputs(self) -> tuple[Output, ...]:
        position = Output(self.name, scaled=True)
        return (position, self._missing_output()) if self.marks_missing else (position,)

    def transform(self, values: "Series") -> FloatArray:
        places = _places(values, self.ordered, missing=-1).astype(np.float64)
        result = _filled(np.where(places < 0, np.nan, places), self.fill, self.marks_missing)
        if self.marks_missing:
            result[:, 1] = values.isna()
        return result


@dataclass(frozen=True)
class DateColumn(Column):
    """Days since 1970, and where in the year, the week and the day they fall.

    A moment's place in a period is sin and cos of 2π·days/period, so that the end of one and the
    beginning of the next lie side by side. Years are of 365.2425 days (the Gregorian mean).
    A missing date is the training median. Times of day alone have no days, and months no week.
    """

    fill: float
    marks_missing: bool
    with_days: bool
    periods: tuple[Literal["year", "week", "day"], ...]
    kind: Literal["date"] = "date"

    @classmethod
    def fit(cls, values: "Series") -> Self:
        days = days_of(values)
        present = days[~np.isnan(days)]
        missing = len(present) < len(days)
        with_days = bool((np.floor(present) != 0).any())
        periods: list[Literal["year", "week", "day"]] = []
        if with_days:
            firsts = present.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
            months_only = bool((firsts.astype(np.float64) == present).all())
            periods += ["year"] if months_only else ["year", "week"]
        if (present != np.floor(present)).any():
            periods.append("day")
        fill = float(np.median(present))
        return cls(str(values.name), fill, missing, with_days, tuple(periods))

    @property
    def outputs(self) -> tuple[Output, ...]:
        amounts = [f"{self.name} days"] if self.with_days else []
        for period in self.periods:
            amounts += [f"{self.name} {period} sin", f"{self.name} {period} cos"]
        outputs = tuple(Output(name, scaled=True) for name in amounts)
        return (*outputs, self._missing_output()) if self.marks_missing else outputs

    def transform(self, values: "Series") -> FloatArray:
        filled = _filled(days_of(values), self.fill, self.marks_missing)
        days = filled[:, 0]
        parts = [days] if self.with_days else []
        for period in self.periods:
            angle = 2.0 * np.pi / _PERIODS[period] * days
            parts += [np.sin(angle), np.cos(angle)]
        return np.column_stack([*parts, *filled[:, 1:].T])


AnyColumn: TypeAlias = NumberColumn | BooleanColumn | CategoryColumn | OrdinalColumn | DateColumn

COLUMN_KINDS: dict[str, type[AnyColumn]] = {
    "number": NumberColumn,
    "boolean": BooleanColumn,
    "category": CategoryColumn,
    "ordinal": OrdinalColumn,
    "date": DateColumn,
}


def _median(present: FloatArray, exact: bool) -> float:
    """Return the median; where no training cell needs it, that of rows at even distances."""
    step = 1 if exact else max(1, len(present) // _MEDIAN_ROWS)
    return float(np.median(present[::step]))


def _filled(values: FloatArray, fill: float, marks_missing: bool) -> FloatArray:
    missing = np.isnan(values)
    if not marks_missing and not missing.any():
        return values[:, None]
    filled = np.where(missing, fill, values)
    return np.column_stack([filled, missing]) if marks_missing else filled[:, None]


def _places(values: "Series", known: tuple[str, ...], missing: int) -> FloatArray:
    """Return each row's position in `known`: −1 for a value not there, `missing` for none."""
    codes, texts = texts_of(values)
    positions = {text: position for position, text in enumerate(known)}
    # Code −1, a missing cell, picks the last.
    return np.array([*(positions.get(text, -1) for text in texts), missing])[codes]
