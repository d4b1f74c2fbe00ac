"""Tables of text: cells as they are written, rows of one length, lines that are told."""

import csv
import io

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.files import read_raw_table
from axone.errors import DataError

from .conftest import codes


def test_every_cell_stays_as_it_is_written_and_only_the_empty_one_is_missing(read):
    table = read('code,mark,empty\n007,NA,\n1.10,?,""\nTrue,None,null\n')
    assert table.frame["code"].tolist() == ["007", "1.10", "True"]
    assert table.frame["mark"].tolist() == ["NA", "?", "None"]
    assert table.frame["empty"].isna().tolist() == [True, True, False]
    assert set(map(str, table.frame.dtypes)) == {str(pd.ArrowDtype(pa.string()))}
    assert table.frame.index.equals(pd.RangeIndex(3))


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "  "])
def test_blanks_around_cells_are_no_part_of_them(cells, blank):
    text = f"a;b\n{blank}1{blank};x{blank}y\n{blank};{blank}z\n"
    assert cells(text) == {"a": ["1", None], "b": [f"x{blank}y", "z"]}


def test_a_cell_in_quotes_after_a_blank_is_one_cell(cells):
    assert cells('a,b\n1, "x, y"\n2,  z\n') == {"a": ["1", "2"], "b": ["x, y", "z"]}


def test_quotes_after_blanks_within_cells_are_part_of_them(cells):
    text = 'a,b\n1, "x, ""y"", z"\n2, ""\n"u, v",  "w"\n'
    assert cells(text) == {"a": ["1", "2", "u, v"], "b": ['x, "y", z', None, "w"]}


def test_an_empty_cell_between_tabs_before_a_quote_stays(cells):
    assert cells('a\tb\tc\n1\t\t"x"\n2\t "y"\t"z"\n')["b"] == [None, "y"]


def test_cells_in_quotes_hold_separators_line_ends_and_quotes(cells):
    text = 'a,b\n"Smith, J.","two\nlines"\n"say ""hi""",2\n'
    assert cells(text) == {"a": ["Smith, J.", 'say "hi"'], "b": ["two\nlines", "2"]}


def test_quotes_may_be_escaped_by_a_backslash(cells):
    text = 'id,said\n1,"say \\"hi\\", and go"\n2,"x"\n'
    assert cells(text)["said"] == ['say "hi", and go', "x"]


def test_apostrophes_enclose_cells_where_all_that_begin_with_one_end_with_one(cells):
    assert cells("'a','b'\n'x, y','2'\n'z','3'\n") == {"a": ["x, y", "z"], "b": ["2", "3"]}
    assert cells("a,b\n'tis,2\nit's,3\n")["a"] == ["'tis", "it's"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(cells, end):
    assert cells(end.join(["a,b", "1,2", "3,4", ""])) == {"a": ["1", "3"], "b": ["2", "4"]}


def test_blank_lines_are_skipped_but_not_rows_of_empty_cells(cells):
    text = "a,b\n\n1,2\n   \n\n,\n3,4\n\n"
    assert cells(text) == {"a": ["1", None, "3"], "b": ["2", None, "4"]}


def test_the_end_mark_of_old_programs_is_no_line(cells):
    assert cells(b"a,b\n1,2\n\x1a") == {"a": ["1"], "b": ["2"]}


def test_a_table_of_one_column_keeps_its_empty_cells_in_quotes(cells):
    assert cells('word\nx\n""\ny, z\n') == {"word": ["x", None, "y, z"]}


def test_lines_of_another_length_are_refused_with_their_numbers(refused):
    rows = "".join("1,2\n" if n % 3 else "1,2,3\n" for n in range(3, 40))
    refused(
        "a,b\n" + rows,
        "not of one length",
        "2 cells",
        "line 2 has 3, line 5 has 3, line 8 has 3, line 11 has 3, line 14 has 3",
        "and 8 more lines",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,c\n1,2,3\n4,5\n", "line 3 has 2"),
        ("a,b\n1,2,3\n4,5,6\n", "line 2 has 3, line 3 has 3"),
        ("a,b\n1,2\n3", "line 3 has 1"),
        ('a,b\n"x\ny",2\n3,4,5\n', "line 4 has 3"),
        ("# made by hand\n\na,b\n1,2\n3\n", "line 5 has 1"),
    ],
)
def test_short_long_and_cut_lines_are_told_by_their_lines(refused, text, words):
    refused(text, words)


