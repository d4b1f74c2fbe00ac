"""Whether the first row names the columns or is data: both mistakes would be silent."""

import pytest

from axone.data.files.headings import is_header

from .conftest import codes


def rows(text):
    first, *below = [line.split(",") for line in text.split()]
    return first, below


@pytest.mark.parametrize(
    "text",
    [
        "name,city Ann,Rome Bob,Oslo",
        "a,b 1,2 3,4",
        "a,b",
        "id,2019,2020 1,5,6 2,7,8",
        "country,1990,1991 DE,5,6 FR,7,8",
        "Country,1/22/20,1/23/20 DE,5,6 FR,7,8",
        "0,1,2 0.5,0.1,0.2",
        "2019,2020,2021 1,2,3",
        ",a 0,5 1,6",
        "a,,c x,y,z u,v,w",
        "yes,no 1,0 0,1",
        "a,b true,false false,false",
        "city,pop A,? B,5",
        "name,city name,city Ann,Rome",
    ],
)
def test_names_are_names(text):
    assert is_header(*rows(text))


@pytest.mark.parametrize(
    "text",
    [
        "5.1,3.5,setosa 4.9,3.0,setosa",
        "1,2,3 4,5,6",
        "1,2,3",
        "0,0,0 0,1,1 1,0,1 1,1,0",
        "2024-01-01,5 2024-01-02,6",
        "A,1 B,2 C,3",
        "?,5,red 1,6,blue",
        ",5,red 1,6,blue",
        "p,x,s e,x,s e,b,s p,b,s e,b,s",
        "True,5 False,6",
        "-1.5,a 2,b",
        "yes no yes no",
        "2019,5 2020,6 2021,7",
    ],
)
def test_data_is_data(text):
    assert not is_header(*rows(text))


def test_columns_without_names_are_counted_with_a_note(read):
    table = read("5.1,setosa\n4.9,virginica\n5.0,setosa\n")
    assert table.frame.columns.tolist() == ["column_1", "column_2"]
    assert len(table.frame) == 3
    assert codes(table) == ["no_header"]
    assert "column_1 to column_2" in table.notes[0]
    assert not table.facts.has_header
    assert table.facts.first_row == 1
