"""Columns of a type already, and the choices of their owner."""

import datetime as dt
import decimal
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from axone.data.frames import as_frame
from axone.data.reading import CHOICES, read_columns
from axone.errors import UnknownNameError


def column_of(values):
    frame = values if isinstance(values, pl.DataFrame) else pd.DataFrame({"x": values})
    return read_columns(as_frame(frame)).decisions["x"]


def arrow(values, kind):
    return pd.Series(values, dtype=pd.ArrowDtype(kind))


@pytest.mark.parametrize(
    ("values", "kind", "first"),
    [
        (pd.Series([1, None, 3], dtype="Int64"), "number", 1),
        (pd.Series([1.5, None], dtype="Float64"), "number", 1.5),
        (pd.Series([1, 2], dtype="int64[pyarrow]"), "number", 1),
        (pd.Series([decimal.Decimal("1.10"), None]), "number", 1.1),
        (arrow([decimal.Decimal("1.10"), None], pa.decimal128(9, 2)), "number", 1.1),
        (pd.Series([dt.timedelta(hours=1), None], dtype=object), "number", 3600),
        (pd.Series(pd.to_timedelta([1, None], unit="h")), "number", 3600),
        (arrow([dt.timedelta(hours=1), None], pa.duration("us")), "number", 3600),
        (pd.Series([0.1, 0.2], dtype="float16"), "number", np.float16(0.1)),
        (pd.Series(pd.arrays.SparseArray([1.5, 0.0])), "number", 1.5),
        (pd.Series([True, None], dtype="boolean"), "boolean", True),
        (pd.Series([True, None], dtype=object), "boolean", True),
        (pd.Series([True, None], dtype="bool[pyarrow]"), "boolean", True),
        (pd.Series([1, "2", 3.5], dtype=object), "number", 1),
        (pd.Series([1, "2", "x"], dtype=object), "category", "1"),
        (pd.Series([1, True, "x"], dtype=object), "category", "1"),
        (pd.Series([dt.date(9999, 12, 31), None], dtype=object), "date", "9999-12-31"),
        (pd.Series([dt.date(2024, 1, 31), "2024-02-01"], dtype=object), "date", "2024-01-31"),
        (pd.Series([dt.time(10, 15), None], dtype=object), "date", "1970-01-01T10:15"),
        (arrow([dt.date(9999, 12, 31), None], pa.date32()), "date", "9999-12-31"),
        (arrow([dt.time(10, 15), None], pa.time64("us")), "date", "1970-01-01T10:15"),
        (pd.Series(pd.period_range("2024-01", periods=3, freq="M")), "date", "2024-01-01"),
        (pd.Series(pd.date_range("2024-01-01", periods=3, tz="Europe/Berlin")), "date",
         "2023-12-31T23:00"),
        (pd.Series([20240131, 20240201, 20240301]), "date", "2024-01-31"),
        (pd.Series(["a", "b"], dtype="category"), "category", "a"),
        (pd.Series(["1,5", "2,5"], dtype="category"), "category", "1,5"),
        (pd.Series([b"a", b"b"], dtype=object), "category", "b'a'"),
        (arrow([b"a", None], pa.binary()), "category", "a"),
        (arrow([[1], None], pa.list_(pa.int64())), "category", "[1]"),
        (pd.Series(pd.interval_range(0, 3)), "category", "(0, 1]"),
        (pd.Series([uuid.UUID(int=1), uuid.UUID(int=2)], dtype=object), "category",
         str(uuid.UUID(int=1))),
        (pl.DataFrame({"x": ["1,5", None]}), "number", 1.5),
        (pl.DataFrame({"x": [dt.date(9999, 12, 31), None]}), "date", "9999-12-31"),
        (pl.DataFrame({"x": [dt.timedelta(hours=1), None]}), "number", 3600),
        (pl.DataFrame({"x": pl.Series([2**70, 1], dtype=pl.Int128)}), "category", str(2**70)),
        (pl.DataFrame({"x": pl.Series(["a", None], dtype=pl.Categorical)}), "category", "a"),
    ],
)  # fmt: skip
def test_a_column_of_a_type_is_what_its_type_says(values, kind, first):
    decision = column_of(values)
    assert decision.kind == kind
    found = decision.values.iloc[0]
    assert found == (pd.Timestamp(first).as_unit("us") if kind == "date" else first)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([2**64 - 1, 2**63, 5], dtype="uint64"),
        pd.Series([2**53 + 1, 2**53, 5]),
        pd.Series([2**64 - 1, None, 5], dtype="UInt64"),
        pd.Series([2**64 - 1, None, 5], dtype="uint64[pyarrow]"),
        pd.Series([2**70, 5, 6], dtype=object),
        pd.Series([2**53 + 1, None, 6], dtype=object),
        pd.Series([-(2**53) - 1, 5, 6]),
    ],
)
def test_whole_numbers_beyond_the_exact_ones_are_codes(values):
    decision = column_of(values)
    assert decision.kind == "category"
    assert decision.values.iloc[0] == str(values.iloc[0])


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_is_taken_or_refused_with_the_reason(decide, choice):
    fitting = {
        "boolean": ["yes", "no"],
        "decimal-comma": ["1.234", "2,5"],
        "date": ["2024-01-31", "2024-02-01"],
        "day-first": ["01/02/2024", "03/04/2024"],
        "month-first": ["01/02/2024", "03/04/2024"],
        "year-first": ["01-02-03", "02-03-04"],
    }
    decision = decide(fitting.get(choice, ["1.5", "2.25"]) * 9, choice)
    kinds = {"text": "category", "decimal-point": "number", "decimal-comma": "number",
             "day-first": "date", "month-first": "date", "year-first": "date"}  # fmt: skip
    assert decision.kind == kinds.get(choice, choice)


def test_a_choice_for_no_column_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'price'"):
        read_columns(pd.DataFrame({"price": ["1"]}), {"prise": "number"})


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_few_rows_are_read_like_many(decide, rows):
    assert len(decide(["1,5", "2,5", "3"][:rows]).values) == rows
