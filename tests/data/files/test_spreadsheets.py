"""Spreadsheets: the table of a sheet is found, types stay, far cells and bombs are refused."""

import sys

import pandas as pd

from axone.data.files import count_columns, read_raw_table

from .conftest import codes, columns_of
from .workbooks import Day, ods, xlsx, zipped

ROWS = [["id", "name"], [1, "Ann"], [2, "Bob"]]


def test_cells_keep_their_types(read):
    book = xlsx(
        {
            "Data": [
                ["n", "x", "day", "yes", "text", "code"],
                [1, 2.5, Day(45000), True, " a ", "007"],
                [1234567890123, 3, Day(45000.5), False, "b", "1.10"],
            ]
        }
    )
    frame = read(book, "some.xlsx").frame
    assert frame["n"].dtype == "int64"
    assert frame["n"].tolist() == [1, 1234567890123]
    assert frame["x"].tolist() == [2.5, 3.0]
    assert frame["day"].tolist() == [pd.Timestamp(2023, 3, 15), pd.Timestamp(2023, 3, 15, 12)]
    assert frame["yes"].dtype == "bool"
    assert frame["text"].tolist() == ["a", "b"]
    assert frame["code"].tolist() == ["007", "1.10"]


def test_missing_cells_leave_whole_numbers_whole(read):
    frame = read(xlsx({"Data": [["n", "t"], [1, "a"], [None, "b"], [3, "c"]]}), "some.xlsx").frame
    assert str(frame["n"].dtype) == "Int64"
    assert frame["n"].isna().tolist() == [False, True, False]


def test_a_column_of_several_kinds_is_text(read):
    frame = read(xlsx({"Data": [["v", "w"], [1, 1], ["oops", 2], [2.5, 3]]}), "some.xlsx").frame
    assert frame["v"].tolist() == ["1", "oops", "2.5"]


def test_titles_empty_rows_and_empty_columns_around_the_table_are_left_out(read):
    rows = [
        [None, "Sales of 2024", None, None, None],
        [None] * 5,
        [None, "id", "name", None, "cost"],
        [None, 1, "a", None, 2.5],
        [None] * 5,
        [None, 2, "b", None, 3.5],
    ]
    table = read(xlsx({"Data": rows}), "some.xlsx")
    assert columns_of(table) == {"id": [1, 2], "name": ["a", "b"], "cost": [2.5, 3.5]}
    assert codes(table) == ["titles_left_out"]
    assert table.facts.first_row == 4


def test_the_first_sheet_with_cells_is_read_and_others_are_noted(read):
    table = read(xlsx({"Empty": "", "Data": ROWS, "More": ROWS}), "some.xlsx")
    assert table.facts.sheet == "Data"
    assert codes(table) == ["other_sheets"]
    assert "'More'" in table.notes[0]
    assert (
        read(xlsx({"A": ROWS, "B": [["x", "y"], [1, 2]]}), "b.xlsx", sheet="B").facts.sheet == "B"
    )


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(refused):
    refused(xlsx({"A": ROWS, "B": ROWS}), "'C'", "'A', 'B'", name="some.xlsx", sheet="C")
    refused(xlsx({"A": ""}), "no cells", name="some.xlsx")


def test_error_cells_are_missing_and_counted(read):
    book = xlsx({"Data": [["a", "b"], [1, "#N/A"], [2, "#DIV/0!"], [3, 4]]})
    table = read(book, "some.xlsx")
    assert table.frame["b"].isna().tolist() == [True, True, False]
    assert codes(table) == ["error_cells"]
    assert table.notes[0].figures["count"] == 2


def test_a_sheet_without_names_is_read_as_data(read):
    table = read(xlsx({"Data": [[1.5, "a"], [2.5, "b"]]}), "some.xlsx")
    assert table.frame.columns.tolist() == ["column_1", "column_2"]
    assert codes(table) == ["no_header"]


def test_a_cell_far_away_is_refused_before_its_plane_is_made(refused):
    cells = ("A1", "XFD1048576")
    far = "".join(f'<row><c r="{place}"><v>1</v></c></row>' for place in cells)
    refused(xlsx({"Data": far}), "row 1048576 and column 16384", name="some.xlsx")


def row_of_ods(*cells, repeated=1):
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        if isinstance(cell, str)
        else f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'


def test_an_open_document_is_read(read):
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
    empty += 'table:number-columns-repeated="16384"/></table:table-row>'
    rows = row_of_ods("id", "name") + row_of_ods(1, "Ann") + row_of_ods(2, "Bob") + empty
    table = read(ods(f'<table:table table:name="Data">{rows}</table:table>'), "some.ods")
    assert columns_of(table) == {"id": [1, 2], "name": ["Ann", "Bob"]}
    assert table.facts.kind == "ods"


def test_an_open_document_that_repeats_a_row_without_end_is_refused(refused):
    rows = row_of_ods("a", "b") + row_of_ods(1, 2, repeated=2_000_000_000)
    refused(ods(f'<table:table table:name="D">{rows}</table:table>'), "a plane", name="some.ods")


def test_damaged_spreadsheets_are_refused(refused):
    whole = xlsx({"Data": ROWS})
    for content in (whole[:400], whole[:-30], b"PK\x03\x04" + bytes(50)):
        refused(content, "damaged", name="some.xlsx")


def test_a_text_under_the_name_of_a_spreadsheet_is_read_with_a_note(read):
    table = read("a\tb\n1\t2\n", "some.xls")
    assert columns_of(table) == {"a": ["1"], "b": ["2"]}
    assert codes(table) == ["read_by_content"]


def test_old_and_encrypted_workbooks_are_refused_with_what_to_do(refused):
    for name in ("some.xls", "some.xlsx", "some.csv"):
        refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Save it as .xlsx", name=name)


def test_an_xml_that_declares_a_document_type_is_refused(refused):
    book = {"xl/workbook.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}
    refused(zipped(book), "declares a document type", name="some.xlsx")


def test_a_spreadsheet_under_the_name_of_a_text_is_read_with_a_note(read, write):
    table = read(xlsx({"Data": ROWS}), "some.csv")
    assert table.facts.kind == "xlsx"
    assert codes(table) == ["read_by_content"]
    assert count_columns(write(xlsx({"Data": ROWS}), "some.csv")) == 2


def test_without_the_reader_of_spreadsheets_it_is_said_what_to_install(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    refused(xlsx({"Data": ROWS}), 'pip install "axone[excel]"', name="some.xlsx")


def test_a_query_makes_no_sense_for_a_spreadsheet(refused):
    refused(xlsx({"Data": ROWS}), "not a database", name="some.xlsx", query="select 1")


def test_the_file_itself_stays_as_it_is(write):
    path = write(xlsx({"Data": ROWS}), "some.xlsx")
    before = path.read_bytes()
    read_raw_table(path)
    assert path.read_bytes() == before
