"""Archives of time series: `.ts`, and ARFF with a relational column."""

import gzip

import numpy as np
import pytest

from axone.data import load_dataset, read_rows
from axone.errors import DataError

HEAD = """# UEA
@problemName Some
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true left right
@data
"""
ROWS = """1,2,3:4,5,6:left
7,?:8,9:right
1.5,-2e1,3,4:4,5,6,7:left
3,2:1,0:right
"""
ARFF = """@relation Some
@attribute relationalAtt relational
  @attribute t0 numeric
  @attribute t1 numeric
@end relationalAtt
@attribute activity {left,right}
@data
"1.0,2.0\\n3.0,4.0",left
'5,6\\n7,?',right
"1.0,2.0\\n3.0,5.0",left
"1.0,2.0\\n3.0,6.0",right
"""


def write(path, text):
    path.write_text(text)
    return path


def test_series_of_unlike_lengths_and_missing_numbers_come_as_signals(tmp_path):
    data = load_dataset(write(tmp_path / "some.ts", HEAD + ROWS))
    assert (data.kind, data.X.shape) == ("signals", (4, 2, 4))
    assert data.class_names == ("left", "right")
    assert data.y.tolist() == [0, 1, 0, 1]
    assert data.lengths.tolist() == [3, 2, 4, 2]
    assert data.X[2].tolist() == [[1.5, -20, 3, 4], [4, 5, 6, 7]]
    assert "gaps_filled" in [note.code for note in data.notes]


def test_the_test_file_beside_brings_the_test_rows(tmp_path):
    write(tmp_path / "Some_TRAIN.ts", HEAD + ROWS)
    write(tmp_path / "Some_TEST.ts", HEAD + "1,2,3,4,5:1,2,3,4,5:right\n")
    data = load_dataset(tmp_path / "Some_TRAIN.ts")
    assert data.X.shape == (4, 2, 5)
    assert data.y_test.tolist() == [1]
    assert "test_file_beside" in [note.code for note in data.notes]


def test_compressed_archives_and_rows_to_predict_are_read(tmp_path):
    path = tmp_path / "some.ts.gz"
    path.write_bytes(gzip.compress((HEAD + ROWS).encode()))
    rows = read_rows(path)
    assert rows.X.shape == (4, 2, 4)
    assert rows.y.tolist() == ["left", "right", "left", "right"]
    unlabelled = HEAD.replace("@classLabel true left right", "@classLabel false")
    new = read_rows(write(tmp_path / "new.ts", unlabelled + "1,2:3,4\n"))
    assert (new.X.tolist(), new.y) == ([[[1, 2], [3, 4]]], None)
    with pytest.raises(DataError, match="no labels"):
        load_dataset(tmp_path / "new.ts")


def test_targets_may_be_amounts(tmp_path):
    head = HEAD.replace("@classLabel true left right", "@targetLabel true")
    rows = "1,2:3,4:0.5\n1,2:3,5:1.5\n1,2:3,6:2.5\n"
    data = load_dataset(write(tmp_path / "some.ts", head + rows))
    assert (data.task, data.y.tolist()) == ("regression", [0.5, 1.5, 2.5])


def test_relational_arff_is_read_as_series_and_other_arff_as_a_table(tmp_path):
    data = load_dataset(write(tmp_path / "some.arff", ARFF))
    assert data.X[0].tolist() == [[1, 2], [3, 4]]
    assert np.isnan(data.X[1, 1, 1])
    assert data.class_names == ("left", "right")
    plain = "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n" + "1,x\n2,y\n" * 4
    assert load_dataset(write(tmp_path / "plain.arff", plain), target="c").is_table


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + ROWS + "1,2:3,4:up\n", "line 14: the label 'up' is none of the header's left"),
        (HEAD + ROWS + "1,2:3:left\n", "line 14: its dimensions are of unlike lengths, 1, 2"),
        (HEAD + ROWS + "1,2:left\n", "line 14: 1 dimensions, where the header says 2"),
        (
            HEAD + ROWS + "1,x:3,4:left\n",
            "line 14: the cell 'x' at position 1 (counted from 0) is no number",
        ),
        (HEAD + ROWS + "1,1_0:3,4:left\n", "is no number"),
        (HEAD + ROWS + "1,:3,4:left\n", "is no number"),
        (HEAD + ROWS + "1,inf:3,4:left\n", "is no number"),
        (HEAD + ROWS + "1,1e99:3,4:left\n", "infinite"),
        (HEAD + ROWS + "?,?:3,4:left\n", "channel 0 of row 4"),
        (HEAD + ROWS + "1\n", "ends in a colon and its label"),
        (HEAD.replace("Stamps false", "Stamps true") + ROWS, "have time stamps"),
        (
            HEAD.replace("@missing", "@nonsense") + ROWS,
            "line 4: '@nonsense' begins no line of the header",
        ),
        (HEAD.replace("@dimensions 2", "@dimensions many") + ROWS, "no whole number"),
        (HEAD.replace("@data\n", ""), "needs a line @data"),
        (HEAD, "holds no series"),
        ("export const x = 1;\n", "line 1: 'export' begins no line of the header"),
    ],
)
def test_what_the_header_does_not_say_is_refused_with_its_line(tmp_path, text, told):
    with pytest.raises(DataError) as error:
        load_dataset(write(tmp_path / "some.ts", text))
    assert told in str(error.value)
    assert "some.ts" in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ARFF + "1,2,left\n", "line 12: a line is a series in quotes"),
        (ARFF + '"1,2\\n3,4",up\n', "line 12: the label 'up'"),
        (ARFF.replace("{left,right}", "date"), "a label is of no type 'date'"),
        (ARFF.replace("@data", "@attribute more numeric\n@data"), "followed by one column"),
    ],
)
def test_a_damaged_relational_arff_is_refused_with_its_line(tmp_path, text, told):
    with pytest.raises(DataError) as error:
        load_dataset(write(tmp_path / "some.arff", text))
    assert told in str(error.value)


def test_a_cell_that_is_missing_altogether_and_labels_are_told_in_words(tmp_path):
    empty = write(tmp_path / "empty.ts", HEAD + ROWS + ":3,4:left\n")
    with pytest.raises(DataError, match="a dimension holds no numbers; what is missing is written"):
        load_dataset(empty)
