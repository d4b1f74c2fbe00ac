"""The door: standard input, files of other names, and nothing but a `DataError` for any bytes."""

import gzip
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axone.data.files import count_columns, read_raw_table
from axone.data.home import KINDS, SUFFIXES, compression_of, kind_of, stem_of, suffix_of
from axone.errors import DataError

from .conftest import columns_of
from .workbooks import xlsx

FINDINGS = Path(__file__).parent / "findings"
"""Files that a fuzzer made, at which a parser in compiled code aborted, crashed or hung."""


@pytest.fixture
def pipe(monkeypatch):
    def pipe(content):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    return pipe


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\n1;x\n",
        gzip.compress(b"a,b\n1,x\n"),
        b'[{"a": "1", "b": "x"}]',
        b"@relation r\n@attribute a string\n@attribute b string\n@data\n1,x\n",
        xlsx({"Data": [["a", "b"], ["1", "x"]]}),
        "a,b\n1,x\n".encode("utf-16"),
    ],
    ids=["text", "gzip", "JSON", "ARFF", "spreadsheet", "UTF-16"],
)
def test_standard_input_is_what_it_begins_like(pipe, content):
    pipe(content)
    assert columns_of(read_raw_table("-")) == {"a": ["1"], "b": ["x"]}


def test_standard_input_without_anything_is_refused(pipe):
    pipe(b"")
    with pytest.raises(DataError, match="standard input is empty"):
        read_raw_table("-")


def test_standard_input_above_the_limit_is_refused(pipe, monkeypatch):
    monkeypatch.setattr("axone.data.files.bounds.BYTES_LIMIT", 100)
    pipe(b"a,b\n" + b"1,2\n" * 1000)
    with pytest.raises(DataError, match="standard input unpacks to more"):
        read_raw_table("-")


@pytest.mark.parametrize("page", ["<!DOCTYPE html><p>Sign in", "\n<html>", "<?xml version='1.0'?>"])
def test_a_page_of_the_web_is_no_table(refused, page):
    refused(page, "a page of the web")


def test_files_of_other_kinds_folders_and_nothing_are_refused(tmp_path):
    (tmp_path / "some.docx").write_bytes(b"x")
    (tmp_path / "empty.csv").write_bytes(b"")
    for name, words in (
        ("some.docx", "must end in"),
        ("empty.csv", "0 bytes"),
        ("none.csv", "No such file"),
    ):
        with pytest.raises(DataError, match=words):
            read_raw_table(tmp_path / name)
    with pytest.raises(DataError, match="is a folder"):
        count_columns(tmp_path)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "1,2\n3,4\n", "# x\na;b\n1;2\n"])
def test_columns_are_counted_from_the_first_lines(write, text):
    assert count_columns(write(text)) == 2


@settings(max_examples=150)
@given(
    content=st.binary(min_size=1, max_size=300)
    | st.text(st.sampled_from("ab1;,\t|\"'\n\r#% .-\0é")).map(lambda text: (text + "\n").encode()),
    name=st.sampled_from([f"noise{suffix}" for suffix in SUFFIXES if suffix != ".npz"]),
)
def test_no_bytes_whatever_bring_more_than_a_data_error(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("noise") / name
    path.write_bytes(content)
    for read in (read_raw_table, count_columns):
        try:
            assert read(path) is not None
        except DataError as error:
            assert name in str(error)  # noqa: PT017


READING = """
import sys
from axone.data.files import read_raw_table
from axone.errors import DataError
try:
    read_raw_table(sys.argv[1])
except DataError as error:
    assert sys.argv[1] in str(error)
"""


@pytest.mark.parametrize("path", sorted(FINDINGS.iterdir()), ids=lambda path: path.name)
def test_files_that_once_ended_or_held_the_process_do_so_no_more(path):
    done = subprocess.run(
        [sys.executable, "-c", READING, path],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_endings_are_a_kind_and_a_compression():
    assert suffix_of("Some.CSV.ZST") == ".csv.zst"
    assert stem_of("some.tar.csv.gz") == "some.tar"
    assert (kind_of("a.jsonl.xz"), compression_of("a.jsonl.xz")) == (".jsonl", ".xz")
    assert (kind_of("a.zip"), compression_of("a.zip")) == ("", ".zip")
    assert (kind_of("a.parquet"), compression_of("a.parquet")) == (".parquet", "")
    assert suffix_of("a.docx") == ""
    assert suffix_of("a.gz") == ""
    assert all(kind_of(f"x{kind}") == kind for kind in KINDS)


def test_the_room_is_entered_without_costly_libraries():
    code = (
        "import sys, axone.data.files\n"
        "print(*{'pandas', 'pyarrow', 'duckdb', 'sqlalchemy', 'python_calamine', "
        "'charset_normalizer'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
