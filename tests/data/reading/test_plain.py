"""Columns of plain numbers are read as a whole just as they are cell by cell."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.reading.deciding import decide_column
from axone.data.reading.decision import Ambiguity, Hints
from axone.data.reading.text_column import decide_text

cell = st.one_of(
    st.integers(-(10**4), 10**4).map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from([str(2**53 + n) for n in (-1, 0, 1)] + [str(-(2**53) - 1)]),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.floats(-1e9, 1e9).map("{:.3e}".format),
    st.floats(-1e9, 1e9).map("{:.18e}".format),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.decimals(-(10**6), 10**6, places=3).map(str),
    st.sampled_from(
        ["0", "-0", "00", "007", "-07", "0.5", ".5", "5.", "1.234", "12.345", "01.2024", "11.2024",
         "1.2024", "20240131", "20240201", "20240301", "202401", "1e5", "1E400", "nan", "inf",
         "-inf", "NaN", "", " ", " 5", "5 ", "+5",
         "1_000", "0x1F", "1,5", "٣", "-", "n/a", "oops", "--5",
         "1970", "2024", "1.000", "2.500", "5e", "e5", ".", "-.5", "1.5.2"]
    ),
)  # fmt: skip
columns = st.one_of(
    st.lists(cell, min_size=1, max_size=12),
    st.lists(cell, min_size=1, max_size=3).map(lambda cells: cells * 20),
    st.tuples(st.lists(cell, min_size=1, max_size=2), st.lists(cell, min_size=1, max_size=1)).map(
        lambda two: two[0] * 40 + two[1]
    ),
)


def same(one, other):
    return one == other or (pd.isna(one) and pd.isna(other))


@given(columns, st.booleans())
def test_a_column_is_read_as_a_whole_as_it_is_cell_by_cell(cells, with_missing):
    array = pd.array([*cells, None] if with_missing else cells, dtype="string[pyarrow]")
    values = pd.Series(array, name="x")
    whole = decide_column(values, None, (), Hints())
    each = decide_text(values, None, (), Hints())
    assert isinstance(whole, Ambiguity) is isinstance(each, Ambiguity)
    if not isinstance(whole, Ambiguity) and not isinstance(each, Ambiguity):
        assert (whole.kind, whole.reading.written) == (each.kind, each.reading.written)
        assert whole.reading.numerals == each.reading.numerals
        assert whole.values.dtype.kind == each.values.dtype.kind
        assert all(map(same, whole.values.astype(object), each.values.astype(object)))


@pytest.mark.parametrize("last", ["oops", "1,5", "0123", str(2**53 + 1), "1.2.3", "nan", "-01"])
def test_a_cell_far_behind_the_first_is_not_overlooked(last):
    numbers = [str(n % 977) for n in range(5000)]
    values = pd.Series(pd.array([*numbers, last], dtype="string[pyarrow]"), name="x")
    whole = decide_column(values, None, (), Hints())
    each = decide_text(values, None, (), Hints())
    assert whole.kind == each.kind
    assert whole.unreadable == each.unreadable
    assert same(whole.values.iloc[-1], each.values.iloc[-1])


@pytest.mark.parametrize("written", [repr, "{:.18e}".format, "{:E}".format])
def test_numbers_are_those_that_python_reads(written):
    random = np.random.default_rng(0)
    amounts = random.normal(size=3000) * 10.0 ** random.integers(-9, 9, 3000)
    cells = list(map(written, amounts.tolist()))
    values = pd.Series(pd.array(cells, dtype="string[pyarrow]"), name="x")
    assert decide_column(values, None, (), Hints()).values.tolist() == list(map(float, cells))
