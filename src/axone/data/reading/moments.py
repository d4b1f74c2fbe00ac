"""Dates and times as people write them: whichever comes first of day, month and year, names too.

A column is written in one order. Which one is decided by the cells that can only be read one way,
as 31/01/2024; where all of them can be read in two, nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, IntArray
from axone.data.plain_data import PlainData
from axone.data.reading.cells import SeenCells
from axone.data.reading.units import LANGUAGES

if TYPE_CHECKING:
    from pandas import Series

Order: TypeAlias = Literal["", "day-first", "month-first", "year-first"]

Precision: TypeAlias = Literal["month", "day", "moment", "clock"]

ORDERS: tuple[Order, ...] = ("day-first", "month-first", "year-first")

Moments: TypeAlias = NDArray[np.datetime64]
"""Microseconds since 1970 in UTC, which reach beyond the year 9999; NaT where there is none."""

_LANGUAGES = (*LANGUAGES, "de_AT", "ca", "sk", "sl", "et", "lv", "lt", "ru", "uk", "bg", "el")
"""Whose names of months and days are known."""

_FIRST_OF_TWO_DIGITS = 69
"""A year of two digits is 1969 to 2068, as POSIX reads it."""

_TIME = r"""
    (?P<hour>99?)[:h](?P<minute>99)
    (?:[:m.](?P<second>99)(?:[.,](?P<fraction>9{1,9}))?s?)?
    (?:\ ?(?P<half>[ap])\.?m\.?)?
    (?:\ ?(?:z|utc|gmt)|\ ?(?P<zone>[+-])(?P<zone_hour>99):?(?P<zone_minute>99)?)?
