"""Dates and times as people write them; the Unicode CLDR, through Babel, knows how people do."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from babel.dates import format_date, format_datetime
from hypothesis import given
from hypothesis import strategies as st

from axone.data.reading.moments import (
    _LANGUAGES,
    are_compact_dates,
    compact_dates,
    date_form_of,
    moments_of,
)
from axone.data.reading.report import CellAt
from axone.errors import DataError

LOCALES = (
    "en_US", "en_GB", "de_DE", "de_AT", "de_CH", "fr_FR", "it_IT", "es_ES", "es_MX", "pt_BR",
    "pt_PT", "pl_PL", "sv_SE", "nb_NO", "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "tr_TR",
    "nl_NL",
)  # fmt: skip

days = st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2067, 12, 31)), min_size=1, max_size=20)
minutes = st.lists(
    st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2067, 12, 31)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    min_size=1,
    max_size=20,
)
MONTH_FIRST = ("en_US",)


def moments_in(decision):
    assert decision.kind == "date"
    assert decision.unreadable_count == 0
    return decision.values.to_numpy(dtype="datetime64[us]").tolist()


def as_moments(given):
    return np.array(given, dtype="datetime64[us]").tolist()


@given(days, st.sampled_from(LOCALES), st.sampled_from(["medium", "long", "full"]))
def test_a_day_in_words_of_any_language_reads_back(decide, given, locale, width):
    cells = [format_date(day, width, locale=locale) for day in given]
    order = "month-first" if locale in MONTH_FIRST else "day-first"
    assert moments_in(decide(cells, order)) == as_moments(given)


@given(days, st.sampled_from(LOCALES))
def test_a_day_in_numbers_reads_back_or_is_refused_with_its_options(
    decide, decide_or_tell, given, locale
):
    cells = [format_date(day, "short", locale=locale) for day in given]
    order = "month-first" if locale in MONTH_FIRST else "day-first"
    found = decide_or_tell(cells)
    if isinstance(found, str):
        assert f"--types x={order}" in found
    else:
        assert moments_in(found) == as_moments(given)
    assert moments_in(decide(cells, order)) == as_moments(given)


@given(minutes, st.sampled_from(LOCALES), st.sampled_from(["short", "medium"]))
def test_a_moment_in_any_language_reads_back(decide, given, locale, width):
    cells = [format_datetime(moment, width, locale=locale) for moment in given]
    order = "month-first" if locale in MONTH_FIRST else "day-first"
    assert moments_in(decide(cells, order)) == as_moments(given)


@given(
    st.lists(st.dates(dt.date(1000, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(
        ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d%b%Y",
         "%A, %d %B %Y", "%G-W%V-%u", "%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S", "%a %b %d %H:%M:%S %Y"]
    ),
)  # fmt: skip
def test_what_strftime_writes_reads_back(decide, given, pattern):
    cells = [dt.datetime.combine(day, dt.time()).strftime(pattern) for day in given]
    assert moments_in(decide(cells)) == as_moments(given)


@given(st.lists(st.datetimes(timezones=st.timezones()), min_size=1, max_size=20))
def test_a_moment_with_any_distance_from_utc_is_that_moment_of_utc(decide, given):
    given = [
        moment
        for moment in given
        if dt.datetime(2, 1, 1) < moment.replace(tzinfo=None) < dt.datetime(9998, 1, 1)
        and moment.utcoffset().seconds % 60 == 0
    ] or [dt.datetime(2024, 1, 31, tzinfo=dt.UTC)]
    decision = decide([moment.isoformat() for moment in given])
    assert moments_in(decision) == [m.astimezone(dt.UTC).replace(tzinfo=None) for m in given]


@pytest.mark.parametrize(
    ("cells", "first", "how"),
    [
        (["01/02/2024", "31/01/2024"], "2024-02-01", "dates, day before month"),
        (["01/02/2024", "01/31/2024"], "2024-01-02", "dates, month before day"),
        (["01.02.2024", "3.1.2024"], "2024-02-01", "dates, day before month"),
        (["01.02.2024", "01.31.2024"], "2024-01-02", "dates, month before day"),
        (["01-02-24", "24-01-31", "99-01-02"], "2001-02-24", "dates, year before month"),
        (["31-JAN-24", "01-FEB-24"], "2024-01-31", "dates"),
        (["1er janvier 2024", "31 août 2024", "1 fevrier 2024"], "2024-01-01", "dates"),
        (["2024年1月31日", "2024年2月1日"], "2024-01-31", "dates"),
        (["2024-01", "2024-02"], "2024-01-01", "months"),
        (["01/2024", "02/2024"], "2024-01-01", "months"),
        (["01.2024", "11.2024"], "2024-01-01", "months"),
        (["1.2024", "10.2024", "12.2023"], "2024-01-01", "months"),
        (["Jan-24", "Mrz-24", "Okt-24"], "2024-01-01", "months"),
        (["Mär 2024", "Okt. 2024"], "2024-03-01", "months"),
        (["2024-Q2", "2024-Q1"], "2024-04-01", "months"),
        (["Q2 2024", "Q1 2024"], "2024-04-01", "months"),
        (["2024-W05", "2020-W53"], "2024-01-29", "dates"),
        (["9999-12-31", "0001-01-01"], "9999-12-31", "dates"),
        (["31.12.9999", "01.01.2024"], "9999-12-31", "dates, day before month"),
        (["20240131", "20240201", "20240301"], "2024-01-31", "dates, in digits alone"),
        (["202401", "202402", "202403"], "2024-01-01", "dates, in digits alone"),
        (["20240131101500", "20240201000000", "20240301235959"], "2024-01-31T10:15",
         "dates, in digits alone"),
        (["2024-01-31 00:00:00.000", "2024-02-01 12:00:00.000"], "2024-01-31", "dates with times"),
        (["2024-01-31 24:00", "2024-02-01 12:00"], "2024-02-01", "dates with times"),
        (["1/31/24, 1:05\u202fPM", "2/1/24, 12:00\u202fAM"], "2024-01-31T13:05",
         "dates with times, month before day"),
        (["Wed, 31 Jan 2024 10:00:00 +0100", "Thu, 01 Feb 2024 10:00:00 GMT"], "2024-01-31T09:00",
         "dates with times"),
        (["10:15", "24:00", "0:00"], "1970-01-01T10:15", "times of day"),
        (["1:15 PM", "12:00 AM"], "1970-01-01T13:15", "times of day"),
        (["2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"], "2017-01-01", "dates with times"),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_one_format_that_their_cells_allow(decide, cells, first, how):
    decision = decide(cells * 7)
    assert moments_in(decision)[0] == np.datetime64(first, "us").item()
    assert str(decision.how) == how


@pytest.mark.parametrize(
    ("cell", "first", "other", "orders"),
    [
        ("01/02/2024", "2024-02-01", "2024-01-02", ("day-first", "month-first")),
        ("01-02-2024 10:00", "2024-02-01", "2024-01-02", ("day-first", "month-first")),
        ("24-01-31", "2031-01-24", "2024-01-31", ("day-first", "year-first")),
    ],
)
def test_dates_of_two_readings_are_refused_with_both_and_their_options(
    decide, cell, first, other, orders
):
    with pytest.raises(DataError) as caught:
        decide([cell] * 20)
    assert f"{cell!r} in row 1 is {first} or {other}" in str(caught.value)
    for order, day in zip(orders, (first, other), strict=True):
        assert f"--types x={order}" in str(caught.value)
        assert str(decide([cell] * 20, order).values.iloc[0])[:10] == day


def test_a_single_cell_in_the_last_of_many_rows_decides(decide):
    decision = decide(["01/02/2024"] * 99_999 + ["31/01/2024"])
    assert decision.values.iloc[0] == pd.Timestamp("2024-02-01")
    assert decision.decided_by == CellAt(100_000, "31/01/2024")


def test_the_rest_of_the_table_decides_the_order_unless_it_is_divided(decide, notes_of):
    decision = decide(["01/02/2024"] * 9, y=["13/02/2024"] * 9)
    assert decision.values.iloc[0] == pd.Timestamp("2024-02-01")
    assert notes_of(decision) == ["read_as_others"]
    with pytest.raises(DataError, match="two ways"):
        decide(["01/02/2024"] * 9, y=["13/02/2024"] * 9, z=["02/13/2024"] * 9)


def test_days_that_never_were_count_as_missing_with_their_row(decide, notes_of):
    decision = decide(["1900-02-28", "1900-03-01"] * 20 + ["1900-02-29"])
    assert decision.unreadable == (CellAt(41, "1900-02-29"),)
    assert notes_of(decision) == ["unreadable_as_missing"]


@pytest.mark.parametrize("mark", ["0000-00-00", "00.00.0000", "NULL", "\\N", "-"])
def test_marks_among_dates_are_missing(decide, mark):
    decision = decide(["2024-01-31", "2024-02-29", mark] * 7)
    assert decision.kind == "date"
    assert decision.marks == {mark: 7}


def test_two_orders_in_one_column_stay_text_and_say_so(decide, notes_of):
    decision = decide(["13/02/2024", "02/13/2024"] * 10)
    assert decision.kind == "category"
    assert notes_of(decision) == ["almost_numbers_as_categories"]


@pytest.mark.parametrize(
    "cell", ["31/02/2024", "2024-13-01", "36:15", "10:60", "2024-W54", "2021-W53", "32 Jan 2024",
             "31 Foo 2024", "Foo, 31 Jan 2024", "13:00 PM", "5-May", "Monday", "May", "2024-Q5"],
)  # fmt: skip
def test_what_no_calendar_has_is_no_date(decide, cell):
    assert decide([cell] * 20).kind == "category"


@pytest.mark.parametrize(
    ("trained", "later", "moment"),
    [
        (["31/01/2024", "01/02/2024"], "03/02/2024", "2024-02-03"),
        (["31/01/2024", "01/02/2024"], "2024-02-03", "2024-02-03"),
        (["2024-01-31", "2024-02-01"], "13/02/2024", "2024-02-13"),
        (["2024-01-31", "2024-02-01"], "02/13/2024", "2024-02-13"),
        (["2024-01-31", "2024-02-01"], "03.02.2024", "2024-02-03"),
        (["2024-01-31", "2024-02-01"], "20240203", "2024-02-03"),
        (["20240131", "20240201", "20240301"], "2024-02-03", "2024-02-03"),
        (["2024-01-31", "2024-02-01"], "03/02/2024", None),
        (["2024-01-31", "2024-02-01"], "10:15", None),
        (["10:15", "11:15"], "2024-01-31 10:15", None),
        (["31/01/2024", "01/02/2024"], "01/31/2024", None),
    ],
)
def test_later_cells_are_dates_where_they_mean_but_one(read_later, trained, later, moment):
    read = read_later(trained * 10, [later])
    assert read.unreadable.tolist() == [moment is None]
    if moment:
        assert read.values.iloc[0] == pd.Timestamp(moment)


def test_later_numbers_and_moments_continue_dates_in_digits(read_later):
    trained = pd.Series([20240131, 20240201, 20240301] * 5)
    for later in (pd.Series([20240203]), pd.Series(pd.to_datetime(["2024-02-03"]))):
        assert read_later(trained, later).values.iloc[0] == pd.Timestamp("2024-02-03")
    assert read_later(["2024-01-31"] * 9, pd.Series([45322])).unreadable.all()


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_moments_of_frames_keep_far_years_where_their_type_does(unit):
    last = "2200-12-31" if unit == "ns" else "9999-12-31"
    column = pd.Series(np.array([last, "NaT"], dtype=f"datetime64[{unit}]"))
    assert moments_of(column)[0] == np.datetime64(last, "us")
    assert np.isnat(moments_of(column)[1])


def test_dates_of_arrow_may_be_missing_and_far():
    column = pd.Series([dt.date(9999, 12, 31), None], dtype=pd.ArrowDtype(pa.date32()))
    moments = moments_of(column)
    assert moments[0] == np.datetime64("9999-12-31", "us")
    assert np.isnat(moments[1])
    zoned = pd.Series([dt.datetime(2024, 1, 31, tzinfo=dt.UTC), None],
                      dtype=pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin")))  # fmt: skip
    assert moments_of(zoned)[0] == np.datetime64("2024-01-31T00:00", "us")


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31)))
def test_digits_alone_are_the_moments_that_they_spell(moment):
    for pattern in ("%Y%m", "%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"):
        text = moment.strftime(pattern)
        found = compact_dates(np.array([float(text)]))[0]
        assert found.item() == dt.datetime.strptime(text, pattern)


def test_digits_are_dates_only_if_all_are_and_three_differ():
    assert are_compact_dates([20240131, 20240201, np.nan, 20240301])
    assert not are_compact_dates([20240131, 20240201, 20240232])
    assert not are_compact_dates([20240131, 20240201])
    assert not are_compact_dates([202401, 202402, 20240301])
    assert not are_compact_dates([])


def test_no_two_languages_call_two_months_alike():
    from babel.dates import get_month_names

    months = {}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", language).items():
                assert months.setdefault(name.lower().strip("."), number) == number


def test_shapes_that_never_end_are_read_in_time():
    for shape in ("Jan " * 15, "9 " * 30, "a" * 60, "9" * 60, "a" * 100_000):
        assert date_form_of(shape) is None
