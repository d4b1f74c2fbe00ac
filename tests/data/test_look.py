"""What `look` says of a table, in lines of 80 columns and as plain data."""

import json

import pandas as pd
import polars as pl
import pytest

from axone.data.look import look
from axone.data.reading.report import CellAt
from axone.errors import DataError


@pytest.fixture
def sales():
    return pd.DataFrame(
        {
            "nr": range(1, 41),
            "price": ["900", "1.100,50 €", "n/a", "<12"] * 10,
            "sold": ["ja", "nein"] * 20,
            "when": ["01/02/2024", "31/01/2024"] * 20,
            "zip": ["01067", "80331"] * 20,
            "same": ["x"] * 40,
            "how": ["None", "cash"] * 20,
        }
    )


def column(report, name):
    return next(column for column in report.columns if column.name == name)


def test_every_column_says_what_it_is_how_it_is_written_and_which_cell_decided(sales):
    report = look(sales)
    told = {
        each.name: (each.role, each.kind, str(each.how), each.decided_by) for each in report.columns
    }
    assert told == {
        "nr": ("left out", "number", "whole numbers", None),
        "price": ("feature", "number", "decimal comma, points between thousands, in €",
                  CellAt(2, "1.100,50 €")),
        "sold": ("feature", "boolean", "yes and no, as ja / nein", None),
        "when": ("feature", "date", "dates, day before month", CellAt(2, "31/01/2024")),
        "zip": ("feature", "category", "codes of digits", CellAt(1, "01067")),
        "same": ("left out", "category", "text", None),
        "how": ("feature", "category", "text", None),
    }  # fmt: skip


def test_counts_marks_spans_and_examples_are_those_of_the_cells(sales):
    price = column(look(sales), "price")
    assert (price.rows, price.missing, price.distinct) == (40, 10, 3)
    assert price.marks == {"n/a": 10}
    assert price.span == ("12", "1100.5")
    assert price.examples == ("900", "1.100,50 €", "<12")
    assert column(look(sales), "when").span == ("2024-01-31", "2024-02-01")


def test_the_option_of_a_column_reads_it_otherwise(sales):
    for each in look(sales).columns:
        choice = each.option.removeprefix("--types ").partition("=")[2]
        if each.name in ("same", "how"):
            continue
        again = column(look(sales, columns={each.name: choice}), each.name)
        assert (again.kind, again.role) != (each.kind, each.role)


def test_the_target_is_never_left_out(sales):
    assert column(look(sales, target="nr"), "nr").role == "target"


def test_what_its_owner_leaves_out_is_told(sales):
    report = column(look(sales, columns={"sold": "ignore"}), "sold")
    assert report.role == "left out"
    assert str(report.notes[0]) == "left out, as was said"


def test_a_report_is_lines_and_json(sales):
    report = look(sales)
    assert str(report).splitlines()[0] == "table: 40 rows, 7 columns"
    assert "  decided by: '1.100,50 €' in row 2" in str(report)
    data = json.loads(json.dumps(report.to_data()))
    assert data["rows"] == 40
    assert data["columns"][1]["decided_by"] == {"row": 2, "text": "1.100,50 €"}
    assert [each["name"] for each in data["columns"]] == list(sales.columns)


def test_frames_of_polars_are_looked_at_alike(sales):
    assert str(look(pl.from_pandas(sales))) == str(look(sales))


def test_a_frame_of_numbers_alone_is_looked_at():
    report = look(pd.DataFrame({"a": [0.5, 1.5], "b": [1, 2]}))
    assert [str(each.how) for each in report.columns] == ["numbers", "whole numbers"]


def test_an_open_column_is_told_with_both_readings_beside_the_others():
    report = look(pd.DataFrame({"x": ["1.234", "2.345"] * 5, "y": ["1", "2"] * 5}))
    assert [each.role for each in report.columns] == ["open", "feature"]
    open_column = column(report, "x")
    assert "'1.234' in row 1 is 1234 or 1.234" in open_column.notes[0]
    assert open_column.option == "--types x=decimal-comma"
    assert "x: open, to be decided by you" in str(report)
    chosen = look(pd.DataFrame({"x": ["1.234", "2.345"] * 5}), columns={"x": "decimal-comma"})
    assert column(chosen, "x").span == ("1234", "2345")


def test_a_file_says_how_it_is_written(tmp_path):
    path = tmp_path / "kasse.csv"
    path.write_bytes("größe;preis\n1,5;10 €\n2,5;20 €\n".encode("cp1252"))
    report = look(path)
    assert str(report.title).startswith("kasse.csv: 2 rows, 2 columns; CSV, in cp1252")
    assert column(report, "preis").span == ("10", "20")


def test_a_file_of_arrays_has_no_cells(tmp_path):
    path = tmp_path / "some.npz"
    path.write_bytes(b"")
    with pytest.raises(DataError, match="there are no cells to be read"):
        look(path, missing=["?"])