"""
_NAME = r"(?P<name>[^\W\d_]{3,})\.?"
_YEAR = r"(?P<year>9999)"
_DATES = (
    rf"{_YEAR}(?P<sign>[-/.]|\.\ )(?P<month>99?)(?P=sign)(?P<day>99?)\.?",
    r"(?P<first>99?)(?P<sign>[-/.\ ]|\.\ )(?P<second_part>99?)(?P=sign)(?P<year>9999|99)\.?",
    rf"{_YEAR}[-/](?P<month>99?)",
    rf"(?P<month>99?)[-/.]{_YEAR}",
    rf"(?P<day>99?)(?:st|nd|rd|th|er|\.|º)?[-\ ./]*(?:of\ |de\ )?{_NAME}[-\ ./,]*(?:de\ )?"
    r"(?P<year>9999|(?<=[-\ ./'])99)(?:\ [гр]\.)?",
    rf"{_NAME}[-\ ]*(?P<day>99?)(?:st|nd|rd|th)?(?:,\ ?|\ |-){_YEAR}",
    rf"{_NAME}(?:\ |-|/|\ ?'|\ de\ )?(?P<year>9999|(?<=[-'])99)",
    rf"{_YEAR}\.?[-\ /]{_NAME}[-\ /](?P<day>99?)\.?",
    rf"{_YEAR}[年년]\ ?(?P<month>99?)[月월]\ ?(?:(?P<day>99?)[日일])?",
    rf"{_YEAR}-?w(?P<week>99)(?:-?(?P<day_of_week>9))?",
    rf"{_YEAR}[-\ /]?[qt](?P<quarter>9)",
    rf"[qt](?P<quarter>9)[-\ /]?{_YEAR}",
)
_WORD = r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})?"
_WEEKDAY = rf"(?:(?P<weekday>{_WORD})[.,]?\ (?:den\ )?)?"
_WEEKDAY_LAST = rf"(?:,?\ (?P<last_weekday>{_WORD}))?"
# Beside a date a time may have points, which by itself would be a number.
_TIME_BESIDE = _TIME.replace("[:h]", "[:h.]", 1)
_PATTERNS = (
    *(
        re.compile(rf"{_WEEKDAY}{date}{_WEEKDAY_LAST}(?:(?:t|,?\ )\ ?{_TIME_BESIDE})?", re.VERBOSE)
        for date in _DATES
    ),
    re.compile(rf"{_WEEKDAY}{_NAME}\ (?P<day>99?)\ {_TIME}\ {_YEAR}", re.VERBOSE),
    re.compile(
        rf"{_YEAR}(?P<month>99)(?P<day>99)[t\ ](?P<hour>99)(?P<minute>99)(?P<second>99)?z?",
        re.VERBOSE,
    ),
)
_CLOCK = re.compile(_TIME, re.VERBOSE)


@dataclass(frozen=True)
class DateForm:
    """What a shape says that is a date's.

    Attributes
    ----------
    orders : tuple of Order
        In which it can be read; ("",) where nothing is left open.
    places : dict of str to (start, stop)
        The bytes of each number.
    month : int
        Where it is written as a name; else 0.
    half : str
        ``a`` or ``p`` of a twelve-hour clock.
    zone : int
        The sign of the distance from UTC; 0 where there is none.
    dotted : bool
        Whether points divide day and month: days stand first wherever that is usual (CLDR).
    precision : {"month", "day", "moment", "clock"}
    """

    orders: tuple[Order, ...]
    places: dict[str, tuple[int, int]]
    month: int
    half: str
    zone: int
    dotted: bool
    precision: Precision


@lru_cache(maxsize=8192)
def date_form_of(shape: str) -> DateForm | None:
    """Read a shape as that of a date or a time of day; None if it is neither's."""
    lower = shape.lower()
    if len(lower) != len(shape) or not 4 <= len(shape) <= 60:
        return None
    clock = _CLOCK.fullmatch(lower)
    if clock is not None:
        return _form(clock, shape, (), 0, "clock")
    for pattern in _PATTERNS:
        found = pattern.fullmatch(lower)
        if found is None:
            continue
        named = found.groupdict()
        weekdays = {named.get("weekday"), named.get("last_weekday")} - {None}
        if not weekdays <= _weekdays():
            continue
        month = _months().get(_unaccented(named.get("name") or ""), 0)
        if named.get("name") and not month:
            continue
        day = named.get("day") or named.get("first") or named.get("week")
        precision: Precision = "moment" if named.get("hour") else "day" if day else "month"
        if precision == "moment" and not day:
            continue
        return _form(found, shape, _orders(named), month, precision)
    return None


def _orders(named: dict[str, Any]) -> tuple[Order, ...]:
    """Return in which orders three numbers may be meant, the usual one first."""
    if not named.get("first"):
        return ("",)
    orders: tuple[Order, ...] = ("day-first", "month-first")
    if len(named["year"]) == 2 and len(named["first"]) == 2 and named["sign"] == "-":
        orders += ("year-first",)
    return orders


def _form(
    found: re.Match[str],
    shape: str,
    orders: tuple[Order, ...],
    month: int,
    precision: Precision,
) -> DateForm:
    named = found.groupdict()
    places = {
        name: (_byte(shape, found.start(name)), _byte(shape, found.end(name)))
        for name, text in named.items()
        if text and text.strip("9") == ""
    }
    zone = {"+": 1, "-": -1}.get(named.get("zone") or "", 0)
    dotted = bool(named.get("first")) and named["sign"] in (".", ". ")
    return DateForm(orders, places, month, named.get("half") or "", zone, dotted, precision)


def _byte(shape: str, position: int) -> int:
    return len(shape[:position].encode())


@cache
def _months() -> dict[str, int]:
    """Return the months by their names and abbreviations, in lower case, no points nor accents."""
    from babel.dates import get_month_names

    names: dict[str, int] = {}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                found = get_month_names(width, context, language)
                for number, name in found.items():
                    names.setdefault(_unaccented(name.lower().strip(".")), number)
    # What spreadsheets write and CLDR does not.
    return names | {"sept": 9, "mrz": 3}


def _unaccented(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if sign.isalpha())


