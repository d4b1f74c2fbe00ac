"""The line search takes the steps of MINPACK-2's dcsrch, as SciPy has it, and finds good ones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize._dcsrch import DCSRCH

from axone.line_search import (
    FLATTENING,
    LINE_SEARCH_NUMBERS,
    LONGEST_STEP,
    MOST_EVALUATIONS,
    NARROWEST,
    SUFFICIENT_DECREASE,
    LineSearch,
    Trial,
)


class Curve:
    """A loss along a line: a bowl, tilted and rippled, whose minimum may lie anywhere."""

    def __init__(self, far, steep, ripple, waves):
        self.far, self.steep, self.ripple, self.waves = far, steep, ripple, waves

    def loss(self, step):
        bowl = math.log1p(self.steep * (step - self.far) ** 2)
        return bowl + self.ripple * math.sin(self.waves * step)

    def slope(self, step):
        distance = step - self.far
        bowl = 2 * self.steep * distance / (1 + self.steep * distance**2)
        return bowl + self.ripple * self.waves * math.cos(self.waves * step)


CURVES = st.builds(
    Curve,
    far=st.floats(1e-3, 1e3),
    steep=st.floats(1e-3, 1e2),
    ripple=st.floats(0, 0.5),
    waves=st.floats(0, 20),
).filter(lambda curve: curve.slope(0.0) < -1e-6)


def searched(curve, first):
    """Go through a search; return the steps tried and the search that took the last or failed."""
    search, steps = LineSearch.beginning(curve.loss(0.0), curve.slope(0.0), first), []
    while not search.has_failed:
        trial = Trial(search.step, curve.loss(search.step), curve.slope(search.step))
        steps.append(trial.step)
        if search.is_over(trial):
            break
        # Whatever is kept of a search between two trials is in these numbers.
        search = LineSearch.from_numbers(search.narrowed(trial).to_numbers())
    return steps, search


def searched_by_scipy(curve, first):
    steps = []

    def loss(step):
        steps.append(step)
        return curve.loss(step)

    search = DCSRCH(
        loss, curve.slope, SUFFICIENT_DECREASE, FLATTENING, NARROWEST, 0.0, LONGEST_STEP
    )
    search(first, curve.loss(0.0), curve.slope(0.0), maxiter=MOST_EVALUATIONS + 1)
    return steps[:MOST_EVALUATIONS]


@given(curve=CURVES, first=st.floats(1e-6, 1e3))
def test_it_tries_the_steps_that_scipy_tries(curve, first):
    wanted = searched_by_scipy(curve, first)
    found, _ = searched(curve, first)
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found, wanted, rtol=1e-7)


@given(curve=CURVES, first=st.floats(1e-6, 1e3))
def test_a_step_that_is_taken_lowers_the_loss_and_flattens_the_slope(curve, first):
    steps, search = searched(curve, first)
    if search.has_failed or search.longest - search.shortest <= NARROWEST * search.longest:
        return
    step, fall = steps[-1], -curve.slope(0.0)
    assert curve.loss(step) <= curve.loss(0.0) - SUFFICIENT_DECREASE * step * fall
    assert abs(curve.slope(step)) <= FLATTENING * fall


def test_a_loss_that_falls_for_ever_ends_at_the_longest_step():
    search = LineSearch.beginning(0.0, -1.0, 1.0)
    trial = Trial(1.0, -1.0, -1.0)
    while not search.is_over(trial):
        search = search.narrowed(trial)
        assert not search.has_failed
        trial = Trial(search.step, -search.step, -1.0)
    assert trial.step == LONGEST_STEP


def test_without_a_good_step_it_fails_in_the_end():
    # A slope that promises what the loss does not keep.
    search = LineSearch.beginning(0.0, -1.0, 1.0)
    for _ in range(MOST_EVALUATIONS):
        assert not search.has_failed
        trial = Trial(search.step, search.step, -1.0)
        if search.is_over(trial):
            break
        search = search.narrowed(trial)
    assert search.has_failed or search.longest - search.shortest <= NARROWEST * search.longest


def test_a_step_that_is_no_number_is_a_failure():
    search = LineSearch.beginning(0.0, -1.0, 1.0)
    assert not search.has_failed
    assert LineSearch.beginning(0.0, -1.0, math.inf).has_failed
    assert LineSearch.beginning(0.0, -1.0, math.nan).has_failed


@pytest.mark.parametrize("tried", [False, True])
def test_its_numbers_are_all_of_it(tried):
    search = LineSearch.beginning(3.0, -1.0, 0.5)
    if tried:
        search = search.narrowed(Trial(0.5, 4.0, 2.0))
    numbers = search.to_numbers()
    assert len(numbers) == LINE_SEARCH_NUMBERS
    assert LineSearch.from_numbers(numbers) == search
