"""All columns of a table, read at once and again later."""

import time

import numpy as np
import pandas as pd
import pytest

from axone.data.reading import TableReading, read_columns
from axone.errors import ArgumentTypeError, DataError


def text_frame(columns):
    return pd.DataFrame(
        {name: pd.array(cells, dtype="string[pyarrow]") for name, cells in columns.items()}
    )


@pytest.fixture
def sales():
    return text_frame(
        {
            "when": ["31/01/2024", "01/02/2024"] * 10,
            "price": ["1.234,50 €", "12,50 €"] * 10,
            "paid": ["ja", "nein"] * 10,
            "zip": ["01067", "80331"] * 10,
            "how": ["cash", "card"] * 10,
        }
    )


def test_a_table_is_read_and_kept_as_it_was(sales):
    before = sales.copy(deep=True)
    read = read_columns(sales)
    assert read.kinds == {"when": "date", "price": "number", "paid": "boolean",
                          "zip": "category", "how": "category"}  # fmt: skip
    pd.testing.assert_frame_equal(sales, before)
    assert list(read.frame.columns) == list(sales.columns)


def test_later_rows_are_read_the_same_whatever_order_the_columns_have(sales):
    read = read_columns(sales)
    later = read.reading.read(sales[list(sales.columns)[::-1]].iloc[3:9].assign(new="x"))
    for name in sales.columns:
        assert later[name].tolist() == read.frame[name].iloc[3:9].tolist()
    assert later["new"].tolist() == ["x"] * 6


def test_a_single_later_row_may_not_be_of_another_kind(sales):
    reading = read_columns(sales).reading
    with pytest.raises(DataError, match=r"file.csv.*column 'price', row 1.*'cheap' is no number"):
        reading.read(sales.iloc[:1].assign(price="cheap"), "file.csv")


def test_a_few_later_cells_of_another_kind_are_counted(sales):
    reading = read_columns(sales).reading
    later = sales.copy()
    later.loc[4, "price"] = "cheap"
    read, notes = reading.read_and_tell(later)
    assert np.isnan(read["price"].iloc[4])
    assert [str(note) for note in notes] == [
        "column 'price': 1 cell is no number and counts as missing, 'cheap' in row 5"
    ]


def test_the_reading_of_some_columns_is_theirs_alone(sales):
    reading = read_columns(sales).reading
    assert [column.name for column in reading.only(["paid", "when"]).columns] == ["when", "paid"]
    assert reading.of("price").written == "numbers"
    assert reading.of("none") is None
    assert TableReading().read(sales) is sales


def test_open_columns_are_told_together_up_to_five():
    frame = text_frame({f"c{n}": ["1.234", "2.345"] * 5 for n in range(7)})
    with pytest.raises(DataError) as caught:
        read_columns(frame, where="file.csv")
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("file.csv: column 'c0' can be read in two ways")
    assert lines[-1] == "And 2 more such columns."


def test_an_option_for_one_open_column_closes_the_others():
    frame = text_frame({f"c{n}": ["1.234", "2.345"] * 5 for n in range(3)})
    read = read_columns(frame, {"c0": "decimal-comma"})
    assert read.frame["c2"].tolist() == [1234, 2345] * 5


@pytest.mark.parametrize(
    "name",
    ['a"b', "[x]", "a:b", "Größe", "größe", "GRÖSSE", "😀", "a b", "it's", "x=y", "None", " "],
)
def test_any_name_is_a_name(name):
    frame = text_frame({name: ["1,5", "2,5"] * 10, "other": ["x", "y"] * 10})
    assert read_columns(frame, {name: "number"}).frame[name].tolist() == [1.5, 2.5] * 10


def test_time_grows_with_the_number_of_columns_and_no_faster():
    cells = [f"{n / 7:.3f}" for n in range(200)]

    def seconds(columns):
        frame = text_frame({f"c{n}": np.roll(cells, n).tolist() for n in range(columns)})
        start = time.process_time()
        read_columns(frame)
        return time.process_time() - start

    seconds(10)
    few = min(seconds(200) for _ in range(3))
    assert seconds(1600) < 4 * 8 * few  # linear is 8 times and quadratic 64; others run too


def test_a_mark_that_is_no_text_is_refused():
    with pytest.raises(ArgumentTypeError, match="a mark of missing cells must be a text, not 1"):
        read_columns(pd.DataFrame({"a": ["x", "y"]}), missing=[1])