@cache
def _weekdays() -> frozenset[str]:
    from babel.dates import get_day_names

    return frozenset(
        name.lower().strip(".")
        for language in _LANGUAGES
        for width in ("wide", "abbreviated", "short")
        for context in ("format", "stand-alone")
        for name in get_day_names(width, context, language).values()
    )


def moments_of(values: "Series") -> NDArray[np.datetime64]:
    """Return moments as microseconds since 1970 in UTC, which hold the year 9999 too."""
    import pandas as pd

    if isinstance(values.dtype, pd.ArrowDtype):
        # pandas brings some of its types to NumPy through Python's dates, and fails.
        values = _of_arrow(values)
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))


def _of_arrow(values: "Series") -> "Series":
    import pandas as pd
    import pyarrow as pa

    moments = pa.array(values.array, from_pandas=True).cast(pa.timestamp("us"), safe=False)
    return pd.Series(moments.to_numpy(zero_copy_only=False), index=values.index)


@dataclass(frozen=True)
class DateFormat(PlainData):
    """How the dates of a column are written.

    Attributes
    ----------
    order : {"", "day-first", "month-first", "year-first"}
        Empty where the cells leave nothing open.
    compact : bool
        Whether they are whole numbers such as 20240131 or 202401.
    clock : bool
        Whether they are times of day, without dates.
    """

    order: Order = ""
    compact: bool = False
    clock: bool = False


class Dates(SeenCells):
    """The texts of a column seen as dates."""

    @cached_property
    def forms(self) -> tuple[DateForm | None, ...]:
        """What each shape says; None where it is none of theirs."""
        shapes, _of_texts = self.cells.shapes
        return tuple(map(date_form_of, shapes))

    @cached_property
    def dated(self) -> BoolArray:
        """Which texts look like dates or times, (n_texts,)."""
        return self.of_shapes([form is not None for form in self.forms])

    @cached_property
    def clock(self) -> bool:
        """Whether most of them are times of day."""
        clocks = self.of_shapes([bool(form and form.precision == "clock") for form in self.forms])
        return 2 * self.rows(clocks) > self.rows(self.dated)

    @cached_property
    def dotted(self) -> BoolArray:
        """Which texts have points between day and month, (n_texts,)."""
        return self.of_shapes([bool(form and form.dotted) for form in self.forms])

    @property
    def precision(self) -> str:
        """The finest of what the dates say."""
        if self.clock:
            return "clock"
        found = {form.precision for form in self.forms if form is not None}
        return next((p for p in ("moment", "day", "month") if p in found), "")

    def values(self, written: DateFormat) -> Moments:
        """Read the texts in a format, NaT where a text is no date in it, (n_texts,).

        Where the format has no order, dates are read that can be read in but one.
        """
        values = np.full(len(self.cells), np.datetime64("NaT"), dtype="datetime64[us]")
        offsets, data = self.cells.bytes
        _shapes, of_texts = self.cells.shapes
        for number, form in enumerate(self.forms):
            if form is None or (form.precision == "clock") != written.clock:
                continue
            texts = np.flatnonzero((of_texts == number) & self.counted)
            if len(texts):
                values[texts] = _read(form, written.order, offsets[texts], data)
        return values


@dataclass(frozen=True, eq=False)
class DateDecision:
    """In which order the dates of a column are written, or which two are possible.

    Attributes
    ----------
    order : Order
    values : Moments
        Of each text.
    deciding : int
        The text that ruled the other order out; −1 where there was none to rule out.
    rival : Order
        The other order where both are possible; empty where one is decided.
    example : int
        A text that both read, each otherwise; −1 where there is no rival.
    by_table : bool
        Whether other columns decided.
    """

    order: Order
    values: Moments
    deciding: int = -1
    rival: Order = ""
    example: int = -1
    by_table: bool = False


