"""Compressed files: read as they are, refused where they are damaged, large or bombs."""

import gzip
import os
import subprocess
import sys

import pytest

from axone.data.files import bounds, count_columns, read_raw_table
from axone.errors import DataError

from .conftest import PACKERS, columns_of, zipped

TEXT = b"a,b\n" + b"1,2\n" * 3000


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst", "zip"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "txt"])
def test_a_compressed_text_is_read(read, ending, kind):
    table = read(TEXT, f"some.{kind}.{ending}")
    assert table.frame.shape == (3000, 2)
    assert table.facts.compression == ending
    assert table.facts.encoding == "utf-8"


@pytest.mark.parametrize("ending", PACKERS)
def test_several_streams_in_a_row_are_one_file(tmp_path, ending):
    path = tmp_path / f"some.csv.{ending}"
    path.write_bytes(PACKERS[ending](b"a,b\n1,2\n") + PACKERS[ending](b"3,4\n"))
    assert columns_of(read_raw_table(path)) == {"a": ["1", "3"], "b": ["2", "4"]}


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("left", [10, 30, -4, -1])
def test_a_compressed_file_that_is_cut_is_refused(tmp_path, ending, left):
    path = tmp_path / f"some.csv.{ending}"
    path.write_bytes(PACKERS[ending](os.urandom(300).hex().encode() + TEXT)[:left])
    with pytest.raises(DataError, match=f"some.csv.{ending} is no .{ending} file that can be read"):
        read_raw_table(path)


@pytest.mark.parametrize("ending", [*PACKERS, "zip"])
def test_a_file_that_is_not_compressed_at_all_is_refused(tmp_path, ending):
    path = tmp_path / f"some.csv.{ending}"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(DataError, match="is damaged"):
        read_raw_table(path)


def test_a_compressed_file_under_a_plain_name_is_read(tmp_path):
    path = tmp_path / "some.csv"
    path.write_bytes(gzip.compress(TEXT))
    assert read_raw_table(path).facts.compression == "gz"


def test_an_archive_holds_exactly_one_table(tmp_path):
    path = tmp_path / "some.zip"
    zipped(path, {"folder/": b"", "folder/a.csv": TEXT, "__MACOSX/._a.csv": b"x", ".hidden": b"y"})
    table = read_raw_table(path)
    assert table.facts.table == "folder/a.csv"
    assert count_columns(path) == 2
    zipped(path, {"a.csv": TEXT, "b.csv": TEXT})
    with pytest.raises(
        DataError, match=r"exactly one table, and holds 2 files: 'a\.csv', 'b\.csv'"
    ):
        read_raw_table(path)
    zipped(path, {})
    with pytest.raises(DataError, match="holds 0 files"):
        read_raw_table(path)


def test_a_member_is_never_written_where_its_name_says(tmp_path):
    folder = tmp_path / "inner"
    folder.mkdir()
    path = folder / "some.csv.zip"
    zipped(path, {"../escaped.csv": TEXT})
    assert read_raw_table(path).frame.shape == (3000, 2)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "data-home") == ["inner"]


def test_what_unpacks_to_more_than_the_limit_is_refused(write, monkeypatch):
    monkeypatch.setattr(bounds, "BYTES_LIMIT", 5000)
    for ending in (*PACKERS, "zip"):
        with pytest.raises(DataError, match="unpacks to more than the limit"):
            read_raw_table(write(TEXT, f"some.csv.{ending}"))


BOMBED = """
import resource, sys
from axone.data.files import read_raw_table
from axone.errors import DataError
import pandas, pyarrow.csv
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_raw_table(sys.argv[1])
except DataError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is counted otherwise")
@pytest.mark.parametrize("piece", [bytes(2**20), b"1,2\n" * 2**18])
def test_a_bomb_is_refused_with_little_memory(tmp_path, piece):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(piece) * 1024)  # streams in a row are one file
    assert path.stat().st_size < 5 * 2**20
    done = subprocess.run(
        [sys.executable, "-c", BOMBED, path], capture_output=True, text=True, check=True
    )
    said, mebibytes = done.stdout.splitlines()
    assert "more than 200 times its size" in said
    assert int(mebibytes) < 400
