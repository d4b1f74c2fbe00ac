"""What a column of text holds: numbers, dates, truths or words, and how they are written.

Whatever fits all cells but a few wins; those few are told and count as missing. Where two ways of
reading remain, none is taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import BoolArray
from axone.data.reading.cells import Cells
from axone.data.reading.column import ColumnReading, are_exceptions, by_row, series_of, texts_series
from axone.data.reading.decision import (
    ALMOST,
    DECIMALS,
    ORDERS_CHOSEN,
    Ambiguity,
    ColumnKind,
    Decision,
    Hints,
)
from axone.data.reading.missing import requested_marks, usual_marks
from axone.data.reading.moments import (
    DateDecision,
    DateFormat,
    Dates,
    Order,
    are_compact_dates,
    compact_dates,
    decide_order,
)
from axone.data.reading.numerals import (
    LARGEST_EXACT,
    OTHER_SIGN,
    DecimalSign,
    NumberDecision,
    Numbers,
    Numerals,
    decide_numerals,
)
from axone.data.reading.plain import PlainNumbers
from axone.data.reading.report import (
    CellAt,
    dates_in_words,
    numerals_in_words,
    options_of,
    shortened,
)
from axone.data.reading.truths import pair_of, truths_in
from axone.errors import DataError
from axone.messages import Message, _, _n

if TYPE_CHECKING:
    from pandas import Series


def decide_text(
    values: "Series", choice: str | None, requested: tuple[str, ...], hints: Hints
) -> Decision | Ambiguity:
    """Decide on a column of text by its cells."""
    return _TextColumn(values, choice, requested, hints).decide()


def as_plain(plain: PlainNumbers, values: "Series") -> Decision:
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
        if choice in ("date", *ORDERS_CHOSEN):
            dates = Dates(self.cells, ~self.marked)
            written = DateFormat(ORDERS_CHOSEN.get(choice, ""), clock=dates.clock)
            readable = ~np.isnat(dates.values(written))
            return self._dates(forced=True) or self._refused(_("no date"), readable)
        if choice in ("number", *DECIMALS):
            numbers = Numbers(self.cells, ~self.marked)
            sign = DECIMALS.get(choice, decide_numerals(numbers).numerals.decimal_sign)
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
        sign = DECIMALS.get(self.choice or "", self.hints.decimal)
        found = decide_numerals(numbers, sign)
        if self.choice in DECIMALS:
            found = _with_sign(found, sign)
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

    def _open_numbers(self, found: NumberDecision, numbers: Numbers) -> Ambiguity:
        assert found.rival is not None  # noqa: S101 — as the caller has seen
        example = self._at(found.example)
        readings = []
        for numerals in (found.numerals, found.rival):
            value = numbers.values(numerals)[found.example]
            choice = "decimal-comma" if numerals.decimal_sign == "," else "decimal-point"
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
        return self._first(numbers.of_shapes(shown))

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
        found = decide_order(dates, ORDERS_CHOSEN.get(self.choice or "", self.hints.order))
        if self.choice in ORDERS_CHOSEN:
            order = ORDERS_CHOSEN[self.choice or ""]
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
            order=found.order if found.deciding >= 0 or self.choice in ORDERS_CHOSEN else "",
        )

    def _open_dates(self, found: DateDecision, dates: Dates) -> Ambiguity:
        readings = []
        for order in (found.order, found.rival):
            moment = dates.values(DateFormat(order))[found.example]
            shown = str(moment.astype("datetime64[D]"))
            readings.append((shown, options_of(self.name, order)))
        return Ambiguity(self.name, self._at(found.example), (readings[0], readings[1]))

    def _truths(self, forced: bool) -> Decision | Ambiguity:
        truths = np.where(self.marked, np.nan, truths_in(self.cells))
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
    return any(note.code == ALMOST for note in notes)


def _with_sign(found: NumberDecision, sign: DecimalSign) -> NumberDecision:
    """Return the notation that has the decimal sign that was asked for."""
    grouping = found.numerals.grouping
    if grouping in OTHER_SIGN:
        grouping = OTHER_SIGN[sign]
    return NumberDecision(Numerals(sign, grouping, found.numerals.unit))


def _shown_sign(found: NumberDecision) -> DecimalSign:
    """Return the decimal sign that a column shows, itself or by what stands between thousands."""
    return "" if found.by_table else found.numerals.decimal_sign
