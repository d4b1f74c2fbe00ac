"""Whatever a parser raises becomes a `DataError` that names the file."""

import warnings

import pytest

from axone.data.files.damage import told_of_reading
from axone.errors import DataError


class Panic(BaseException):
    """What compiled parsers raise: no `Exception`."""


@pytest.mark.parametrize(
    "error",
    [ValueError("bad"), AssertionError(), RecursionError("deep"), Panic("bad"), KeyError(1)],
)
def test_any_error_is_told_of_the_file(error):
    with (
        pytest.raises(DataError, match=r"some\.xyz is no xyz file that can be read, or is damaged"),
        told_of_reading("some.xyz", "xyz file"),
    ):
        raise error


def test_too_little_memory_is_told_as_such():
    memory = pytest.raises(DataError, match="more memory than there is")
    with memory, told_of_reading("some.xyz", "xyz file"):
        raise MemoryError


def test_axones_own_errors_and_the_users_wish_pass():
    for error in (DataError("mine"), KeyboardInterrupt(), SystemExit(2)):
        with pytest.raises(type(error)) as caught, told_of_reading("some.xyz", "xyz file"):
            raise error
        assert caught.value is error


def test_warnings_of_parsers_reach_nobody():
    with told_of_reading("some.xyz", "xyz file"):
        warnings.warn("odd", stacklevel=1)


def test_a_long_reason_is_told_on_one_line():
    with pytest.raises(DataError) as caught, told_of_reading("some.xyz", "xyz file"):
        raise ValueError("a\nb " * 1000)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