def decide_order(dates: Dates, hint: Order = "") -> DateDecision:
    """Find the order in which most cells are dates.

    Parameters
    ----------
    dates : Dates
    hint : Order
        That of the rest of the table, which decides where this column cannot.
    """
    possible = list(_possible_orders(dates))
    read = {order: dates.values(DateFormat(order, clock=dates.clock)) for order in possible}
    rows = {order: dates.rows(~np.isnat(values)) for order, values in read.items()}
    ranked = sorted(possible, key=lambda order: -rows[order])
    best = ranked[0]
    for rival in ranked[1:]:
        both = ~np.isnat(read[best]) & ~np.isnat(read[rival])
        differ = both & (read[best] != read[rival])
        only = ~np.isnat(read[best]) & np.isnat(read[rival])
        if rows[rival] < rows[best]:
            return DateDecision(best, read[best], dates.first(only))
        if not (differ & ~dates.dotted).any():
            continue
        if hint in possible:
            return DateDecision(hint, read[hint], by_table=True)
        return DateDecision(best, read[best], -1, rival, dates.first(differ))
    return DateDecision(best, read[best])


def _possible_orders(dates: Dates) -> Iterator[Order]:
    found = {order for form in dates.forms if form is not None for order in form.orders}
    open_ones = [order for order in ORDERS if order in found]
    yield from open_ones or ("",)  # type: ignore[misc]


def _read(
    form: DateForm, order: Order, starts: NDArray[np.int32], data: NDArray[np.uint8]
) -> Moments:
    """Read texts of one shape in an order, or in the only one that they can be read in."""
    if order in form.orders or form.orders in ((), ("",)):
        return _decoded(form, order, starts, data)
    first, *others = (_decoded(form, possible, starts, data) for possible in form.orders)
    for other in others:
        either = np.where(np.isnat(first), other, first)
        open_ones = ~np.isnat(first) & ~np.isnat(other) & (first != other) & (not form.dotted)
        first = np.where(open_ones, np.datetime64("NaT"), either)
    return first


