"""Files of any content, written to a folder of the test."""

import bz2
import gzip
import lzma
import zipfile

import pyarrow as pa
import pytest

from axone.data.files import read_raw_table
from axone.errors import DataError


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: pa.compress(content, "zstd", asbytes=True),
}


@pytest.fixture
def write(tmp_path):
    """Write text or bytes under a name, packed as the name says."""

    def write(content, name="some.csv", encoding="utf-8"):
        path = tmp_path / name
        content = content.encode(encoding) if isinstance(content, str) else content
        ending = path.suffix[1:]
        if ending == "zip":
            zipped(path, {path.stem: content})
        else:
            path.write_bytes(PACKERS.get(ending, bytes)(content))
        return path

    return write


@pytest.fixture
def read(write):
    """Read a file of that content."""

    def read(content, name="some.csv", encoding="utf-8", **options):
        return read_raw_table(write(content, name, encoding), **options)

    return read


@pytest.fixture
def cells(read):
    """The columns of a file of that content, as lists; None for a missing cell."""

    def cells(content, name="some.csv", **options):
        return columns_of(read(content, name, **options))

    return cells


@pytest.fixture
def refused(write):
    """Read a file that is refused, with its name and some words."""

    def refused(content, *words, name="some.csv", **options):
        path = write(content, name)
        with pytest.raises(DataError) as caught:
            read_raw_table(path, **options)
        for word in (path.name, *words):
            assert word in str(caught.value)

    return refused


def columns_of(table):
    frame = table.frame.astype(object)
    return {
        name: [None if c is None or c != c else c for c in column.where(column.notna(), None)]
        for name, column in frame.items()
    }


def codes(table):
    return [note.code for note in table.notes]
