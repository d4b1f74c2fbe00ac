"""Numbers as bytes: never further off than half a step, and defined for whatever is no number."""

import warnings

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from axone.playground.views.quantised import as_bytes, extent, shares_as_bytes

SINGLES = st.floats(-1e6, 1e6, width=32)
ANY = st.floats(width=32)


@given(arrays(np.float32, st.integers(1, 40), elements=SINGLES))
def test_what_comes_back_is_off_by_half_a_step_at_most(values):
    low, high = (float(each) for each in extent(values))
    found = low + as_bytes(values, low, high) / 255 * (high - low)
    assert (np.abs(found - values) <= 0.501 * (high - low) / 255 + 1e-6 * np.abs(values)).all()


@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=ANY))
def test_anything_at_all_becomes_bytes_without_a_warning(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = extent(values, axis=1)
        found = as_bytes(values, low[:, None], high[:, None])
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
    assert found.shape == values.shape
    assert found.dtype == np.uint8
    assert not found[np.isnan(values)].any()


def test_the_ends_are_the_ends():
    values = np.array([-np.inf, -1, 0, 1, np.inf, np.nan], dtype=np.float32)
    assert extent(values) == (-1, 1)
    assert as_bytes(values, -1.0, 1.0).tolist() == [0, 0, 128, 255, 255, 0]
    assert as_bytes(np.full(3, 7.0), 7.0, 7.0).tolist() == [0, 0, 0]
    assert shares_as_bytes(np.array([0, 0.5, 1, np.nan, 1.2])).tolist() == [0, 128, 255, 0, 255]
