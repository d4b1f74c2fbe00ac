"""Numbers as people write them: decimal signs, signs between thousands, units, and signs of debt.

A column is written in one notation. Which one is decided by the shapes of its cells; where a sign
may stand between thousands as well as before decimals, nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.data.plain_data import PlainData
from axone.data.reading.cells import Cells, SeenCells
from axone.data.reading.units import is_share, known_unit, same_unit

DecimalSign: TypeAlias = Literal["", ".", ","]

Signs: TypeAlias = tuple[str, str]
"""The decimal sign and what stands between thousands, each empty where a number has none."""

LARGEST_EXACT = 2**53
"""Beyond, neighbouring whole numbers are one and the same floating-point number."""

_NUMBER = re.compile(
    r"""
    (?P<bound>[<>≤≥]=?)? \s*
    (?P<open>\()? \s*
    (?P<sign>[+-])? \s*
    (?P<before>[^\s\d().,'+<>-][^\d()+-]{0,5}?)? \s*
    (?P<late>[+-])? \s*
    (?P<body>9(?:[9.,'_ ]*9)?[.,]?|[.,]9+) (?:(?<=[.,])--?)?
    (?P<exponent>[eEЕ][+-]?9+)? \s*
    (?P<after>[^\s\d().,'+-][^\d()+]*?)? \s*
    (?P<debt>-)? \s*
    (?P<close>\))?
    """.replace(" ]", r"\ ]"),
    re.VERBOSE,
)

_INFINITE = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """What a shape says that is a number's.

    Attributes
    ----------
    readings : tuple of Signs
        Each way to read it.
    unit : str
        What stands before or after the digits.
    negative, exponent, infinite : bool
    bound : bool
        Whether it is written as a limit: below 0.5, above 500.
    digits : int
        How many stand in one, where no sign divides them and no power of ten follows; else 0.
    """

    readings: tuple[Signs, ...]
    unit: str = ""
    negative: bool = False
    exponent: bool = False
    infinite: bool = False
    bound: bool = False
    digits: int = 0


@lru_cache(maxsize=8192)
def form_of(shape: str) -> Form | None:
    """Read a shape as that of a number; None if it is none's."""
    if _INFINITE.fullmatch(shape):
        return Form((("", ""),), negative=shape.startswith("-"), infinite=True)
    found = _NUMBER.fullmatch(shape)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [sign for sign in (found["sign"], found["late"], found["debt"]) if sign]
    before, after = (found["before"] or "").strip(), (found["after"] or "").strip()
    if len(signs) + bool(found["open"]) > 1 or (before and after):
        return None
    unit = before or after
    if unit and not known_unit(unit, leads=bool(before)):
        return None
    readings = _readings(found["body"])
    if not readings:
        return None
    negative = bool(found["open"]) or "-" in signs
    exponent = found["exponent"] is not None
    digits = len(found["body"]) if readings == (("", ""),) and not exponent else 0
    return Form(
        readings,
        unit,
        negative,
        exponent=exponent,
        bound=found["bound"] is not None,
        digits=digits,
    )


def _readings(body: str) -> tuple[Signs, ...]:
    """Return every way to read digits with signs between them."""
    signs = re.findall(r"[.,'_ ]", body)
    if not signs:
        return (("", ""),)
    lengths = [len(group) for group in re.split(r"[.,'_ ]", body)]
    last, others = signs[-1], set(signs[:-1])
    readings: list[Signs] = []
    if last in ".," and last not in others and len(others) <= 1:
        grouping = next(iter(others), "")
        if not grouping or _are_thousands(lengths[:-1]):
            readings.append((last, grouping))
    if {last} | others == {last} and _are_thousands(lengths):
        readings.append(("", last))
    return tuple(readings)


def _are_thousands(lengths: list[int]) -> bool:
    """Tell whether groups of so many digits are thousands, or lakhs and crores: 12,34,567."""
    first, *middle, last = lengths
    if last != 3 or not 1 <= first <= 3:
        return False
    return all(n == 3 for n in middle) or (first <= 2 and all(n == 2 for n in middle))


@dataclass(frozen=True)
class Numerals(PlainData):
    """How the numbers of a column are written.

    Attributes
    ----------
    decimal : {"", ".", ","}
        Empty while nothing has shown it: all numbers were whole, without signs between.
    grouping : str
        What stands between thousands; empty for nothing.
    unit : str
        What stands before or after each number, or some of them.
    """

    decimal: DecimalSign = ""
    grouping: str = ""
    unit: str = ""

    def shows(self, form: Form) -> Signs | None:
        """Return which way of reading a form has the very signs of this notation; None for none."""
        if not self._allows(form.unit):
            return None
        for decimal, grouping in form.readings:
            if decimal in ("", self.decimal) and grouping in ("", self.grouping):
                return decimal, grouping
        return None

    def reads(self, form: Form) -> Signs | None:
        """Return which way of reading a form this notation means; None for none.

        Signs that the column has not shown are read too where they can mean but one thing: 1.234,5
        in a column of 12,5, and both 2.5 and 2,5 where all numbers were whole.
        """
        shown = self.shows(form)
        if shown is not None or not self._allows(form.unit) or len(form.readings) > 1:
            return shown
        signs = form.readings[0]
        return signs if self.decimal_sign in ("", signs[0]) or not signs[0] else None

    @property
    def decimal_sign(self) -> DecimalSign:
        """The decimal sign that is shown or implied by what stands between thousands."""
        return self.decimal or OTHER_SIGN.get(self.grouping, "")

    def _allows(self, unit: str) -> bool:
        if not unit:
            return not is_share(self.unit)
        return bool(self.unit) and same_unit(unit, self.unit)


OTHER_SIGN: dict[str, DecimalSign] = {".": ",", ",": "."}
"""The decimal sign that a sign between thousands leaves."""


class Numbers(SeenCells):
    """The texts of a column seen as numbers."""

    @cached_property
    def forms(self) -> tuple[Form | None, ...]:
        """What each shape says; None where it is none of theirs."""
        shapes, _of_texts = self.cells.shapes
        return tuple(map(form_of, shapes))

    @cached_property
    def numeric(self) -> BoolArray:
        """Which texts are numbers in some notation, (n_texts,)."""
        return self.of_shapes([form is not None for form in self.forms])

    @cached_property
    def bounds(self) -> BoolArray:
        """Which texts are limits, as <0.5, (n_texts,)."""
        return self.of_shapes([form is not None and form.bound for form in self.forms])

    def showing(self, numerals: Numerals) -> BoolArray:
        """Return which texts are numbers with the very signs of a notation, (n_texts,)."""
        return self._with_signs(self._signs(numerals.shows))

    def readable(self, numerals: Numerals) -> BoolArray:
        """Return which texts are numbers in a notation, (n_texts,)."""
        return self._with_signs(self._signs(numerals.reads))

    def _signs(self, read: Callable[[Form], Signs | None]) -> list[Signs | None]:
        return [None if form is None else read(form) for form in self.forms]

    def _with_signs(self, read: list[Signs | None]) -> BoolArray:
        grouped = self.of_shapes([signs is not None and bool(signs[1]) for signs in read])
        # No thousands begin with a zero: 0.123 is no hundred and twenty-three.
        return self.of_shapes([signs is not None for signs in read]) & ~(
            grouped & (self.first_digits == 0)
        )

    @cached_property
    def first_digits(self) -> IntArray:
        """The first digit of each text, −1 where it has none, (n_texts,)."""
        return _digits(self.cells)[0]

    @cached_property
    def last_digits(self) -> IntArray:
        """The last digit of each text, −1 where it has none, (n_texts,)."""
        return _digits(self.cells)[1]

    @cached_property
    def leading_zeros(self) -> BoolArray:
        """Which texts are whole numbers with a zero before other digits, as codes are."""
        plain = [form is not None and form.digits > 1 and not form.unit for form in self.forms]
        return self.of_shapes(plain) & (self.first_digits == 0)

    @cached_property
    def unit(self) -> str:
        """The unit of most of the numbers; empty where fewer than half have one.

        A sign of currency need not stand at each: it is never anything else.
        """
        rows: dict[str, int] = {}
        _shapes, of_texts = self.cells.shapes
        counts = np.where(self.numeric, self.cells.counts, 0)
        of_shapes = np.bincount(of_texts, counts, minlength=len(self.forms))
        for form, count in zip(self.forms, of_shapes.tolist(), strict=True):
            if form is not None and form.unit:
                rows[form.unit] = rows.get(form.unit, 0) + count
        unit = max(rows, key=lambda word: rows[word], default="")
        if not unit or not rows[unit]:
            return ""
        alone = unicodedata.category(unit[0]) == "Sc"
        united = sum(count for word, count in rows.items() if same_unit(word, unit))
        return unit if alone or 2 * united >= counts.sum() else ""

    def values(self, numerals: Numerals) -> FloatArray:
        """Read the texts in a notation as float64, NaN where it does not fit, (n_texts,)."""
        import pyarrow as pa
        import pyarrow.compute as pc

        read = self._signs(numerals.reads)
        values = np.full(len(self.cells), np.nan)
        readable = self.readable(numerals)
        infinite = readable & self.of_shapes([bool(form and form.infinite) for form in self.forms])
        powers = readable & self.of_shapes([bool(form and form.exponent) for form in self.forms])
        values[infinite] = np.inf
        units = {form.unit for form in self.forms if form is not None} - {""}
        for decimal in sorted({signs[0] for signs in read if signs is not None}):
            same = self.of_shapes([signs is not None and signs[0] == decimal for signs in read])
            plain = readable & same & ~infinite & ~powers
            digits = _only_digits(self.cells.texts.filter(pa.array(plain)), decimal, units)
            values[plain] = np.asarray(pc.cast(digits, pa.float64()))
            for text in np.flatnonzero(powers & same):
                values[text] = _power(self.cells.texts[int(text)].as_py(), decimal, units)
        negative = [bool(form and form.negative and not form.exponent) for form in self.forms]
        values[readable & self.of_shapes(negative)] *= -1
        return values


@dataclass(frozen=True)
class NumberDecision:
    """Which notation a column is written in, or between which it cannot be decided.

    Attributes
    ----------
    numerals : Numerals
    deciding : int
        The text that ruled the other reading out; −1 where there was none to rule out.
    rival : Numerals or None
        The other reading where both are possible.
    example : int
        A text that both would read, each otherwise; −1 where there is no rival.
    by_table : bool
        Whether other columns decided.
    """

    numerals: Numerals
    deciding: int = -1
    rival: Numerals | None = None
    example: int = -1
    by_table: bool = False


def decide_numerals(numbers: Numbers, hint: DecimalSign = "") -> NumberDecision:
    """Find the notation that reads most cells.

    Parameters
    ----------
    numbers : Numbers
    hint : {"", ".", ","}
        The decimal sign of the rest of the table, which decides where this column cannot.
    """
    unit = numbers.unit
    ranked = sorted(
        _candidates(numbers, unit), key=lambda n: (-numbers.rows(numbers.showing(n)), _length(n))
    )
    best = ranked[0]
    most = numbers.rows(numbers.showing(best))
    rivals = [other for other in ranked[1:] if _example(numbers, best, other) >= 0]
    if not rivals:
        return NumberDecision(best)
    rival = rivals[0]
    if numbers.rows(numbers.showing(rival)) < most:
        against = numbers.showing(best) & ~numbers.showing(rival)
        return NumberDecision(best, numbers.first(against))
    grouped, decimal = sorted((best, rival), key=lambda n: _uses_decimals(numbers, n))
    kept_zero, deciding = _looks_grouped(numbers, grouped, decimal)
    if deciding >= 0:
        return NumberDecision(grouped if kept_zero else decimal, deciding)
    if hint:
        chosen = next((n for n in (best, rival) if _means(n, hint)), None)
        if chosen is not None:
            return NumberDecision(chosen, by_table=True)
    return NumberDecision(best, rival=rival, example=_example(numbers, best, rival))


def _candidates(numbers: Numbers, unit: str) -> Iterator[Numerals]:
    """Return the notations that the shapes allow, each with no more signs than they show."""
    seen = {signs for form in numbers.forms if form is not None for signs in form.readings}
    decimals = {decimal for decimal, _grouping in seen} | {""}
    groupings = {grouping for _decimal, grouping in seen} | {""}
    for decimal in sorted(decimals):
        for grouping in sorted(groupings - {decimal} | {""}):
            yield Numerals(decimal, grouping, unit)  # type: ignore[arg-type]  # the signs of _NUMBER


def _length(numerals: Numerals) -> int:
    return len(numerals.decimal) + len(numerals.grouping)


def _example(numbers: Numbers, one: Numerals, other: Numerals) -> int:
    """Return a text that two notations read otherwise; −1 if there is none."""
    differ = [
        form is not None
        and None not in (signs := (one.shows(form), other.shows(form)))
        and signs[0] != signs[1]
        for form in numbers.forms
    ]
    return numbers.first(numbers.of_shapes(differ))


def _uses_decimals(numbers: Numbers, numerals: Numerals) -> int:
    read = [form and numerals.shows(form) for form in numbers.forms]
    return numbers.rows(numbers.of_shapes([bool(signs and signs[0]) for signs in read]))


def _looks_grouped(numbers: Numbers, grouped: Numerals, decimal: Numerals) -> tuple[bool, int]:
    """Tell thousands from decimals where every sign is followed by just three digits.

    Whoever writes 1.100 beside 200 writes thousands: decimals are either kept, and then 200 has
    them, or not, and then 1.1 has no zeros. And who writes 12500 beside 1.234 writes decimals.

    Returns
    -------
    (whether they are thousands, the text that tells)
        The text is −1 where none does.
    """
    read = [form and grouped.shows(form) for form in numbers.forms]
    signed = numbers.of_shapes([bool(signs and signs[1]) for signs in read])
    bare = numbers.of_shapes([bool(form and form.digits) for form in numbers.forms])
    if numbers.rows(bare) == 0:
        return False, -1
    least = min((len(shape_digits) for shape_digits in _digit_counts(numbers, signed)), default=0)
    long = [bool(form and form.digits >= max(least, 4)) for form in numbers.forms]
    ungrouped = numbers.first(numbers.of_shapes(long))
    if ungrouped >= 0:
        return False, ungrouped
    return True, numbers.first(signed & (numbers.last_digits == 0))


def _digit_counts(numbers: Numbers, texts: BoolArray) -> Iterator[str]:
    """Return the digits of each shape that some texts have."""
    shapes, of_texts = numbers.cells.shapes
    for number in np.unique(of_texts[texts]):
        yield "".join(sign for sign in shapes[number] if sign == "9")


def _means(numerals: Numerals, hint: DecimalSign) -> bool:
    """Tell whether a notation agrees with a decimal sign found elsewhere in the table."""
    return numerals.decimal == hint or (not numerals.decimal and numerals.grouping != hint)


def _digits(cells: Cells) -> tuple[IntArray, IntArray]:
    """Return the first and the last digit of each text; −1 where there is none."""
    offsets, data = cells.bytes
    places = np.flatnonzero((data >= ord("0")) & (data <= ord("9")))
    digits = np.append(data[places].astype(np.int64) - ord("0"), -1)
    starts, stops = (np.searchsorted(places, ends) for ends in (offsets[:-1], offsets[1:]))
    some = stops > starts
    return digits[np.where(some, starts, -1)], digits[np.where(some, stops - 1, -1)]


def _only_digits(texts: Any, decimal: str, units: Set[str]) -> Any:
    """Return digits with a point for the decimal sign, whatever else stands in the texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from axone.data.reading.cells import text_bytes

    for unit in _signed(units):
        texts = pc.replace_substring(texts, unit, "")
    offsets, data = text_bytes(texts)
    kept = (data >= ord("0")) & (data <= ord("9"))
    if decimal:
        kept |= data == ord(decimal)
    places = np.concatenate([[0], np.cumsum(kept, dtype=np.int32)]).astype(np.int32)[offsets]
    digits = data[kept]
    if decimal == ",":
        digits = np.where(digits == ord(","), np.uint8(ord(".")), digits)
    return pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(places), pa.py_buffer(np.ascontiguousarray(digits))
    )


def _signed(units: Set[str]) -> list[str]:
    """Return the units that hold what could be taken for a part of a number, the longest first."""
    return sorted((unit for unit in units if set(unit) & set(".,0123456789")), key=len)[::-1]


def _power(text: str, decimal: str, units: Set[str]) -> float:
    """Read a number with an exponent, of which a column rarely has many."""
    for unit in sorted(units, key=len, reverse=True):
        text = text.replace(unit, "")
    # Ukrainian writes the letter that looks the same.
    text = text.replace("Е", "E")
    kept = {decimal, *"0123456789eE+-"} - {""}
    bare = "".join(sign for sign in text if sign in kept)
    # A minus behind it is a debt's.
    sign = -1.0 if "(" in text or bare.endswith("-") else 1.0
    return sign * float(bare.rstrip("+-").replace(decimal or ".", "."))
