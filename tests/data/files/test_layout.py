"""Where a table stands in a text: twenty ugly dialects, and what each is read as."""

import pytest

from .conftest import codes, columns_of


@pytest.mark.parametrize(
    ("text", "separator", "names"),
    [
        pytest.param("a,b\n1,2\n", ",", ["a", "b"], id="plain"),
        pytest.param("a\tb\n1\t2,5\n", "\t", ["a", "b"], id="tabs"),
        pytest.param("a|b\n1,5|2\n", "|", ["a", "b"], id="bars"),
        pytest.param("a;b\n1,5;2,5\n", ";", ["a", "b"], id="decimal commas"),
        pytest.param(
            "weight, kg;height, cm\n70,5;180,2\n", ";", ["weight, kg", "height, cm"], id="commas"
        ),
        pytest.param("id,tags\n1,a;b\n2,c;d\n", ",", ["id", "tags"], id="semicolons in cells"),
        pytest.param("a, b, c\n1, 2, 3\n", ",", ["a", "b", "c"], id="blanks after commas"),
        pytest.param(
            "id;tags;cost\n1;['1', '2'];3\n2;['3', '4'];5\n",
            ";",
            ["id", "tags", "cost"],
            id="cpython#119123",
        ),
        pytest.param("a b c\n1  2 3\n4 5    6\n", " ", ["a", "b", "c"], id="runs of blanks"),
        pytest.param("x\n1\n2\n", "", ["x"], id="one column"),
        pytest.param("name\nJohn Smith\nJane Doe\n", "", ["name"], id="one column of names"),
        pytest.param("text\nhello, you\nbye, all\nhm, ok\n", "", ["text"], id="sentences"),
        pytest.param("temp\n1,5\n2,5\n3,7\n", "", ["temp"], id="a column of decimal commas"),
        pytest.param('q\n"a,b"\n"c,d"\n', "", ["q"], id="a column in quotes"),
        pytest.param("'it''s','b'\n'1','2'\n", ",", ["it's", "b"], id="apostrophes"),
        pytest.param("id,h\n1,5'11\"\n2,6'2\"\n", ",", ["id", "h"], id="feet and inches"),
        pytest.param('a,b\n"x\ny, z",1\n"u; v",2\n', ",", ["a", "b"], id="line ends in cells"),
        pytest.param(",a\n0,5\n1,6\n", ",", ["Unnamed: 0", "a"], id="row numbers"),
        pytest.param("a,,c\n1,2,3\n", ",", ["a", "column_2", "c"], id="a name missing"),
        pytest.param("\ufeffa;b\n1;2\n", ";", ["a", "b"], id="a mark"),
        pytest.param("ключ;число\n1;2\n", ";", ["ключ", "число"], id="Cyrillic"),
        pytest.param("a;b\n1;\n2;\n", ";", ["a", "b"], id="an empty column"),
    ],
)
def test_a_table_is_divided_as_it_was_meant(read, text, separator, names):
    table = read(text)
    assert table.facts.separator == separator
    assert table.frame.columns.tolist() == names
    assert table.facts.has_header


@pytest.mark.parametrize(
    ("text", "code", "first_row"),
    [
        ("sep=;\na;b\n1;2\n", "hint_line", 3),
        ('"sep=;"\r\na;b\r\n1;2\r\n', "hint_line", 3),
        ("\ufeffSEP=;\na;b\n1;2\n", "hint_line", 3),
        ("sep=\t\na\tb\n1\t2\n", "hint_line", 3),
        ("# by hand, today\n# in haste\na;b\n1;2\n", "comments_left_out", 4),
        ("% by hand\n\na;b\n1;2\n", "comments_left_out", 4),
        ("// by hand\na;b\n1;2\n", "comments_left_out", 3),
        ("Export of 2024-05-01\n\na;b\n1;2\n", "titles_left_out", 4),
        ("Made on 01.02.2024, 10:30\nBranch: Rome\n\na;b\n1;2\n", "titles_left_out", 5),
    ],
)
def test_what_stands_above_the_table_is_left_out_with_a_note(read, text, code, first_row):
    table = read(text)
    assert columns_of(table) == {"a": ["1"], "b": ["2"]}
    assert codes(table) == [code]
    assert table.facts.first_row == first_row


def test_pairs_above_the_table_are_left_out(read):
    table = read("Station;Berlin\nUnit;mm\n\ndate;value;quality\n2024-01-01;5;1\n")
    assert table.frame.columns.tolist() == ["date", "value", "quality"]
    assert codes(table) == ["titles_left_out"]


def test_a_title_filled_up_with_separators_is_left_out(read):
    table = read("Report 2024;;\n;;\nid;name;cost\n1;a;2\n")
    assert table.frame.columns.tolist() == ["id", "name", "cost"]
    assert table.facts.first_row == 4


def test_a_comment_may_hold_the_names(read):
    assert read("# a,b\n1,2\n3,4\n").frame.columns.tolist() == ["a", "b"]
    assert read("# made today\n#a,b\n1,2\n3,4\n").frame.columns.tolist() == ["a", "b"]


def test_a_mark_of_comments_may_be_a_name(read):
    assert read("#,Name,Type\n1,Bulbasaur,Grass\n").frame.columns.tolist() == ["#", "Name", "Type"]


def test_a_hint_decides_the_separator(read):
    assert read("sep=,\na;b,c\n1;2,3\n").frame.columns.tolist() == ["a;b", "c"]


def test_a_ragged_table_is_no_table_below_titles(refused):
    refused("a,b\nx,y,z\nu,v,w\n", "not of one length", "line 2 has 3")
