"""Parquet and Feather: types kept, index left out, bombs and damage refused."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from axone.data.files import bounds, count_columns, read_raw_table
from axone.errors import DataError

from .conftest import columns_of

WRITERS = {"parquet": parquet.write_table, "feather": feather.write_feather}


@pytest.fixture(params=WRITERS)
def write_table(request, tmp_path):
    """Write an Arrow table to a file of either kind."""

    def write_table(table, **options):
        path = tmp_path / f"some.{request.param}"
        WRITERS[request.param](table, path, **options)
        return path

    return write_table


def refused(path, *words):
    with pytest.raises(DataError) as caught:
        read_raw_table(path)
    for word in (path.name, *words):
        assert word in str(caught.value)


def test_a_frame_of_pandas_comes_back(write_table):
    frame = pd.DataFrame(
        {
            "i": [1, 2],
            "f": [0.5, np.nan],
            "b": [True, False],
            "when": pd.to_datetime(["2024-01-01", "2024-01-02"]),
            "c": pd.Categorical(["u", "v"]),
        },
        index=[7, 5],
    )
    path = write_table(pa.Table.from_pandas(frame))
    pd.testing.assert_frame_equal(
        read_raw_table(path).frame, frame.reset_index(drop=True), check_column_type=False
    )
    assert count_columns(path) == 5


def test_text_comes_in_columns_of_arrow(write_table):
    frame = read_raw_table(write_table(pa.table({"t": ["x", None, "x"]}))).frame
    assert frame["t"].dtype == pd.ArrowDtype(pa.string())
    assert frame["t"].isna().tolist() == [False, True, False]


def test_whole_numbers_and_dates_are_exact(write_table):
    table = pa.table(
        {
            "large": pa.array([2**53 + 1, None]),
            "unsigned": pa.array([2**64 - 1, 0], pa.uint64()),
            "huge": pa.array([decimal.Decimal(2**70), decimal.Decimal(1)], pa.decimal128(38, 0)),
            "price": pa.array([decimal.Decimal("1.50"), None]),
            "day": pa.array([datetime.date(9999, 12, 31), None]),
            "time": pa.array([datetime.time(1, 2), None]),
            "truth": pa.array([True, None]),
            "nothing": pa.nulls(2),
            "bytes": pa.array([b"text", b"too"]),
        }
    )
    assert columns_of(read_raw_table(write_table(table))) == {
        "large": [2**53 + 1, None],
        "unsigned": [2**64 - 1, 0],
        "huge": [str(2**70), "1"],
        "price": [1.5, None],
        "day": [pd.Timestamp("9999-12-31"), None],
        "time": ["01:02:00.000000", None],
        "truth": [True, None],
        "nothing": [None, None],
        "bytes": ["text", "too"],
    }


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ([[1], [2]], "list"),
        ([{"x": 1}, {"x": 2}], "struct"),
        ([b"\xff", b"\xfe"], "UTF8"),
    ],
)
def test_columns_of_what_is_no_cell_are_refused_with_their_name(write_table, column, words):
    refused(write_table(pa.table({"parts": pa.array(column)})), "'parts'", words)


def test_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "some.parquet"
    parquet.write_table(pa.table([[1], [2]], names=["a", "a "]), path)
    refused(path, "more than one column called 'a'")


def test_a_table_without_rows_has_its_columns(write_table):
    frame = read_raw_table(write_table(pa.table({"a": pa.array([], pa.int64())}))).frame
    assert frame.columns.tolist() == ["a"]
    assert len(frame) == 0


@pytest.mark.parametrize("left", [4, 30, 200, -1, -8, -30])
def test_a_file_that_is_cut_is_refused(write_table, left):
    path = write_table(pa.table({"a": list(range(200)), "b": ["x"] * 200}))
    path.write_bytes(path.read_bytes()[:left])
    refused(path)


def test_every_flipped_bit_of_a_footer_ends_in_a_table_or_a_message(write_table):
    kinds = pa.array(["u", "v"]).dictionary_encode()
    path = write_table(pa.table({"a": [1, 2], "b": ["x", None], "c": kinds}))
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for place, bit in zip(
        random.integers(4, len(whole), 300), random.integers(0, 8, 300), strict=True
    ):
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        path.write_bytes(changed)
        for read in (read_raw_table, count_columns):
            try:
                assert read(path) is not None
            except DataError as error:
                assert path.name in str(error)  # noqa: PT017


def test_texts_that_a_dictionary_makes_short_are_counted_before_they_are_made(tmp_path):
    path = tmp_path / "bomb.parquet"
    parquet.write_table(pa.table({"a": ["x" * 46_000] * 5_000}), path, compression="zstd")
    assert path.stat().st_size < 10_000
    before = pa.total_allocated_bytes()
    refused(path, "more than 200 times its size")
    assert pa.total_allocated_bytes() - before < 100 * 2**20


def test_parts_of_a_feather_file_are_counted_before_they_are_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.feather"
    feather.write_feather(pa.table({"a": np.zeros(2**20)}), path, compression="zstd")
    assert path.stat().st_size < 10_000
    assert len(read_raw_table(path).frame) == 2**20
    monkeypatch.setattr(bounds, "BYTES_LIMIT", 2**22)
    refused(path, "more than the limit")


def test_more_cells_than_the_limit_are_refused_by_the_footer(tmp_path, monkeypatch):
    path = tmp_path / "some.parquet"
    parquet.write_table(pa.table({"a": np.zeros(1000), "b": np.zeros(1000)}), path)
    monkeypatch.setattr(bounds, "CELLS_LIMIT", 1999)
    refused(path, "1000 rows of 2 columns")
