"""Numbers as people write them; the Unicode CLDR, through Babel, knows how people do."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    format_scientific,
    get_decimal_symbol,
)
from hypothesis import given
from hypothesis import strategies as st

from axone.data.reading.numerals import form_of
from axone.data.reading.report import CellAt
from axone.errors import DataError

LOCALES = (
    "en_US", "en_IN", "de_DE", "de_CH", "de_AT", "fr_FR", "fr_CH", "it_IT", "es_ES", "es_MX",
    "pt_BR", "pt_PT", "pl_PL", "sv_SE", "nb_NO", "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO",
    "tr_TR", "nl_NL", "hi_IN", "ja_JP", "zh_CN", "ru_RU", "uk_UA", "el_GR", "he_IL", "lv_LV",
)  # fmt: skip
CURRENCIES = ("EUR", "USD", "CHF", "INR", "BRL", "PLN", "SEK", "GBP")

amounts = st.lists(
    # Babel groups the Swiss 1'000'000'000.00 otherwise.
    st.decimals(1 - 10**9, 10**9 - 1, places=2, allow_nan=False).filter(lambda amount: amount != 0),
    min_size=1,
    max_size=20,
)


def numbers_in(decision):
    assert decision.kind == "number"
    assert decision.unreadable_count == 0
    return decision.values.to_numpy(dtype=np.float64).tolist()


@given(amounts, st.sampled_from(LOCALES))
def test_an_amount_in_any_notation_reads_back_to_the_same_number(decide, given, locale):
    cells = [format_decimal(amount, "#,##0.00", locale=locale) for amount in given]
    assert numbers_in(decide(cells)) == list(map(float, given))


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(CURRENCIES))
def test_a_price_in_any_currency_reads_back_to_the_same_number(decide, given, locale, currency):
    for kind in ("standard", "accounting"):
        cells = [
            format_currency(amount, currency, locale=locale, format_type=kind) for amount in given
        ]
        assert numbers_in(decide(cells)) == list(map(float, given))


@given(amounts, st.sampled_from(LOCALES))
def test_a_share_in_any_notation_reads_back_as_its_percent(decide, given, locale):
    pattern = Locale.parse(locale).percent_formats[None].pattern.replace("#,##0", "#,##0.00")
    cells = [format_percent(amount / 100, pattern, locale=locale) for amount in given]
    decision = decide(cells)
    assert numbers_in(decision) == list(map(float, given))
    assert decision.reading.numerals.unit == "%"


@given(amounts, st.sampled_from(LOCALES))
def test_a_power_of_ten_reads_back_to_the_same_number(decide, given, locale):
    cells = [format_scientific(amount, "0.##############E0", locale=locale) for amount in given]
    cells = [cell.replace("×10^", "e") for cell in cells]  # Swedish, which no program writes
    sign = "decimal-comma" if get_decimal_symbol(locale) == "," else "decimal-point"
    assert numbers_in(decide(cells, sign)) == list(map(float, given))


@given(
    st.lists(st.decimals(-(10**6), 10**6, places=3, allow_nan=False), min_size=1, max_size=9),
    st.sampled_from(LOCALES),
)
def test_what_can_be_read_in_two_ways_is_refused_with_an_option_that_reads_it(
    decide, decide_or_tell, given, locale
):
    cells = [format_decimal(amount, "#,##0.###", locale=locale) for amount in given]
    sign = "decimal-comma" if get_decimal_symbol(locale) == "," else "decimal-point"
    found = decide_or_tell(cells)
    if isinstance(found, str):
        assert "--types x=decimal-comma" in found
        assert "--types x=decimal-point" in found
    else:
        assert numbers_in(found) == list(map(float, given))
    assert numbers_in(decide(cells, sign)) == list(map(float, given))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_what_python_writes_reads_back_to_the_same_number(decide, given):
    column = pd.Series(given, name="x")
    reading = decide(column).reading
    read = reading.read(pd.Series(pd.array(list(map(repr, given)), dtype="string[pyarrow]")))
    assert not read.unreadable.any()
    assert read.values.to_numpy(dtype=np.float64).tolist() == given


@pytest.mark.parametrize(
    ("cells", "numbers", "how"),
    [
        (["200", "900", "1.000", "1.100"], [200, 900, 1000, 1100], "points between thousands"),
        (["1.000.000", "2.000"], [1e6, 2000], "points between thousands"),
        (["1,234", "12.5", "3"], [1234, 12.5, 3], "decimal point, commas between thousands"),
        (["0,123", "1,234"], [0.123, 1.234], "decimal comma"),
        (["1.2345", "2.345"], [1.2345, 2.345], "decimal point"),
        (["1.234", "12500"], [1.234, 12500], "decimal point"),
        (["-12,50", "12,50-", "(12,50)", "3,20"], [-12.5, -12.5, -12.5, 3.2], "decimal comma"),
        (["CHF 900.--", "CHF 12.–", "CHF 1’234.50"], [900, 12, 1234.5], None),
        (["12,-", "3,50"], [12, 3.5], "decimal comma"),
        (["1 234,5", "1\u202f234,5", "1\xa0234,5"], [1234.5] * 3, None),
        (["₹12,34,567.00", "₹900.00"], [1234567, 900], None),
        (["−5", "＋3.5", "2"], [-5, 3.5, 2], "decimal point"),
        (["１２３", "４５６．５"], [123, 456.5], "decimal point"),
        (["١٢٣", "٤٥٦"], [123, 456], "whole numbers"),
        (["1_000", "2_000_000"], [1000, 2e6], "underscores between thousands"),
        ([".5", ".25"], [0.5, 0.25], "decimal point"),
        (["1,5E+05", "2,25e-03", "-1,5E5"], [1.5e5, 2.25e-3, -1.5e5], "decimal comma"),
        (["%12", "%7,5"], [12, 7.5], "decimal comma, in %"),
    ],
)
def test_a_column_is_read_by_the_notation_that_its_cells_show(decide, cells, numbers, how):
    decision = decide(cells * 5)
    assert numbers_in(decision) == numbers * 5
    if how:
        assert str(decision.how) == how


@pytest.mark.parametrize(
    ("cells", "unit"),
    [
        (["12 Jahre", "1 Jahr"], "Jahre"),
        (["12 €", "3 EUR", "4 Euro", "5"], "€"),
        (["12 kg", "3 KG", "4kg"], "kg"),
        (["Fr. 12.50", "CHF 3.00", "SFr. 4.00"], "Fr."),
        (["1,2 mg/dl", "n.n.", "3,4 mg/dl"], "mg/dl"),
        (["12,5 %", "3,0%"], "%"),
        (["￥12", "¥1"], "¥"),
    ],
)
def test_words_of_one_unit_are_one(decide, cells, unit):
    decision = decide(cells * 6)
    assert decision.kind == "number"
    assert str(decision.how).endswith(f"in {unit}")


@pytest.mark.parametrize(
    "cells",
    [
        ["1 kg", "500 g"],
        ["1 €", "500 $"],
        ["12,5 %", "3"],
        ["5 mW", "3 MW"],
        ["1.234,5", "1,234.5"],
    ],
)
def test_numbers_of_several_units_or_notations_stay_text_and_say_so(decide, notes_of, cells):
    decision = decide(cells * 10)
    assert decision.kind == "category"
    assert "several units or notations" in str(decision.notes[0])
    assert notes_of(decision) == ["almost_numbers_as_categories"]


@pytest.mark.parametrize(
    "cell",
    ["192.168.1.1", "1.2.3", "12/20", "10-20", "0x1F", "555-123-4567", "4111 1111 1111 1111", "A12",
     "E100", "1e", "1.5×20^5", "12:30", "(12", "12)", "--5", "+-5", "1,23,45", "$5 kg", "5 5 5 5"],
)  # fmt: skip
def test_codes_and_ranges_are_no_numbers(decide, cell):
    assert decide([cell] * 12).reading.written in ("texts", "dates")


def test_all_thousands_are_refused_with_both_readings(decide):
    with pytest.raises(DataError) as caught:
        decide(["1.234", "2.345"] * 5)
    assert str(caught.value) == (
        "column 'x' can be read in two ways: '1.234' in row 1 is 1234 or 1.234. Say which: --types "
        "x=decimal-comma or --types x=decimal-point."
    )
    assert numbers_in(decide(["1.234", "2.345"], "decimal-comma")) == [1234, 2345]
    assert numbers_in(decide(["1.234", "2.345"], "decimal-point")) == [1.234, 2.345]


def test_the_rest_of_the_table_decides_what_a_column_leaves_open(decide, notes_of):
    decision = decide(["1.234", "2.345"], y=["1,5", "2,5"])
    assert numbers_in(decision) == [1234, 2345]
    assert notes_of(decision) == ["read_as_others"]
    with pytest.raises(DataError, match="two ways"):
        decide(["1.234", "2.345"], y=["1,5", "2,5"], z=["1.5", "2.5"])


@pytest.mark.parametrize(
    ("last", "first"),
    [("1.5", 1.234), ("1.234.567", 1234), ("1.234,5", 1234), ("0.500", 1.234), ("12345", 1.234)],
)
def test_a_single_cell_in_the_last_of_many_rows_decides(decide, last, first):
    decision = decide(["1.234"] * 99_999 + [last])
    assert decision.values.iloc[0] == first
    assert decision.decided_by == CellAt(100_000, last)


def test_limits_of_laboratories_count_as_the_limit_with_a_note(decide, notes_of):
    decision = decide(["<0,5", "1,2", "0,7", "> 9"] * 5 + ["3"])
    assert numbers_in(decision) == [0.5, 1.2, 0.7, 9] * 5 + [3]
    assert notes_of(decision) == ["limits_as_numbers"]
    assert "'<0,5' in row 1" in str(decision.notes[0])


def test_limits_alone_are_classes(decide):
    assert decide(["<=50K", ">50K"] * 10).kind == "category"
    assert decide(["<30", ">30", "NO"] * 10).kind == "category"


@pytest.mark.parametrize(
    ("trained", "later", "numbers"),
    [
        (["1", "2"], ["2.5", "2,5", "1e3", "1.234,5"], [2.5, 2.5, 1000, 1234.5]),
        (["1,5", "2,5"], ["1.234,5", "1'234,5", "1 234", "3"], [1234.5, 1234.5, 1234, 3]),
        (["1.5 €", "2.5 €"], ["2.5", "3 EUR", "€ 4"], [2.5, 3, 4]),
        (["1.000.000", "2.000"], ["12,5"], [12.5]),
    ],
)
def test_later_cells_are_read_where_they_mean_but_one_number(read_later, trained, later, numbers):
    read = read_later(trained * 10, later)
    assert read.values.tolist() == numbers
    assert not read.unreadable.any()


@pytest.mark.parametrize(
    ("trained", "later"),
    [
        (["1", "2"], "1.234"),
        (["1", "2"], "5 kg"),
        (["1.5", "2.5"], "2,5"),
        (["1,5", "2,5"], "2.5"),
        (["1,5", "2,5"], "1.234"),
        (["1.5", "2.5"], "1,234"),
        (["5 %", "6 %"], "0.05"),
        (["5 kg", "6 kg"], "500 g"),
    ],
)
def test_later_cells_of_another_meaning_are_unreadable(read_later, trained, later):
    assert read_later(trained * 10, [later]).unreadable.all()


def test_a_frame_of_numbers_is_continued_by_the_text_of_a_program(read_later):
    read = read_later(pd.Series([0.5, 1.5]), ["1.375", "2", "1e-3"])
    assert read.values.tolist() == [1.375, 2, 1e-3]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [("9007199254740991", False), ("9007199254740992", True), ("9007199254740993", True),
     ("18446744073709551615", True), ("-9007199254740993", True), ("1" * 400, True)],
)  # fmt: skip
def test_whole_numbers_beyond_the_exact_ones_keep_their_text(decide, cell, codes):
    decision = decide([cell, "5", "7"] * 5)
    assert (decision.kind == "category") is codes
    if codes:
        assert decision.values.iloc[0] == cell


def test_leading_zeros_make_codes_unless_they_are_said_to_be_numbers(decide, notes_of):
    decision = decide(["123"] * 99_999 + ["0123"])
    assert decision.values.iloc[-1] == "0123"
    assert decision.decided_by == CellAt(100_000, "0123")
    assert notes_of(decision) == ["digits_as_codes"]
    assert decide(["123", "0123"], "number").values.tolist() == [123, 123]


def test_shapes_that_never_end_are_read_in_time():
    for shape in ("9 " * 3000, "9," * 3000 + "x", "(" * 3000, "9" + " " * 3000 + "x"):
        assert form_of(shape) is None


def test_an_amount_is_what_decimal_says(decide):
    assert numbers_in(decide(["1.234,56 €"])) == [float(Decimal("1234.56"))]
