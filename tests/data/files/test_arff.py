"""ARFF: types from the header, quotes of both kinds, what is not read is refused by its line."""

import pandas as pd
import pytest
from scipy.io import arff as scipy_arff

from axone.data.files import count_columns, read_raw_table

from .conftest import columns_of

TEXT = """% Made by hand
@RELATION weather

@ATTRIBUTE 'air temp' NUMERIC
@attribute wind {weak, 'very strong', "so so"}
@attribute remark string
@attribute day date 'yyyy-MM-dd'
@attribute n integer
@DATA
1.5,'very strong','it\\'s, well',2024-01-02,9007199254740993
% between
?,weak,?,?,?
2,"so so","quoted, too",9999-12-31,3
"""


def test_columns_are_what_the_header_says(read, write):
    table = read(TEXT, "some.arff")
    assert columns_of(table) == {
        "air temp": [1.5, None, 2.0],
        "wind": ["very strong", "weak", "so so"],
        "remark": ["it's, well", None, "quoted, too"],
        "day": [pd.Timestamp("2024-01-02"), None, pd.Timestamp("9999-12-31")],
        "n": [9007199254740993, None, 3],
    }
    assert table.frame["wind"].cat.categories.tolist() == ["weak", "very strong", "so so"]
    assert table.facts.first_row == 10
    assert count_columns(write(TEXT, "some.arff")) == 5


def test_numbers_and_categories_are_those_of_scipy(write):
    text = "@relation r\n@attribute x numeric\n@attribute k {a,b}\n@data\n1.5,a\n-2e3,b\n"
    path = write(text, "some.arff")
    expected, _meta = scipy_arff.loadarff(path)
    frame = read_raw_table(path).frame
    assert frame["x"].tolist() == expected["x"].tolist()
    assert frame["k"].tolist() == [cell.decode() for cell in expected["k"]]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("@attribute x numeric\n@data\n{0 1}\n", ["line 4", "sparse"]),
        ("@attribute x relational\n@data\n1\n", ["line 2", "'relational' is not read"]),
        ("@attribute x numeric\n@data\n1\n1,2\n3,4\n", ["line 5 has 2, line 6 has 2"]),
        ("@attribute x numeric\n@data\nfoo\n", ["line 4", "'foo' in column 'x' is not numeric"]),
        ("@attribute k {a,b}\n@data\nc\n", ["line 4", "'c' in column 'k' is not a, b"]),
        ("@attribute d date\n@data\n2024\n", ["line 4", "not date"]),
        ("@attribute x\n@data\n1\n", ["line 2", "needs a name and a type"]),
        ("@attribute x numeric\n1\n", ["line 3", "begins with @attribute"]),
        ("@data\n1\n", ["is no ARFF file"]),
        ("@attribute x numeric\n", ["is no ARFF file"]),
        ("@attribute x numeric\n@attribute x real\n@data\n1,2\n", ["more than one column", "'x'"]),
    ],
)
def test_what_is_wrong_is_told_by_its_line(refused, lines, words):
    refused("@relation r\n" + lines, *words, name="some.arff")
