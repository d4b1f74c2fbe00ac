"""Tables: how text files are understood, and how a target makes a dataset of a frame."""

import gzip
import io

import numpy as np
import pandas as pd
import polars as pl
import pytest

from axone.data import TableOptions, load_dataset, read_rows
from axone.data.tables import dataset_from_frame
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
    data = load_dataset(write("a,income\n1,x\n2,\n3,y\n4,x\n5, \n6,y\n"), target="income")
    assert data.notes == ("2 rows without income left out",)
    assert data.X["a"].tolist() == [1, 3, 4, 6]
    assert data.y.tolist() == [0, 1, 0, 1]


def test_a_class_that_is_called_like_a_missing_mark_is_a_class(write):
    rows = "".join(f"{n},{grade}\n" for n, grade in enumerate(["None", "Mild", "Severe"] * 20))
    data = load_dataset(write(f"a,grade\n{rows}"), target="grade")
    assert data.class_names == ("Mild", "None", "Severe")
    assert len(data.y) == 60
    asked = load_dataset(
        write(f"a,grade\n{rows}"), target="grade", table=TableOptions(missing=["None"])
    )
    assert asked.class_names == ("Mild", "Severe")
    assert len(asked.y) == 40


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


def test_a_first_column_without_a_name_that_has_gaps_numbers_no_rows():
    cells = pd.array([None, True, False, True], dtype="boolean")
    table = pd.DataFrame({"Unnamed: 0": cells, "a": [5, 6, 7, 9], "t": list("uvuv")})
    assert load_dataset(table, target="t").feature_names == ("Unnamed: 0", "a")


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
    assert rows.X.to_numpy().tolist() == [["1", "2"]]
    assert rows.y is None


def test_the_adult_table_comes_whole(real_data):
    data = load_dataset("adult", target="income")
    assert data.X.shape == (48842, 14)
    assert data.class_names == ("<=50K", ">50K")
    expected = pd.read_csv(real_data / "adult.csv.gz")
    numbers = expected.select_dtypes("number").columns
    pd.testing.assert_frame_equal(data.X[numbers], expected[numbers])
    for name in expected.columns.drop([*numbers, "income"]):
        assert data.X[name].tolist() == expected[name].tolist()
    assert data.y.sum() == (expected["income"] == ">50K").sum()
    asked = load_dataset("adult", target="income", table=TableOptions(missing=["?"]))
    assert asked.X["workclass"].isna().sum() == 2799


def test_a_table_from_memory_and_from_a_file_are_one_dataset(tmp_path):
    text = "a,b,t\n1,x,0.5\n2,y,0.25\n"
    path = tmp_path / "t.csv"
    path.write_text(text)
    from_file = load_dataset(path, target="t")
    from_memory = load_dataset(pd.read_csv(io.StringIO(text)), target="t")
    pd.testing.assert_frame_equal(from_file.X, from_memory.X)
    np.testing.assert_array_equal(from_file.y, from_memory.y)


def test_yes_and_no_in_many_spellings_are_two_classes_and_marks_are_none(write):
    answers = ["Yes", "yes", "NO", "no", "no", "N/A"] * 6
    rows = "".join(f"{n % 7 / 2},{answer}\n" for n, answer in enumerate(answers))
    data = load_dataset(write(f"a,member\n{rows}"), target="member")
    assert data.class_names == ("Yes", "no")
    assert len(data.y) == 30


def test_whole_numbers_without_end_in_memory_are_refused_as_infinite():
    frame = pd.DataFrame({"a": [10**400, 1.5, 2] * 10, "t": list("uvw") * 10})
    with pytest.raises(DataError, match="infinite; 10 such cells"):
        load_dataset(frame, target="t")
