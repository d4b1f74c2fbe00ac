"""Texts to be continued, from every door: lines, tables, archives, memory."""

import gzip

import numpy as np
import pandas as pd
import pytest

from axone.bounds import LONGEST_TEXT, MOST_CONTINUATIONS
from axone.data import NO_OPTIONS, TableOptions
from axone.data.beginnings import END
from axone.data.texts import checked_texts, continued, read_texts, texts_in_memory
from axone.errors import DataError, UnknownNameError

NAMES = ["Anna", "Bob", "Clara"]


def test_a_text_stands_on_each_line(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeffAnna\r\n\r\n  Bob \rClara, the last\n".encode())
    found = read_texts(str(path), table=NO_OPTIONS)
    assert found.texts == ["Anna", "Bob", "Clara, the last"]
    assert (found.name, found.source, found.labels) == ("names", str(path), None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_lines_may_be_in_any_encoding_and_packed(tmp_path, encoding):
    lines = ["Zoë", "Änne Müller", "José García", "François"] * 5
    path = tmp_path / "names.txt.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode(encoding)))
    assert read_texts(str(path), table=NO_OPTIONS).texts == lines


def test_a_letter_with_its_accent_apart_is_the_same_letter():
    assert checked_texts(["Zoe\u0308", "b"], "x")[0] == "Zo\u00eb"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "there is no text in it"),
        (b"one\n", "a single text"),
        (b"a\x00b\nc\n", "zero bytes"),
        (b"<!DOCTYPE html><p>x</p>", "page of the web"),
        (b"PAR1xxxxPAR1", "no text of lines"),
        (b"a\n" + b"x" * (LONGEST_TEXT + 1), "text 2 .'x+'….*10,001 characters"),
    ],
)
def test_what_holds_no_texts_is_refused(tmp_path, content, said):
    path = tmp_path / "names.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_texts(str(path), table=NO_OPTIONS)


def test_more_characters_than_memory_holds_are_refused():
    many = ["x" * 4095] * (MOST_CONTINUATIONS // 4096 + 1)
    with pytest.raises(DataError, match="4,198,400 characters together; at most 4,194,304"):
        checked_texts(many, "x")


def test_the_only_column_of_text_holds_the_texts(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("number,name\n1,Anna\n2,Bob\n3,\n4,Clara\n")
    found = read_texts(str(path), table=NO_OPTIONS)
    assert (found.texts, found.column) == (NAMES, "name")
    assert [note.code for note in found.notes] == ["rows_without_text"]


def test_a_column_says_of_which_class_each_text_is(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("name,sex\nAnna,f\nBob,m\nClara,f\nDora,\n")
    found = read_texts(str(path), target="sex", table=NO_OPTIONS)
    assert (found.texts, found.class_names, found.labels.tolist()) == (NAMES, ("f", "m"), [0, 1, 0])
    assert found.target_name == "sex"
    with pytest.raises(UnknownNameError, match=r"'gender'.*name, sex"):
        read_texts(str(path), target="gender", table=NO_OPTIONS)


def test_of_several_columns_of_text_one_must_be_said(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("name,town\nAnna,Bonn\nBob,Ulm\n")
    with pytest.raises(DataError, match=r"Found name, town. Say so with --types name=text"):
        read_texts(str(path), table=NO_OPTIONS)
    said = TableOptions({"town": "text"})
    assert read_texts(str(path), table=said).texts == ["Bonn", "Ulm"]
    left_out = TableOptions({"town": "ignore"})
    assert read_texts(str(path), table=left_out).texts == ["Anna", "Bob"]


def test_a_table_of_numbers_has_no_texts(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match="no column of text in it, only a, b"):
        read_texts(str(path), table=NO_OPTIONS)


def test_an_archive_may_have_labels_or_none(tmp_path):
    path = tmp_path / "names.npz"
    np.savez(path, names=np.array(NAMES))
    found = read_texts(str(path), table=NO_OPTIONS)
    assert (found.texts, found.labels) == (NAMES, None)
    np.savez(path, text=np.array(NAMES), y=["f", "m", "f"], groups=[1, 1, 2])
    found = read_texts(str(path), table=NO_OPTIONS)
    assert (found.class_names, found.labels.tolist()) == (("f", "m"), [0, 1, 0])
    assert len(found.groups) == 3
    np.savez(path, text=np.array(NAMES), y=[0.5, 1.25, 2.5])
    assert read_texts(str(path), table=NO_OPTIONS).labels is None


def test_the_test_texts_of_a_source_are_its_own(tmp_path):
    path = tmp_path / "names.npz"
    np.savez(path, text=np.array(NAMES), y=[0, 1, 0], text_test=np.array(["Zed"]), y_test=[1])
    dataset = continued(read_texts(str(path), table=NO_OPTIONS))
    assert ((dataset.y == END).sum(), (dataset.y_test == END).sum()) == (3, 1)
    assert "Z" in dataset.class_names


def test_what_is_no_text_is_told(tmp_path):
    np.savez(tmp_path / "x.npz", X=np.eye(3), y=[0, 1, 0])
    for source in ("iris", str(tmp_path / "x.npz")):
        with pytest.raises(DataError, match="its rows are no texts"):
            read_texts(source, table=NO_OPTIONS)
    with pytest.raises(DataError, match="no file"):
        read_texts("nowhere.txt", table=NO_OPTIONS)


@pytest.mark.parametrize(
    "rows",
    [
        NAMES,
        np.array(NAMES),
        np.array(NAMES, dtype=object),
        pd.DataFrame({"name": NAMES, "n": [1, 2, 3]}),
        (NAMES, ["f", "m", "f"]),
    ],
)
def test_texts_in_memory_come_in_many_forms(rows):
    found = texts_in_memory(rows, None, NO_OPTIONS)
    assert found.texts == NAMES
    assert found.class_names == (("f", "m") if isinstance(rows, tuple) else ())


@pytest.mark.parametrize("rows", [[1, 2], "Anna", 5, np.zeros((3, 2)), ["a", ""], None])
def test_what_is_none_in_memory_is_refused(rows):
    with pytest.raises(DataError):
        texts_in_memory(rows, None, NO_OPTIONS)


def test_a_text_that_is_given_twice_is_one_group():
    dataset = continued(texts_in_memory(["Al", "Bo", "Al"], None, NO_OPTIONS))
    first, second, third = np.split(dataset.groups, 3)
    assert set(first) == set(third) != set(second)
    assert dataset.class_names == ("end", *"ABlo")