def _decoded(
    form: DateForm, order: Order, starts: NDArray[np.int32], data: NDArray[np.uint8]
) -> Moments:
    """Read texts of one shape, given where each begins."""
    places = dict(form.places)
    if "first" in places:
        names = {
            "day-first": ("day", "month", "year"),
            "month-first": ("month", "day", "year"),
            "year-first": ("year", "month", "day"),
        }[order or "day-first"]
        three = (places.pop("first"), places.pop("second_part"), places.pop("year"))
        places |= dict(zip(names, three, strict=True))
    numbers = {name: _number(data, starts, place) for name, place in places.items()}
    blank = np.zeros(len(starts), np.int64)
    year = numbers.get("year", blank + 1970)
    if places.get("year", (0, 4))[1] - places.get("year", (0, 4))[0] == 2:
        year = year + np.where(year < _FIRST_OF_TWO_DIGITS, 2000, 1900)
    month = numbers.get("month", blank + (form.month or 1))
    if "quarter" in numbers:
        month = 3 * numbers["quarter"] - 2
    day = numbers.get("day", blank + 1)
    hour = numbers.get("hour", blank)
    sound = np.ones(len(starts), bool)
    if form.half:
        sound &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if form.half == "p" else 0)
    minute, second = numbers.get("minute", blank), numbers.get("second", blank)
    fraction = numbers.get("fraction", blank)
    if "fraction" in places:
        width = places["fraction"][1] - places["fraction"][0]
        fraction = fraction * 10**6 // 10**width
    # The hour 24 ends a day (ISO 8601); of times of day it is the first again.
    midnight = (hour == 24) & (minute == 0) & (second == 0) & (fraction == 0)
    sound &= (hour < 24) | midnight
    if form.precision == "clock":
        hour = hour % 24
    sound &= (month >= 1) & (month <= 12) & (minute < 60) & (second < 61)
    months = np.where(sound, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    sound &= (day >= 1) & (day <= length) & (year >= 1)
    away = form.zone * (60 * numbers.get("zone_hour", blank) + numbers.get("zone_minute", blank))
    seconds = 60 * (60 * hour + minute - away) + second
    days = months.astype("datetime64[D]") + (day - 1)
    if "week" in numbers:
        days, known = _days_of_weeks(year, numbers["week"], numbers.get("day_of_week", blank + 1))
        sound &= known
    moments = days.astype("datetime64[us]")
    moments = moments + (seconds * 10**6 + fraction).astype("timedelta64[us]")
    return np.where(sound, moments, np.datetime64("NaT"))


def _days_of_weeks(year: IntArray, week: IntArray, day: IntArray) -> tuple[Any, BoolArray]:
    """Return days by ISO 8601's weeks, of which the first holds January 4, and which there are."""
    fourth = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + 3
    # January 1, 1970 was a Thursday.
    mondays = fourth - (fourth.astype(np.int64) + 3) % 7 + 7 * (week - 1)
    in_year = (mondays + 3).astype("datetime64[Y]").astype(np.int64) == year - 1970
    return mondays + (day - 1), in_year & (week >= 1) & (day >= 1) & (day <= 7)


def _number(
    data: NDArray[np.uint8], starts: NDArray[np.int32], place: tuple[int, int]
) -> NDArray[np.int64]:
    total = np.zeros(len(starts), np.int64)
    for position in range(*place):
        total = 10 * total + (data[starts + position].astype(np.int64) - ord("0"))
    return total


_WIDTHS = (6, 8, 12, 14)
"""How many digits compact dates have: those of months, of days, with minutes, with seconds."""


def compact_dates(numbers: Any) -> Moments:
    """Read whole numbers such as 202401, 20240131 or 20240131235959, NaT where one is no date.

    Parameters
    ----------
    numbers : array of float64, any shape
        NaN where there is none.
    """
    given = np.asarray(numbers, dtype=np.float64)
    known = (given == np.floor(given)) & (given >= 190001) & (given < 21010000 * 10**6)
    whole = np.where(known, given, 19700101.0).astype(np.int64)
    widths = _widths(whole)
    known &= np.isin(widths, _WIDTHS)
    days = np.where(widths == 6, 100 * whole + 1, whole // 10 ** np.maximum(widths - 8, 0))
    clock = np.where(widths > 8, whole % 10 ** np.maximum(widths - 8, 0), 0)
    clock = np.where(widths == 12, 100 * clock, clock)
    hour, minute, second = clock // 10000, clock // 100 % 100, clock % 100
    year, month, day = days // 10000, days // 100 % 100, days % 100
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1)
    known &= (month >= 1) & (month <= 12) & (day >= 1) & (dates.astype("datetime64[M]") == months)
    known &= (year >= 1900) & (year <= 2100) & (hour < 24) & (minute < 60) & (second < 60)
    seconds = (3600 * hour + 60 * minute + second).astype("timedelta64[s]")
    moments = dates.astype("datetime64[us]") + seconds
    return np.where(known, moments, np.datetime64("NaT"))


def are_compact_dates(numbers: Any) -> bool:
    """Tell whether numbers are dates in digits: all of them, and three different ones at least.

    Of 37 numbers of six digits drawn at random one is a month of 1900 to 2100.
    """
    given = np.asarray(numbers, dtype=np.float64)
    present = given[~np.isnan(given)]
    if not len(present) or not may_be_dates(present.min(), present.max()):
        return False
    if len(np.unique(_widths(present))) > 1:
        return False
    return len(np.unique(present)) >= 3 and not np.isnat(compact_dates(present)).any()


def may_be_dates(least: float, most: float) -> bool:
    """Tell whether numbers from `least` to `most` may be dates in digits."""
    return bool(least >= 190001 and most < 21010000 * 10**6)


def _widths(numbers: NDArray[Any]) -> IntArray:
    """Return how many digits whole numbers from 1 on have."""
    return np.floor(np.log10(numbers) + 1e-12).astype(np.int64) + 1
