"""Frames in bytes: what was written comes back, and every array lies where a browser can take it.

The layout is held to by reading the bytes with `struct` and `json`, apart from the decoder.
"""

import json
import math
import struct

import numpy as np
import pytest

from axone.errors import DataError
from axone.playground.frames import NamedArray, decode, encode

ARRAYS = [
    NamedArray("bytes", np.arange(5, dtype=np.uint8), {"low": [0.5]}),
    NamedArray("whole", np.array([[1, -2, 3]], dtype=np.int32)),
    NamedArray("single", np.array([[0.1, np.nan], [np.inf, -1]], dtype=np.float32)),
    NamedArray("double", np.array([math.pi])),
    NamedArray("nothing", np.zeros((0, 2), dtype=np.float32)),
]


def test_what_was_encoded_comes_back_bit_by_bit():
    found = decode(encode(7, {"epoch": 3}, ARRAYS))
    assert found.header["frame"] == 7
    assert found.header["state"] == {"epoch": 3}
    assert [*found.arrays] == [array.name for array in ARRAYS]
    for array in ARRAYS:
        back = found.arrays[array.name]
        assert back.dtype == array.values.dtype
        np.testing.assert_array_equal(back, array.values)
    assert found.extras("bytes")["low"] == [0.5]


def test_every_array_begins_at_a_multiple_of_eight():
    data = encode(1, {"words": "é" * 3}, ARRAYS)
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length].decode())
    assert (4 + length) % 8 == 0
    assert [entry["offset"] for entry in header["arrays"]] == [0, 8, 24, 40, 48]
    assert struct.unpack_from("<3i", data, 4 + length + 8) == (1, -2, 3)
    assert struct.unpack_from("<d", data, 4 + length + 40) == (math.pi,)
    assert len(data) % 8 == 0


def test_arrays_that_lie_otherwise_in_memory_are_written_in_the_order_of_their_rows():
    big = np.arange(6, dtype=">f4").reshape(2, 3).T
    found = decode(encode(1, {}, [NamedArray("turned", big)])).arrays["turned"]
    np.testing.assert_array_equal(found, [[0, 3], [1, 4], [2, 5]])


def test_numbers_that_json_has_not_are_null():
    state = {"loss": float("nan"), "all": [math.inf, np.float32(0.5)], "shape": (np.int64(3),)}
    header = decode(encode(1, state, [NamedArray("a", np.zeros(1), {"low": -math.inf})])).header
    assert header["state"] == {"loss": None, "all": [None, 0.5], "shape": [3]}
    assert header["arrays"][0]["low"] is None


def test_an_array_may_say_something_of_the_whole_frame():
    array = NamedArray("curve.epoch", np.zeros(1), header={"curves": {"from": "start"}})
    header = decode(encode(1, {}, [array], {"design": 4})).header
    assert header["curves"] == {"from": "start"}
    assert header["design"] == 4


def test_other_kinds_of_numbers_are_refused_in_words():
    with pytest.raises(DataError, match="holds no float16, which half is of"):
        encode(1, {}, [NamedArray("half", np.zeros(2, dtype=np.float16))])


@pytest.mark.parametrize("cut", [0, 3, 20, -8])
def test_a_frame_that_is_cut_short_is_refused(cut):
    data = encode(1, {}, ARRAYS[:4])
    with pytest.raises(DataError, match="no frame, or not all of it"):
        decode(data[:cut])
