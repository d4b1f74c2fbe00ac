"""What was read in training is read the same in any later rows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.encoding import TableEncoder
from axone.data.plain_data import read_data, write_data
from axone.data.reading import TableReading
from axone.data.reading.column import are_exceptions, is_text
from axone.data.reading.report import CellAt
from axone.errors import DataError

CELLS = {
    "thousands": ["200", "1.000", "1.234.567", "12", "900"],
    "prices": ["1.234,50 €", "-12,50 €", "(3,20 €)", "5", "7,-"],
    "shares": ["12,5 %", "3 %", "100%"],
    "whole": ["1", "2", "33"],
    "limits": ["<0.5", "1.25", "2", "3.5", "4"],
    "exponents": ["1e5", "2.5E-3", "7"],
    "dates": ["31/01/2024", "01/02/2024", "2024-03-05", "9999-12-31"],
    "months": ["Jan 2024", "Okt 2024", "01/2023"],
    "digits": ["20240131", "20240201", "20240301"],
    "clock": ["10:15", "23:59:59", "0:00"],
    "moments": ["2024-01-31T10:00:00+01:00", "2024-02-01 10:00", "2024-01-01"],
    "truths": ["Ja", "nein", "NEIN"],
    "words": ["None", "Mild", "Severe", "1"],
    "codes": ["00123", "456", "18446744073709551615"],
}
MARKS = ["", "n/a", "-", "NULL"]


def same(one, other):
    return one == other or (pd.isna(one) and pd.isna(other))


@given(st.sampled_from(sorted(CELLS)), st.data())
def test_any_rows_of_a_column_are_read_later_as_they_were_in_training(decide, kind, data):
    cells = CELLS[kind] * 12 + MARKS + ["#oops#"]
    decision = decide(cells)
    rows = data.draw(st.lists(st.integers(0, len(cells) - 1), min_size=1, max_size=30))
    later = pd.Series(pd.array([cells[row] for row in rows], dtype="string[pyarrow]"))
    read = decision.reading.read(later)
    assert not read.unreadable.any()
    trained = decision.values.iloc[rows]
    assert all(map(same, read.values.astype(object), trained.astype(object)))


@given(st.sampled_from(sorted(CELLS)), st.randoms())
def test_the_order_of_the_rows_does_not_matter(decide, kind, random):
    cells = CELLS[kind] * 12 + MARKS + ["#oops#"]
    order = list(range(len(cells)))
    random.shuffle(order)
    straight, shuffled = decide(cells), decide([cells[row] for row in order])
    assert straight.kind == shuffled.kind
    assert all(
        map(same, straight.values.iloc[order].astype(object), shuffled.values.astype(object))
    )


@given(st.sampled_from(sorted(CELLS)))
def test_a_reading_is_kept_as_plain_data(decide, kind):
    reading = TableReading((decide(CELLS[kind] * 12).reading,))
    assert read_data(TableReading, write_data(reading), "reading") == reading


@pytest.mark.parametrize(
    ("odd", "present", "few"),
    [(1, 200, True), (10, 200, True), (11, 200, False), (1, 10, True), (1, 9, False), (0, 1, True)],
)
def test_a_twentieth_or_a_single_cell_of_ten_are_exceptions(odd, present, few):
    assert are_exceptions(odd, present) is few


@pytest.mark.parametrize("words", [("oops",), ("oops", "?!"), ("1.2.3",)])
def test_odd_cells_count_as_missing_with_their_rows(decide, notes_of, words):
    cells = [str(n / 7) for n in range(199)] + list(words)
    decision = decide(cells)
    assert decision.kind == "number"
    assert decision.unreadable == tuple(CellAt(200 + n, word) for n, word in enumerate(words))
    assert decision.values.isna().sum() == len(words)
    assert notes_of(decision) == ["unreadable_as_missing"]


@pytest.mark.parametrize("share", [0.06, 0.3])
def test_more_odd_cells_make_a_column_text_that_says_why(decide, notes_of, share):
    odd = round(200 * share)
    decision = decide([str(n / 7) for n in range(200 - odd)] + ["oops"] * odd)
    assert decision.kind == "category"
    assert notes_of(decision) == ["almost_numbers_as_categories"]
    assert f"{odd} of 200 cells are no numbers" in str(decision.notes[0])
    assert decision.otherwise == "number"
    asked = decide([str(n / 7) for n in range(200 - odd)] + ["oops"] * odd, "number")
    assert asked.unreadable_count == odd


def test_a_choice_that_most_cells_gainsay_is_refused_with_the_first_of_them(decide):
    with pytest.raises(DataError, match="said to be 'number': 'a' in row 1 is no number; 3 such"):
        decide(["a", "b", "c", "1"], "number")
    with pytest.raises(DataError, match="said to be 'date': 'a' in row 1 is no date"):
        decide(["a", "b"], "date")
    with pytest.raises(DataError, match="neither yes nor no"):
        decide(["a", "b", "yes"], "boolean")
    with pytest.raises(DataError, match=r"'decimal-comma': '1\.5' in row 1 is no number"):
        decide(["1.5", "2.5"], "decimal-comma")
    with pytest.raises(DataError, match=r"'day-first': '01/31/2024' in row 1 is no date"):
        decide(["01/31/2024", "02/13/2024"], "day-first")
    with pytest.raises(DataError, match="is empty"):
        decide(["", ""], "number")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pd.Series(["a", None]), True),
        (pd.Series(["a", None], dtype="string"), True),
        (pd.Series(["a", None], dtype=pd.ArrowDtype(pa.large_string())), True),
        (pd.Series([b"a", None], dtype=pd.ArrowDtype(pa.binary())), True),
        (pd.Series([b"\xff", None], dtype=pd.ArrowDtype(pa.binary())), False),
        (pd.Series([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), False),
        (pd.Series(["a", None], dtype="category"), False),
        (pd.Series([1, 2]), False),
        (pd.Series([None, None], dtype=object), False),
    ],
)
def test_text_is_what_holds_text(values, text):
    assert is_text(values) is text


def test_far_more_odd_cells_than_in_training_are_refused_with_the_column_and_the_row():
    encoder = TableEncoder.fit(pd.DataFrame({"x": ["1,5", "2,5"] * 20, "y": ["a", "b"] * 20}))
    with pytest.raises(DataError, match=r"column 'x', row 1 .* 'oops' is no number"):
        encoder.transform(pd.DataFrame({"x": ["oops", "oops", "1,5"], "y": ["a", "b", "a"]}))


def test_columns_of_another_type_later_mean_the_same():
    encoder = TableEncoder.fit(pd.DataFrame({"x": ["1,5", "2,5"] * 20, "y": ["ja", "nein"] * 20}))
    text = encoder.transform(pd.DataFrame({"x": ["2,5"], "y": ["JA"]}))
    typed = encoder.transform(pd.DataFrame({"y": [True], "x": [2.5]}))
    assert np.array_equal(text, typed)
