"""What one column of a table holds: numbers, dates, truths or text, and how they are written.

Whatever fits all cells but a few wins; those few are told and count as missing. Where two ways of
reading remain, none is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from axone.arrays import BoolArray
from axone.data.reading.cells import Cells
from axone.data.reading.column import (
    ColumnReading,
    are_exceptions,
    by_row,
    is_text,
    series_of,
    texts_series,
)
from axone.data.reading.missing import requested_marks, usual_marks, without_marks
from axone.data.reading.moments import (
    DateDecision,
    DateFormat,
    Dates,
    Order,
    are_compact_dates,
    compact_dates,
    decide_order,
    moments_of,
)
from axone.data.reading.numerals import (
    LARGEST_EXACT,
    DecimalSign,
    NumberDecision,
    Numbers,
    Numerals,
    decide_numerals,
)
from axone.data.reading.plain import PlainNumbers, plain_numbers
from axone.data.reading.report import (
    CellAt,
    dates_in_words,
    numerals_in_words,
    options_of,
    shortened,
)
from axone.data.reading.truths import pair_of, truths_in
from axone.data.targets import cell_text
from axone.errors import DataError
from axone.messages import Message, _, _n

if TYPE_CHECKING:
    from pandas import Series

ColumnKind: TypeAlias = Literal["number", "boolean", "category", "ordinal", "date", "ignore"]
"""What a column becomes."""

ColumnChoice: TypeAlias = Literal[
    "number", "boolean", "category", "ordinal", "date", "ignore", "text",
    "decimal-point", "decimal-comma", "day-first", "month-first", "year-first",
]  # fmt: skip
"""What can be said of a column: what it becomes, or only how its cells are to be read."""

CHOICES: tuple[str, ...] = get_args(ColumnChoice)

ALMOST = "almost_numbers_as_categories"
"""The code of notes on columns of text that nearly are something else."""

_DECIMALS: dict[str, DecimalSign] = {"decimal-point": ".", "decimal-comma": ","}
_ORDERS: dict[str, Order] = {
    "day-first": "day-first",
    "month-first": "month-first",
    "year-first": "year-first",
}


@dataclass(frozen=True)
class Hints:
    """How the rest of a table is written, for columns that leave it open.

    Attributes
    ----------
    decimal : {"", ".", ","}
    order : Order
    """

    decimal: DecimalSign = ""
    order: Order = ""


@dataclass(frozen=True, eq=False)
class Decision:
    """What a column holds.

    Attributes
    ----------
    reading : ColumnReading
    kind : ColumnKind
    values : Series
        The cells, read.
    how : Message
        How they are written.
    marks : dict of str to int
        In how many rows which mark stands for a missing cell.
    decided_by : CellAt or None
    unreadable : ndarray of int
        The rows, counted from 0, of cells that are of another kind.
    unreadable_texts : dict of int to str
        The cells in the first of these rows.
    examples : tuple of str
    notes : tuple of Message
    decimal, order : DecimalSign, Order
        What the column shows about how the whole table is written; empty where it shows nothing.
    otherwise : str
        The choice that would read it otherwise.
    declared : bool
        Whether the column's type says that it holds categories.
    """

    reading: ColumnReading
    kind: ColumnKind
    values: "Series"
    how: Message
    marks: dict[str, int] = field(default_factory=dict)
    decided_by: CellAt | None = None
    unreadable: tuple[CellAt, ...] = ()
    unreadable_count: int = 0
    examples: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    decimal: DecimalSign = ""
    order: Order = ""
    otherwise: str = "text"
    declared: bool = False


@dataclass(frozen=True)
class Ambiguity:
    """Two ways to read a column, of which its cells rule out neither.

    Attributes
    ----------
    name : str
    example : CellAt
    readings : tuple of (what the example would be, the option that says so)
    """

    name: str
    example: CellAt
    readings: tuple[tuple[str, str], tuple[str, str]]

    def in_words(self) -> Message:
        """Say what is open and how to close it."""
        (one, option), (other, other_option) = self.readings
        return _(
            "column {name!r} can be read in two ways: {example} is {one} or {other}. Say which: "
            "{option} or {other_option}.",
            name=self.name,
            example=self.example.message,
            one=one,
            other=other,
            option=option,
            other_option=other_option,
        )


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
        found = _as_plain(plain, values)
    else:
        found = decide_text(values, choice, tuple(requested), hints)
    if isinstance(found, Decision) and choice == "ordinal":
        return replace(found, kind="ordinal")
    if isinstance(found, Decision) and choice == "ignore":
        return replace(found, kind="ignore")
    return found


def decide_text(
    values: "Series", choice: str | None, requested: tuple[str, ...], hints: Hints
) -> Decision | Ambiguity:
    """Decide on a column of text by its cells."""
    return _TextColumn(values, choice, requested, hints).decide()


def _as_plain(plain: PlainNumbers, values: "Series") -> Decision:
    """Return the decision on a column that was cast as a whole."""
    import pandas as pd

    numerals = Numerals("." if plain.deciding >= 0 else "")
    text = plain.texts[plain.deciding] if plain.deciding >= 0 else None
    first = dict.fromkeys(text for text in plain.texts if text)
    return Decision(
        ColumnReading(str(values.name), "numbers", numerals=numerals),
        "number",
        pd.Series(plain.values, name=values.name, index=values.index, copy=False),
        numerals_in_words(numerals),
        decided_by=None if text is None else CellAt(plain.deciding + 1, text),
        examples=tuple(first)[:_EXAMPLES],
        decimal=numerals.decimal,
    )


@dataclass(frozen=True, eq=False)
class _TextColumn:
    """A column of text on its way to a decision."""

    values: "Series"
    choice: str | None
    requested: tuple[str, ...]
    hints: Hints
    cells: Cells = field(init=False)
    gone: BoolArray = field(init=False)
    marked: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        cells = Cells.of(self.values)
        gone = requested_marks(cells, self.requested)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "gone", gone)
        object.__setattr__(self, "marked", usual_marks(cells) | gone)

    def decide(self) -> Decision | Ambiguity:
        choice = self.choice
        if choice in ("text", "category", "ignore"):
            return self._texts()
        if choice == "boolean":
            return self._truths(forced=True)
        if choice in ("date", *_ORDERS):
            dates = Dates(self.cells, ~self.marked)
            written = DateFormat(_ORDERS.get(choice, ""), clock=dates.clock)
            readable = ~np.isnat(dates.values(written))
            return self._dates(forced=True) or self._refused(_("no date"), readable)
        if choice in ("number", *_DECIMALS):
            numbers = Numbers(self.cells, ~self.marked)
            sign = _DECIMALS.get(choice, decide_numerals(numbers).numerals.decimal_sign)
            readable = numbers.readable(Numerals(sign, "", numbers.unit))
            return self._numbers(forced=True) or self._refused(_("no number"), readable)
        return self._whatever_fits()

    def _whatever_fits(self) -> Decision | Ambiguity:
        if pair_of(self.cells, ~self.marked) is not None:
            return self._truths(forced=False)
        numbers = None if self._are_months_with_points() else self._numbers(forced=False)
        return numbers or self._dates(forced=False) or self._texts()

    def _are_months_with_points(self) -> bool:
        """Tell whether all cells are as 01.2024, which amounts are not written like.

        Either a zero stands first, or three different months occur: amounts that have the decimals
        of years need not go from 1 to 12.
        """
        shapes, of_texts = self.cells.shapes
        present = ~self.marked & (self.cells.counts > 0)
        if not {shapes[n] for n in np.unique(of_texts[present])} <= {"9.9999", "99.9999"}:
            return False
        moments = Dates(self.cells, present).values(DateFormat())[present]
        if not len(moments) or np.isnat(moments).any():
            return False
        months = moments.astype("datetime64[M]").astype(int)
        years = 1970 + months // 12
        likely = years.min() >= 1900 and years.max() <= 2100
        zeros = bool((Numbers(self.cells, present).first_digits[present] == 0).any())
        return bool(likely and (zeros or len(np.unique(months % 12)) > 2))

    @property
    def name(self) -> str:
        return str(self.values.name)

    def _rows(self, texts: BoolArray) -> int:
        return int(self.cells.counts[texts].sum())

    def _fits(self, readable: BoolArray, forced: bool) -> bool:
        """Tell whether all cells but a few are readable: half of them, where a choice was made."""
        present = self._rows(~self.marked)
        odd = present - self._rows(readable & ~self.marked)
        if present in (0, odd):
            return False
        return odd <= present / 2 if forced else are_exceptions(odd, present)

    def _numbers(self, forced: bool) -> Decision | Ambiguity | None:
        numbers = Numbers(self.cells, ~self.marked)
        if not self._fits(numbers.numeric, forced) or not (forced or self._are_amounts(numbers)):
            return None
        sign = _DECIMALS.get(self.choice or "", self.hints.decimal)
        found = decide_numerals(numbers, sign)
        if self.choice in _DECIMALS:
            found = self._with_sign(found, numbers, sign)
        readable = numbers.readable(found.numerals)
        if not self._fits(readable, forced):
            return None
        if found.rival is not None:
            return self._open_numbers(found, numbers)
        values = numbers.values(found.numerals)
        if not forced:
            code = self._code(numbers, found, values)
            if code is not None:
                return code
            if not found.numerals.unit and are_compact_dates(values[self.cells.counts > 0]):
                return self._dates_in_digits(values)
        return self._read_as(
            ColumnReading(self.name, "numbers", numerals=found.numerals),
            "number",
            by_row(values, self.cells),
            readable,
            how=numerals_in_words(found.numerals),
            deciding=self._showing(found, numbers),
            notes=self._bounds(numbers.bounds & readable),
            by_table=found.by_table,
            decimal=_shown_sign(found),
        )

    def _are_amounts(self, numbers: Numbers) -> bool:
        """Tell whether fewer than half of the numbers are limits: <50 and >50 are two classes."""
        return 2 * self._rows(numbers.bounds) < self._rows(numbers.numeric)

    def _bounds(self, bounds: BoolArray) -> tuple[Message, ...]:
        """Say which numbers are limits, below or above which the amount lies."""
        count = self._rows(bounds)
        if not count:
            return ()
        return (
            _n(
                "{count} cell gives a limit and counts as the limit itself: {first}",
                "{count} cells give a limit and count as the limit itself, first {first}",
                count,
                first=self._at(self._first(bounds)).message,
            ).coded("limits_as_numbers"),
        )

    def _with_sign(
        self, found: NumberDecision, numbers: Numbers, sign: DecimalSign
    ) -> NumberDecision:
        """Return the notation that has the decimal sign that was asked for."""
        other = {".": ",", ",": "."}[sign]
        grouping = found.numerals.grouping if found.numerals.grouping not in (".", ",") else other
        numerals = Numerals(
            sign,
            grouping,
            found.numerals.unit,
        )
        del numbers
        return NumberDecision(numerals)

    def _open_numbers(self, found: NumberDecision, numbers: Numbers) -> Ambiguity:
        assert found.rival is not None  # noqa: S101 — as the caller has seen
        example = self._at(found.example)
        readings = []
        for numerals in (found.numerals, found.rival):
            value = numbers.values(numerals)[found.example]
            decimal = numerals.decimal or {".": ",", ",": "."}[numerals.grouping]
            choice = "decimal-comma" if decimal == "," else "decimal-point"
            readings.append((f"{value:.15g}", options_of(self.name, choice)))
        return Ambiguity(self.name, example, (readings[0], readings[1]))

    def _showing(self, found: NumberDecision, numbers: Numbers) -> int:
        """Return the text that decided, else the first with a sign or a unit."""
        if found.deciding >= 0:
            return found.deciding
        shown = [
            bool(form and (signs := found.numerals.reads(form)) and (any(signs) or form.unit))
            for form in numbers.forms
        ]
        texts = np.flatnonzero(numbers.of_shapes(shown) & (self.cells.counts > 0))
        return int(texts[0]) if len(texts) else -1

    def _code(self, numbers: Numbers, found: NumberDecision, values: Any) -> Decision | None:
        """Return the column as text if its digits name things, and amounts would lose some."""
        if found.numerals != Numerals():
            return None
        zeros = np.flatnonzero(numbers.leading_zeros & (self.cells.counts > 0))
        if len(zeros):
            note = _(
                "zeros stand first, so that its numbers are codes, as {cell}",
                cell=self._at(int(zeros[0])).message,
            )
            return self._as_codes(note, int(zeros[0]))
        # From 2⁵³ on, which 2⁵³ + 1 is read as; a number of 400 digits is read as infinite.
        long = np.flatnonzero((np.abs(values) >= LARGEST_EXACT) & (self.cells.counts > 0))
        whole = [bool(form and form.digits) for form in numbers.forms]
        long = long[numbers.of_shapes(whole)[long]]
        if not len(long):
            return None
        note = _(
            "its numbers have more digits than computers count with, as {cell}: codes",
            cell=self._at(int(long[0])).message,
        )
        return self._as_codes(note, int(long[0]))

    def _as_codes(self, note: Message, deciding: int) -> Decision:
        texts = self._texts()
        return replace(
            texts,
            how=_("codes of digits"),
            decided_by=self._at(deciding),
            notes=(note.coded("digits_as_codes"),),
            otherwise="number",
        )

    def _dates_in_digits(self, values: Any) -> Decision:
        moments = compact_dates(values)
        written = DateFormat(compact=True)
        return self._read_as(
            ColumnReading(self.name, "dates", dates=written),
            "date",
            by_row(moments, self.cells),
            ~np.isnat(moments),
            how=dates_in_words(written, ""),
            deciding=0,
            otherwise="number",
        )

    def _dates(self, forced: bool) -> Decision | Ambiguity | None:
        dates = Dates(self.cells, ~self.marked)
        if forced and not self._fits(dates.dated, forced):
            values = Numbers(self.cells, ~self.marked).values(Numerals())
            moments = compact_dates(values)
            return self._dates_in_digits(values) if self._fits(~np.isnat(moments), True) else None
        if not self._fits(dates.dated, forced):
            return None
        found = decide_order(dates, _ORDERS.get(self.choice or "", self.hints.order))
        if self.choice in _ORDERS:
            order = _ORDERS[self.choice or ""]
            found = DateDecision(order, dates.values(DateFormat(order, clock=dates.clock)))
        readable = ~np.isnat(found.values)
        if not self._fits(readable, forced):
            return None
        if found.rival:
            return self._open_dates(found, dates)
        written = DateFormat(found.order, clock=dates.clock)
        return self._read_as(
            ColumnReading(self.name, "dates", dates=written),
            "date",
            by_row(found.values, self.cells),
            readable,
            how=dates_in_words(written, dates.precision),
            deciding=found.deciding if found.deciding >= 0 else self._first(readable),
            by_table=found.by_table,
            order=found.order if found.deciding >= 0 or self.choice in _ORDERS else "",
        )

    def _open_dates(self, found: DateDecision, dates: Dates) -> Ambiguity:
        readings = []
        for order in (found.order, found.rival):
            moment = dates.values(DateFormat(order))[found.example]
            shown = str(moment.astype("datetime64[D]"))
            readings.append((shown, options_of(self.name, order)))
        return Ambiguity(self.name, self._at(found.example), (readings[0], readings[1]))

    def _truths(self, forced: bool) -> Decision | Ambiguity:
        truths = truths_in(self.cells)
        readable = ~np.isnan(truths)
        if forced and not self._fits(readable, forced):
            return self._refused(_("neither yes nor no"), readable)
        words = [
            self.cells.text(int(n)) for n in np.flatnonzero(readable & (self.cells.counts > 0))
        ]
        return self._read_as(
            ColumnReading(self.name, "truths"),
            "boolean",
            by_row(truths, self.cells),
            readable,
            how=_("yes and no, as {words}", words=" / ".join(map(shortened, words[:2]))),
            deciding=-1,
        )

    def _texts(self) -> Decision:
        values = texts_series(self.cells, self.gone, self.values)
        notes = () if self.choice else self._almost()
        return Decision(
            ColumnReading(self.name, "texts", missing=self.requested),
            "category",
            values,
            _("text"),
            marks=self._marks(self.gone),
            examples=tuple(self.cells.examples(~self.gone)),
            notes=notes,
            otherwise="number" if _are_almost(notes) else "ordinal",
        )

    def _almost(self) -> tuple[Message, ...]:
        """Say what keeps a column of text from being numbers or dates, and what looks missing."""
        notes: list[Message] = []
        if (several := self._several_notations()) is not None:
            notes.append(several.coded(ALMOST))
        else:
            notes += [note.coded(ALMOST) for note in self._exceptions()][:1]
        for text in np.flatnonzero(self.marked & ~self.gone & (self.cells.counts > 0))[:3]:
            mark = self.cells.text(int(text))
            notes.append(
                _n(
                    "{mark!r} in {count} row is a value among others here; if it says that there "
                    "is none: --missing {mark!r}",
                    "{mark!r} in {count} rows is a value among others here; if it says that there "
                    "is none: --missing {mark!r}",
                    int(self.cells.counts[text]),
                    mark=mark,
                ).coded("mark_as_value")
            )
        return tuple(notes)

    def _several_notations(self) -> Message | None:
        """Say that all cells are numbers, but not in one unit and one notation."""
        numbers = Numbers(self.cells, ~self.marked)
        if not self._fits(numbers.numeric, forced=False):
            return None
        readable = numbers.readable(decide_numerals(numbers).numerals)
        one = self._first(readable if readable.any() else numbers.numeric)
        others = numbers.numeric & ~readable & (self.cells.counts > 0)
        others[one] = False
        if not others.any():
            return None
        return _(
            "its numbers are of several units or notations, as {one} and {other}, and stay text",
            one=self._at(one).message,
            other=self._at(self._first(others)).message,
        )

    def _exceptions(self) -> Iterator[Message]:
        """Say which cells of up to a half keep the others from being numbers or dates."""
        present = self._rows(~self.marked)
        for readable, kind in self._nearly():
            odd = ~readable & ~self.marked & (self.cells.counts > 0)
            if 0 < self._rows(odd) <= present / 2:
                yield _(
                    "{count} of {present} cells are no {kind}, as {cell}",
                    count=self._rows(odd),
                    present=present,
                    kind=kind,
                    cell=self._at(self._first(odd)).message,
                )

    def _nearly(self) -> Iterator[tuple[BoolArray, Message]]:
        """Return which texts are numbers, and which are dates."""
        numbers = Numbers(self.cells, ~self.marked)
        if numbers.numeric.any():
            yield numbers.readable(decide_numerals(numbers).numerals), _("numbers")
        dates = Dates(self.cells, ~self.marked)
        if dates.dated.any():
            yield ~np.isnat(decide_order(dates).values), _("dates")

    def _read_as(
        self,
        reading: ColumnReading,
        kind: ColumnKind,
        values: Any,
        readable: BoolArray,
        *,
        how: Message,
        deciding: int,
        notes: tuple[Message, ...] = (),
        by_table: bool = False,
        decimal: DecimalSign = "",
        order: Order = "",
        otherwise: str = "text",
    ) -> Decision:

        odd = ~readable & ~self.marked & (self.cells.counts > 0)
        lost = [self._at(int(text)) for text in np.flatnonzero(odd)[:_MOST_REMEMBERED]]
        told = list(notes)
        if lost:
            count = self._rows(odd)
            told.append(
                _n(
                    "{count} cell is of another kind and counts as missing: {first}",
                    "{count} cells are of another kind and count as missing, first {first}",
                    count,
                    first=lost[0].message,
                ).coded("unreadable_as_missing")
            )
        if by_table:
            told.append(
                _("open by its own cells: read as the other columns are").coded("read_as_others")
            )
        marks = self._marks(self.marked)
        missing = dict.fromkeys([*self.requested, *marks, *(cell.text for cell in lost)])
        series = series_of(values, reading, self.values)
        return Decision(
            replace(reading, missing=tuple(missing)),
            kind,
            series,
            how,
            marks=marks,
            decided_by=self._at(deciding) if deciding >= 0 else None,
            unreadable=tuple(lost[:5]),
            unreadable_count=self._rows(odd),
            examples=tuple(self.cells.examples(readable)),
            notes=tuple(told),
            decimal=decimal,
            order=order,
            otherwise=otherwise,
        )

    def _marks(self, texts: BoolArray) -> dict[str, int]:
        found = np.flatnonzero(texts & (self.cells.counts > 0))
        return {self.cells.text(int(text)): int(self.cells.counts[text]) for text in found}

    def _first(self, texts: BoolArray) -> int:
        found = np.flatnonzero(texts & (self.cells.counts > 0))
        return int(found[0]) if len(found) else -1

    def _at(self, text: int) -> CellAt:
        return CellAt(self.cells.row_of(text) + 1, self.cells.text(text))

    def _refused(self, fault: Message, readable: BoolArray) -> Decision | Ambiguity:
        odd = np.flatnonzero(~readable & ~self.marked & (self.cells.counts > 0))
        if not len(odd):
            raise DataError(
                _(
                    "column {name!r} is empty: it cannot be read as {choice!r}. Ignore it.",
                    name=self.name,
                    choice=self.choice,
                )
            )
        raise DataError(
            _n(
                "column {name!r}, said to be {choice!r}: {cell} is {fault}; {count} such cell. "
                "Correct it, or leave the choice out.",
                "column {name!r}, said to be {choice!r}: {cell} is {fault}; {count} such cells. "
                "Correct them, or leave the choice out.",
                self._rows(~readable & ~self.marked),
                name=self.name,
                choice=self.choice,
                cell=self._at(int(odd[0])).message,
                fault=fault,
            )
        )


_EXAMPLES = 3

_MOST_REMEMBERED = 1000
"""Cells of another kind that a model remembers, to know them again in later rows."""


def _are_almost(notes: tuple[Message, ...]) -> bool:
    """Tell whether notes say that a column of text is numbers but for some cells."""
    return any(note.code == "almost_numbers_as_categories" for note in notes)


def _shown_sign(found: NumberDecision) -> DecimalSign:
    """Return the decimal sign that a column shows, itself or by what stands between thousands."""
    if found.by_table:
        return ""
    numerals = found.numerals
    if numerals.decimal:
        return numerals.decimal
    return {".": ",", ",": "."}.get(numerals.grouping, "")  # type: ignore[return-value]


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
    if choice in ("date", *_ORDERS) or (choice is None and are_compact_dates(given)):
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
