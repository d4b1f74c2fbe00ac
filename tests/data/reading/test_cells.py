"""Columns of text as their different cells and the shapes of these."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.reading.cells import Cells, plain_text, text_array

texts = st.lists(st.none() | st.text(max_size=8), max_size=30)


@given(texts)
def test_each_row_finds_its_cell_as_it_is_written(given):
    cells = Cells.of(pa.array(given, pa.string()))
    for code, cell in zip(cells.codes.tolist(), given, strict=True):
        if code < 0:
            assert cell is None or not plain_text(cell)
        else:
            assert cells.text(code) == cell


@given(texts)
def test_counts_are_the_rows_of_each_cell(given):
    cells = Cells.of(pa.array(given, pa.string()))
    present = [cell for cell in given if cell is not None and plain_text(cell)]
    assert cells.counts.sum() == len(present)
    for number in range(len(cells)):
        if cells.counts[number]:
            assert cells.counts[number] == present.count(cells.text(number))
            assert given[cells.row_of(number)] == cells.text(number)


@given(texts)
def test_shapes_are_the_plain_texts_with_nines_for_digits(given):
    cells = Cells.of(pa.array(given, pa.string()))
    shapes, of_texts = cells.shapes
    for text, number in zip(cells.texts.to_pylist(), of_texts.tolist(), strict=True):
        assert shapes[number] == "".join("9" if "0" <= c <= "9" else c for c in text)


@given(st.text(max_size=20))
def test_a_column_and_a_single_cell_are_made_plain_alike(given):
    cells = Cells.of(pa.array([given], pa.string()))
    assert cells.texts.to_pylist() == [plain_text(given)]


@given(st.text(max_size=20))
def test_what_is_plain_stays_so(given):
    assert plain_text(plain_text(given)) == plain_text(given)


@pytest.mark.parametrize(
    ("written", "plain"),
    [("−5", "-5"), (" 1\u202f234 ", "1 234"), ("1’234", "1'234"), ("\u200f12", "12"),
     ("٣٫٥", "3.5"), ("５％", "5%"), ("a\t\n b", "a b"), ("\ufeff7", "7")],
)  # fmt: skip
def test_what_is_set_with_care_is_read_as_what_is_typed(written, plain):
    assert plain_text(written) == plain


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, "b"]),
        pa.array(["a", None, "b"], pa.large_string()),
        pa.array(["a", None, "b"]).dictionary_encode(),
        pa.chunked_array([["a", None], ["b"]]),
        pa.array(["x", "a", None, "b"])[1:],
        pd.Series(["a", None, "b"], dtype=object),
        pd.Series(["a", None, "b"], dtype="string"),
        pd.Series(["a", None, "b"], dtype=pd.ArrowDtype(pa.string())),
    ],
)
def test_text_of_any_type_is_the_same_array(column):
    found = text_array(column)
    assert found.to_pylist() == ["a", None, "b"]
    assert Cells.of(column).codes.tolist()[1] == -1


def test_no_rows_are_no_cells():
    cells = Cells.of(pa.array([], pa.string()))
    assert len(cells) == 0
    assert cells.shapes[0] == []
    assert Cells.of(pa.chunked_array([], pa.string())).codes.tolist() == []
