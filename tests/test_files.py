"""Writing whole files or none, and files of arrays that know when they are damaged."""

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from axone.errors import DataError, ModelFileError
from axone.files import read_tensors, told_of_damage, write_atomically, write_tensors


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


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F8_E5M2"])
def test_a_type_that_numpy_lacks_is_refused_by_its_name(tmp_path, kind):
    size = 2 if kind == "BF16" else 1
    header = {"w": {"dtype": kind, "shape": [3], "data_offsets": [0, 3 * size]}}
    text = json.dumps(header).encode()
    path = tmp_path / "other.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(3 * size))
    with pytest.raises(ModelFileError, match=f"'w' is of the type {kind}, for which NumPy has no"):
        read_tensors(path, "model")


@pytest.mark.parametrize("size", [0, 1, 7, 2**20, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_a_size_that_is_a_lie_is_refused(tmp_path, size):
    path = tmp_path / "liar.safetensors"
    path.write_bytes(size.to_bytes(8, "little") + b'{"w": {}}' + bytes(50))
    with pytest.raises(ModelFileError, match=r"liar\.safetensors is not a model that can be read"):
        read_tensors(path, "model")


@pytest.mark.parametrize(
    "error", [IndexError(3), AttributeError("x"), RecursionError(), MemoryError()]
)
def test_whatever_a_parser_raises_becomes_an_error_that_names_the_file(error):
    def tell(raised):
        return DataError(f"x.csv: {type(raised).__name__}")

    with pytest.raises(DataError, match=rf"x\.csv: {type(error).__name__}"), told_of_damage(tell):
        raise error


def test_our_own_errors_and_interruptions_pass_as_they_are():
    with pytest.raises(ModelFileError, match="mine"), told_of_damage(DataError):
        raise ModelFileError("mine")
    with pytest.raises(KeyboardInterrupt), told_of_damage(DataError):
        raise KeyboardInterrupt