def test_a_wrong_line_beyond_the_first_ones_is_told_too(refused):
    refused("a,b\n" + "1,2\n" * 50_000 + "1\n" + "1,2\n" * 10, "line 50002 has 1")


@pytest.mark.parametrize("header", ["a;b", "a;b;;"])
def test_empty_cells_at_the_ends_of_lines_are_left_out_with_a_note(read, header):
    table = read(f"{header}\n1;2;;\n3;;;\n5;6;;\n")
    assert table.frame.columns.tolist() == ["a", "b"]
    assert table.frame["b"].isna().tolist() == [False, True, False]
    assert codes(table) == ["superfluous_cells"]


def test_empty_cells_at_the_end_of_some_lines_only_are_left_out_too(read):
    table = read("a;b\n" + "1;2\n" * 1000 + "3;4;\n")
    assert table.frame.shape == (1001, 2)


def test_a_filled_cell_beyond_the_last_column_is_refused(refused):
    refused("a;b\n" + "1;2;\n" * 1000 + "3;4;5\n", "line 1002 has 3")


@pytest.mark.parametrize(
    "text", ['a,b\n1,"x\n2,3\n', 'a,b\n1,2\n3,"cut of', 'a,b\n1,2\n3,"', 'a,b\n"1,2\n3,4\n']
)
def test_a_quote_that_is_never_closed_is_refused(refused, text):
    refused(text, "never closed")


def test_the_first_row_of_data_is_told_by_its_line(read):
    assert read("a,b\n1,2\n").facts.first_row == 2
    assert read("\n# two\n# comments\n\na,b\n\n1,2\n").facts.first_row == 7
    assert read('"a\nb",c\n1,2\n').facts.first_row == 3
    assert read("1,2\n3,4\n").facts.first_row == 1


def test_what_a_file_holds_steers_no_terminal(write):
    path = write("a\x1b[2J,b\n1,2\n3\n")
    with pytest.raises(DataError) as caught:
        read_raw_table(path)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", [" \n\n", "\ufeff", "\t\n \n"])
def test_a_text_of_blanks_is_refused(refused, text):
    refused(text, "nothing but blanks")


def test_a_long_cell_is_read(cells):
    long = "x" * 6_000_000
    assert cells(f"a,b\n1,{long}\n2,y\n")["b"] == [long, "y"]


@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from("ab1,;\"\n '")), min_size=2, max_size=2),
        min_size=1,
        max_size=8,
    ),
    separator=st.sampled_from(",;\t|"),
)
def test_what_the_csv_module_writes_comes_back_trimmed(tmp_path_factory, rows, separator):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL)
    # Names and a line of numbers say how the text is divided.
    writer.writerows([["first", "second"], ["1", "2"], *rows])
    path = tmp_path_factory.mktemp("written") / "some.csv"
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    frame = read_raw_table(path).frame
    expected = [[cell.strip() or None for cell in row] for row in rows]
    found = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    assert found[1:] == expected


def test_eight_thousand_columns_are_read(read):
    names = [f"gene number {n}" for n in range(12_000)]
    assert len(",".join(names)) > 128 * 1024
    rows = "\n".join(",".join(["1.25"] * len(names)) for _row in range(5))
    frame = read(",".join(names) + "\n" + rows).frame
    assert frame.columns.tolist() == names
    assert frame.shape == (5, 12_000)
