"""Tables: how text files are understood, and how a target makes a dataset of a frame."""

import gzip
import io
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axone.data import load_dataset, read_rows, tables
from axone.data.tables import dataset_from_frame, read_table
from axone.errors import ArgumentTypeError, DataError, UnknownNameError


@pytest.fixture
def write(tmp_path):
    def write(text, name="some.csv", encoding="utf-8"):
        path = tmp_path / name
        content = text.encode(encoding) if isinstance(text, str) else text
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def refused(path, *words, **options):
    with pytest.raises(DataError) as caught:
        load_dataset(path, **options)
    for word in (path.name, *words):
        assert word in str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["some.csv", "some.csv.gz", "some.tsv"])
def test_the_separator_is_found_out(write, separator, name):
    text = "a,b,c\n1,x y,2\n3,z,4\n".replace(",", separator)
    frame = read_table(write(text, name))
    expected = pd.DataFrame({"a": [1, 3], "b": ["x y", "z"], "c": [2, 4]})
    pd.testing.assert_frame_equal(frame, expected)


def test_a_decimal_comma_is_understood_between_semicolons(write):
    frame = read_table(write("weight, kg;height, cm\n70,5;180,2\n68,0;175\n"))
    assert frame.columns.tolist() == ["weight, kg", "height, cm"]
    assert frame.to_numpy().tolist() == [[70.5, 180.2], [68.0, 175.0]]


def test_a_decimal_point_is_understood_between_semicolons_too(write):
    assert read_table(write("a;b\n0.5;2\n1.5;3\n"))["a"].tolist() == [0.5, 1.5]


def test_the_first_line_decides_where_lines_differ_in_length(write):
    refused(write("a,b\n1,2\n1,2,3\n"), "not of one length", target="a")


def test_every_line_having_one_cell_more_than_there_are_names_is_refused(write):
    refused(write("a,b\n1,2,3\n4,5,6\n"), "not of one length", target="a")


def test_cells_in_quotes_may_hold_separators_and_line_ends(write):
    frame = read_table(write('name,n\n"Smith, J.",1\n"two\nlines",2\n'))
    assert frame["name"].tolist() == ["Smith, J.", "two\nlines"]


def test_question_marks_and_blanks_are_missing(write):
    frame = read_table(write("a,b\n?,x\n 1, ?\n,NA\n2,y\n"))
    assert frame["a"].isna().tolist() == [True, False, True, False]
    assert frame["b"].isna().tolist() == [False, True, True, False]


def read_as_a_whole(path):
    """What pandas makes of whole columns, blanks before cells skipped: slow, and right."""
    options = {"na_values": ["?"], "skipinitialspace": True, "low_memory": False}
    return pd.read_csv(path, **options)


@given(
    cells=st.lists(
        st.tuples(
            *[st.sampled_from(["1", " 2", "\t3", "x y", ' "u, v"', '" w"', "", " ", "4 "])] * 3
        ),
        min_size=1,
        max_size=6,
    )
)
def test_blanks_are_skipped_before_cells_and_nowhere_else(tmp_path_factory, cells):
    lines = ["a,b c, d", *(",".join(row) for row in cells), "1,2,3"]
    path = tmp_path_factory.mktemp("blanks") / "some.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    pd.testing.assert_frame_equal(read_table(path), read_as_a_whole(path))


def test_a_blank_that_comes_late_in_the_file_is_skipped_too(write):
    path = write("a,b\n" + "1,x\n" * 300_000 + "2, x\n")
    assert set(read_table(path)["b"]) == {"x"}


