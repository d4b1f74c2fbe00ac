"""Writing whole files or none."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.errors import DataError
from axone.files import write_atomically


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
