"""Writing whole files or none, and files of arrays that know when they are damaged."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from axone.errors import DataError, ModelFileError
from axone.files import read_tensors, write_atomically, write_tensors


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_is_written_replaces_what_was_there(tmp_path_factory, old, new):
    path = tmp_path_factory.mktemp("folder") / "file"
    for content in (old, new):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["replace", "chmod"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, failing):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, failing, fail)
    with pytest.raises(DataError, match=r"Cannot write .*file: No space left on device\."):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("place", "reason"),
    [("nowhere/file", "No such file or directory"), ("occupied/file", "Not a directory")],
)
def test_a_folder_that_is_none_is_refused_with_the_reason(tmp_path, place, reason):
    (tmp_path / "occupied").write_text("mine")
    with pytest.raises(DataError, match=f"{place}: {reason}"):
        write_atomically(tmp_path / place, b"new")


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's here")
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_file_has_the_permissions_of_any_other(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "file", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~umask


ARRAYS = {
    "weight": np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32),
    "bias": np.arange(5.0),
    "count": np.array(3, dtype=np.int64),
    "none": np.empty((0, 4)),
}
WORDS = {"format": "for a test", "greeting": 'grüß Gott \\ "you"'}


def equal(found, wanted):
    return found.keys() == wanted.keys() and all(
        found[name].dtype == wanted[name].dtype
        and found[name].shape == wanted[name].shape
        and found[name].tobytes() == wanted[name].tobytes()
        for name in wanted
    )


def test_arrays_and_words_come_back_and_the_same_ones_are_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_tensors(tmp_path / name, ARRAYS, WORDS)
    words, arrays = read_tensors(tmp_path / "one", "test")
    assert words == WORDS
    assert equal(arrays, ARRAYS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_file_without_a_checksum_is_read_as_it_is(tmp_path):
    save_file(ARRAYS, tmp_path / "old", WORDS)
    words, arrays = read_tensors(tmp_path / "old", "test")
    assert words == WORDS
    assert equal(arrays, ARRAYS)


def test_no_flipped_bit_goes_unnoticed(tmp_path):
    path = tmp_path / "file"
    write_tensors(path, ARRAYS, WORDS)
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            words, arrays = read_tensors(path, "test")
        except ModelFileError:
            continue
        # What is left is a flip that changes no meaning, or makes the words unknown to any reader.
        assert equal(arrays, ARRAYS)
        assert words == WORDS or "format" not in words


@pytest.mark.parametrize(
    "entry", ["", "[]", "3", '{"checksum": "0"}', '{"checksum": "0", "metadata": {"a": 1}}']
)
def test_an_entry_that_is_none_of_ours_is_damage(tmp_path, entry):
    save_file(ARRAYS, tmp_path / "file", {"axone": entry})
    with pytest.raises(ModelFileError, match="damaged test: its content is not what"):
        read_tensors(tmp_path / "file", "test")