@pytest.mark.parametrize("late", ["2.5", "word", "?", "True", "1e300", "-3", "2024-02-29"])
@pytest.mark.parametrize("early", ["7", "0.25", "True", "text", ""])
def test_a_column_is_what_all_of_its_cells_are(write, early, late):
    path = write("a,b\n" + f"{early},1\n" * 200_000 + f"{late},2\n")
    pd.testing.assert_frame_equal(read_table(path), read_as_a_whole(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_utf_8_with_or_without_a_mark_and_latin_1_are_read(write, encoding):
    assert read_table(write("café,n\né,1\nü,2\n", encoding=encoding))["café"].tolist() == ["é", "ü"]


def test_latin_1_that_shows_only_late_in_the_file_is_read(write):
    rows = "x,1\n" * 40_000
    frame = read_table(write(f"café,n\n{rows}".encode() + b"caf\xe9,2\n"))
    assert frame.iloc[-1, 0] == "café"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n\n", "blanks"),
        ("a,b\n", "no rows"),
        ("a,b,a,b\n1,2,3,4\n", "more than one column called 'a', 'b'"),
        (b"\xff\xfea\0,\0b\0", "zero bytes"),
    ],
)
def test_a_text_table_that_is_none_is_refused(write, text, words):
    refused(write(text), words, target="a")


def test_damaged_and_false_gzip_files_are_refused(write, tmp_path):
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    for content in (whole[:-20], whole[:30], b"a,b\n1,2\n"):
        path = tmp_path / "bad.csv.gz"
        path.write_bytes(content)
        refused(path, "damaged", target="a")


def test_a_file_truncated_after_its_first_lines_is_refused(tmp_path):
    numbers = np.random.default_rng(0).normal(size=(20_000, 2))
    whole = gzip.compress(pd.DataFrame(numbers, columns=["a", "b"]).to_csv(index=False).encode())
    path = tmp_path / "half.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "damaged", target="a")


def test_a_small_file_that_unpacks_to_too_much_is_refused(write, monkeypatch):
    path = write("a,b\n" + "1,2\n" * 500_000, "bomb.csv.gz")
    monkeypatch.setattr(tables, "SIZE_LIMIT", 1_000_000)
    assert path.stat().st_size < 20_000
    refused(path, "unpacks to more", target="a")


def test_a_file_above_the_limit_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(tables, "SIZE_LIMIT", 5)
    refused(write("a,b\n1,2\n"), "above the limit", target="a")


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_whatever_bring_more_than_a_data_error(tmp_path_factory, content):
    for name in ("noise.csv", "noise.csv.gz", "noise.parquet"):
        path = tmp_path_factory.mktemp("csv") / name
        path.write_bytes(content)
        try:
            assert len(read_table(path)) > 0
        except DataError as error:
            assert name in str(error)  # noqa: PT017


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, width=32)),
        min_size=1,
        max_size=20,
    )
)
def test_numbers_that_pandas_writes_come_back(tmp_path_factory, rows):
    frame = pd.DataFrame(rows, columns=["whole", "real"])
    path = tmp_path_factory.mktemp("csv") / "some.csv"
    frame.to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_table(path), frame, rtol=1e-12)


def test_parquet_is_read_as_pandas_wrote_it(tmp_path):
    frame = pd.DataFrame(
        {"a": [1, 2], "t": ["x", None], "when": pd.to_datetime(["2024-01-01", "2024-01-02"])}
    )
    path = tmp_path / "some.parquet"
    frame.to_parquet(path)
    pd.testing.assert_frame_equal(read_table(path), frame)


def test_parquet_above_the_limit_or_damaged_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "some.parquet"
    pd.DataFrame({"a": np.zeros(100_000), "b": 1.0}).to_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(200) + whole[204:])
    refused(path, "damaged", target="a")
    path.write_bytes(whole[:100])
    refused(path, "no Parquet file", target="a")
    path.write_bytes(whole)
    monkeypatch.setattr(tables, "SIZE_LIMIT", len(whole) - 1)
    refused(path, "above the limit", target="a")


def test_a_small_parquet_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "bomb.parquet"
    frame = pd.DataFrame({"a": np.tile(np.arange(1000.0), 300), "b": 1.0})
    frame.to_parquet(path, compression="zstd", use_dictionary=False)
    monkeypatch.setattr(tables, "SIZE_LIMIT", 1_000_000)
    assert path.stat().st_size < 500_000
    refused(path, "unpacks to more", target="a")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "some.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused(path, 'pip install "axone[parquet]"', target="a")


