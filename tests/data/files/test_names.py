"""The names of columns: stripped, filled in, never twice."""

import pytest

from axone.data.files.names import ROW_NUMBERS, column_names, counted_names
from axone.errors import DataError


def test_blanks_of_every_kind_and_marks_around_names_are_no_part_of_them():
    found = column_names([" a", "b\u00a0", "\ufeffc", "\t d e \r"], "some.csv")
    assert found.names == ("a", "b", "c", "d e")
    assert found.notes == ()


def test_a_column_without_a_name_is_called_by_its_place():
    found = column_names(["a", "", " ", None, "e"], "some.csv")
    assert found.names == ("a", "column_2", "column_3", "column_4", "e")
    assert found.notes[0].code == "names_made"
    assert "3 columns without a name are called column_2, column_3, column_4" in found.notes[0]


def test_the_column_of_row_numbers_that_pandas_writes_is_called_as_pandas_calls_it():
    assert column_names(["", "a"], "some.csv").names == (ROW_NUMBERS, "a")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a", "b", "a"], "'a'"),
        (["a", " a "], "'a'"),
        (["column_2", "", "x"], "column_2"),
        ([str(n % 8) for n in range(16)], "'0', '1', '2', '3', '4' and 3 more such names"),
    ],
)
def test_names_that_stand_twice_are_refused(names, told):
    if names[0] == "column_2":
        names = ["x", "", "column_2"]
    with pytest.raises(DataError, match="more than one column called") as caught:
        column_names(names, "some.csv")
    assert told in str(caught.value)
    assert "some.csv" in str(caught.value)


def test_too_many_columns_are_refused():
    with pytest.raises(DataError, match="more than the limit"):
        column_names(counted_names(200_001), "some.csv")


@pytest.mark.usefixtures("before_long")
def test_many_names_take_no_time():
    column_names([f"name {n}" for n in range(100_000)], "some.csv")
