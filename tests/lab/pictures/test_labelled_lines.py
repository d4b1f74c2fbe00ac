import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from axone.lab.pictures.labelled_lines import Line, apart, draw_lines


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(0, 0.3))
def test_places_lie_apart_in_their_order_and_within_the_axes(places, gap):
    moved = apart(np.array(places), gap)
    room = min(gap, 1 / max(len(places) - 1, 1))
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= room - 1e-9).all()
    assert moved.min() >= -1e-9
    assert moved.max() <= 1 + 1e-9


def test_places_that_lie_apart_stay():
    assert apart(np.array([0.9, 0.1, 0.5]), 0.1).tolist() == [0.9, 0.1, 0.5]


@pytest.mark.parametrize("log", [False, True])
def test_labels_are_in_the_order_of_the_lines_ends(log):
    axes = Figure().subplots()
    lines = [Line("high", np.array([1.0, 2.0])), Line("low", np.array([3.0, 1.99]))]
    draw_lines(axes, lines, log=log)
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["high"] - heights["low"] >= 0.06 - 1e-9


def test_lines_without_any_number_are_labelled_and_nothing_else():
    axes = Figure().subplots()
    lines = [Line("lost", np.array([np.nan, np.inf])), Line("never", np.array([]))]
    draw_lines(axes, [*lines, Line("nought", np.array([0.0]))], log=True)
    assert [text.get_text() for text in axes.texts] == ["lost", "never", "nought"]


def test_axes_that_share_y_make_room_for_each_others_lines():
    axes = Figure().subplots()
    draw_lines(axes, [Line("a", np.array([1.0]))], beside=[Line("b", np.array([9.0]))])
    assert axes.get_ylim()[1] >= 9


def test_what_lies_above_the_top_is_cut_off():
    axes = Figure().subplots()
    draw_lines(axes, [Line("a", np.array([1.0, 1e30]))], log=True, top=10.0)
    assert axes.get_ylim()[1] < 20