def test_a_table_without_a_chosen_target_is_refused_with_its_columns(write):
    refused(write("a,b\n1,2\n3,4\n"), "target = 'b'", "Columns: a, b")


@pytest.mark.parametrize("name", ["target", "Label", "class", "y"])
def test_a_column_called_like_a_target_is_taken_with_a_note(write, name):
    data = load_dataset(write(f"{name},b\nu,2\nv,4\nu,5\nv,6\n"))
    assert data.target_name == name
    assert data.feature_names == ("b",)
    assert f"column '{name}' taken as the target" in data.notes


def test_a_target_that_is_no_column_is_refused_with_the_nearest(write):
    path = write("age,income\n1,2\n3,4\n")
    with pytest.raises(UnknownNameError, match="Did you mean 'income'"):
        load_dataset(path, target="incom")


def test_rows_without_a_target_are_left_out_with_a_note(write):
    data = load_dataset(write("a,income\n1,x\n2,\n3,y\n4,x\n5,?\n6,y\n"), target="income")
    assert data.notes == ("2 rows without income left out",)
    assert data.X["a"].tolist() == [1, 3, 4, 6]
    assert data.y.tolist() == [0, 1, 0, 1]


def test_labels_stay_whole_numbers_where_some_are_missing(write):
    data = load_dataset(write("a,k\n1,0\n2,1\n3,2\n4,\n5,0\n"), target="k")
    assert data.task == "classification"
    assert data.class_names == ("0", "1", "2")


def test_real_numbers_stay_real_where_some_are_missing(write):
    data = load_dataset(write("a,k\n1,0.5\n2,1\n3,2\n4,\n5,0\n"), target="k")
    assert data.y.tolist() == [0.5, 1, 2, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,t\n1,2\n", "1 rows"),
        ("a,t\n1,\n2,\n3,4\n", "1 rows"),
        ("t\n1\n2\n", "no column but the target"),
        ("a,t\n1,5\n2,5\n", "only one value, '5'"),
        ("a,t\n1,yes\n2,yes\n", "only one value, 'yes'"),
        ("a,t\n1,2\ninf,3\n-inf,4\n", "row 2 (counted from 1): 'inf' is infinite; 2 such cells"),
        ("a,t\n1,0.1\n2,inf\n3,0.4\n", "'inf' is infinite"),
        ("a,t\n1,u\n2,v\n3,w\n4,x\n5,x\n", "4 different values in 5 rows"),
    ],
)
def test_a_table_that_cannot_be_learnt_from_is_refused_with_the_reason(write, text, words):
    refused(write(text), words, target="t")


def test_a_column_of_names_is_no_target(write):
    rows = "".join(f"{n},person {n}\n" for n in range(50))
    refused(write(f"a,t\n{rows}"), "50 different values in 50 rows: an identifier?", target="t")


def test_dates_are_no_target(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "t": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    with pytest.raises(DataError, match="holds dates"):
        dataset_from_frame(frame, name="table", target="t")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["u", "v"] * 20, "classification"),
        ([True, False] * 20, "classification"),
        (pd.Categorical([1, 2] * 20), "classification"),
        (list(range(20)) * 2, "classification"),
        (list(range(20)) + list(range(1, 21)), "regression"),
        ([0.0, 3.0] * 20, "classification"),
        ([0.0, 3.5] * 20, "regression"),
        ([0.0, 3.0, 4.0, 5.0] * 10, "regression"),
        (pd.array([1, 2] * 20, dtype="Int64"), "classification"),
    ],
)
def test_the_task_is_decided_from_type_and_values(values, task):
    frame = pd.DataFrame({"a": np.arange(40), "t": values})
    assert dataset_from_frame(frame, name="table", target="t").task == task


