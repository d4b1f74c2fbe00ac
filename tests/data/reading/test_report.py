"""What was read, in words."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.cli.column_choices import column_choices
from axone.data.reading.moments import DateFormat
from axone.data.reading.numerals import Numerals
from axone.data.reading.report import (
    CellAt,
    dates_in_words,
    numerals_in_words,
    options_of,
    shortened,
)


@given(
    st.text(min_size=1, max_size=12).filter(lambda name: name.strip() == name and "\0" not in name)
)
def test_an_option_typed_into_a_shell_makes_the_choice(name):
    option, word = shlex.split(options_of(name, "decimal-comma"))
    assert option == "--types"
    assert column_choices([word]) == {name: "decimal-comma"}


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("price", "--types price=text"),
        ("Größe", "--types Größe=text"),
        ("two words", '--types "two words=text"'),
        ("it's", '--types "it\'s=text"'),
        ("$x", "--types '$x=text'"),
    ],
)
def test_an_option_is_quoted_where_it_must_be(name, option):
    assert options_of(name, "text") == option


@pytest.mark.parametrize(
    ("numerals", "words"),
    [
        (Numerals(), "whole numbers"),
        (Numerals(","), "decimal comma"),
        (Numerals(",", ".", "€"), "decimal comma, points between thousands, in €"),
        (Numerals("", "'"), "apostrophes between thousands"),
        (Numerals(".", "_"), "decimal point, underscores between thousands"),
    ],
)
def test_numerals_are_told_by_their_signs(numerals, words):
    assert str(numerals_in_words(numerals)) == words


@pytest.mark.parametrize(
    ("written", "precision", "words"),
    [
        (DateFormat(), "day", "dates"),
        (DateFormat("day-first"), "day", "dates, day before month"),
        (DateFormat("month-first"), "moment", "dates with times, month before day"),
        (DateFormat(), "month", "months"),
        (DateFormat(clock=True), "clock", "times of day"),
        (DateFormat(compact=True), "", "dates, in digits alone"),
    ],
)
def test_dates_are_told_by_their_order(written, precision, words):
    assert str(dates_in_words(written, precision)) == words


def test_no_cell_fills_a_message():
    assert len(shortened("x" * 1000)) == 32
    assert str(CellAt(12345, "x" * 1000)).endswith("…' in row 12,345")