def test_text_cannot_be_made_regression_but_whole_numbers_can():
    frame = pd.DataFrame({"a": range(4), "t": ["1", "2", "x", "2"], "k": [1, 2, 1, 2]})
    with pytest.raises(DataError, match="first in row 3: 'x'"):
        dataset_from_frame(frame, name="table", target="t", task="regression")
    written = frame.assign(t=["1", "2.5", "3", "4"])
    texts = dataset_from_frame(written, name="table", target="t", task="regression")
    assert texts.y.tolist() == [1, 2.5, 3, 4]
    numbers = dataset_from_frame(frame, name="table", target="k", task="regression")
    assert numbers.y.tolist() == [1, 2, 1, 2]
    assert numbers.target_names == ("k",)
    assert numbers.y.dtype == np.float64


def test_amounts_can_be_made_classes_and_many_classes_are_noted():
    frame = pd.DataFrame({"a": np.arange(303), "t": np.arange(303) // 3})
    data = dataset_from_frame(frame, name="table", target="t", task="classification")
    assert len(data.class_names) == 101
    assert "101 classes are many" in data.notes[0]


def test_row_numbers_that_pandas_wrote_are_left_out_with_a_note(tmp_path):
    path = tmp_path / "some.csv"
    pd.DataFrame({"a": [5, 6, 7, 9], "t": list("uvuv")}).to_csv(path)
    data = load_dataset(path, target="t")
    assert data.feature_names == ("a",)
    assert "numbers the rows" in data.notes[0]


def test_polars_frames_are_tables_too():
    frame = pl.DataFrame({"a": [1, None, 3, 4], "b": list("xyxy"), "t": list("uvuv")})
    for table in (frame, frame.lazy()):
        data = load_dataset(table, target="t")
        assert data.is_table
        assert data.class_names == ("u", "v")
        assert data.X["a"].isna().tolist() == [False, True, False, False]


def test_polars_frames_are_read_without_pyarrow_too(monkeypatch):
    def no_pyarrow(self):
        raise ModuleNotFoundError("pyarrow")

    monkeypatch.setattr(pl.DataFrame, "to_pandas", no_pyarrow)
    data = load_dataset(pl.DataFrame({"a": [1, None, 3, 4], "t": list("uvuv")}), target="t")
    np.testing.assert_array_equal(data.X["a"], [1, np.nan, 3, 4])


def test_the_frame_that_was_given_stays_as_it_is():
    frame = pd.DataFrame({0: [1, 2, 3, 4], "t": list("uvuv")}, index=[9, 9, 8, 7])
    before = frame.copy()
    data = load_dataset(frame, target="t")
    pd.testing.assert_frame_equal(frame, before)
    assert data.feature_names == ("0",)


def test_what_is_no_table_is_refused():
    with pytest.raises(ArgumentTypeError, match="pandas or polars"):
        dataset_from_frame([1, 2], name="table", target="t")


def test_complex_numbers_are_refused():
    with pytest.raises(DataError, match="complex"):
        load_dataset(pd.DataFrame({"a": [1j, 2j], "t": [0, 1]}), target="t")


def test_rows_of_a_table_to_predict_need_no_target(write):
    rows = read_rows(write("a,b\n1,2\n"))
    assert rows.X.to_numpy().tolist() == [[1, 2]]
    assert rows.y is None


def test_the_adult_table_comes_whole(real_data):
    data = load_dataset("adult", target="income")
    assert data.X.shape == (48842, 14)
    assert data.class_names == ("<=50K", ">50K")
    expected = pd.read_csv(real_data / "adult.csv.gz", na_values=["?"])
    pd.testing.assert_frame_equal(data.X, expected.drop(columns="income"))
    assert data.y.sum() == (expected["income"] == ">50K").sum()
    assert data.X["workclass"].isna().sum() == 2799


def test_a_table_from_memory_and_from_a_file_are_one_dataset(tmp_path):
    text = "a,b,t\n1,x,0.5\n2,y,0.25\n"
    path = tmp_path / "t.csv"
    path.write_text(text)
    from_file = load_dataset(path, target="t")
    from_memory = load_dataset(pd.read_csv(io.StringIO(text)), target="t")
    pd.testing.assert_frame_equal(from_file.X, from_memory.X)
    np.testing.assert_array_equal(from_file.y, from_memory.y)
