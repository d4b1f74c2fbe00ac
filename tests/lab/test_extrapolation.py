"""The calculator beyond its training rows: ranges, right answers, and errors in their units."""

import numpy as np
import pytest

import axone as ax
from axone.errors import AxoneError


@pytest.fixture(scope="module")
def adding():
    return ax.lab.extrapolation(rows=(100, 1000), steps=2000)


@pytest.fixture(scope="module")
def multiplying():
    return ax.lab.extrapolation(operation="multiply", rows=[1000], steps=2000)


def test_each_network_is_asked_four_ranges(adding):
    assert adding.column("rows") == [100] * 4 + [1000] * 4
    spans = list(zip(adding.column("lowest"), adding.column("highest"), strict=True))
    assert spans == [(0, 100), (101, 200), (201, 500), (501, 1000)] * 2


def test_right_answers_are_the_sums_and_products_of_integers_so_drawn(adding, multiplying):
    """Of two independent uniform integers from l to h the means are l + h and ((l + h)/2)²."""
    for seen, mean in ((adding, lambda ends: ends), (multiplying, lambda ends: ends**2 / 4)):
        ends = np.array(seen.column("lowest")) + np.array(seen.column("highest"))
        np.testing.assert_allclose(seen.column("mean_answer"), mean(ends), rtol=0.05)


def test_the_share_is_the_error_over_the_mean_answer(adding):
    shares = np.array(adding.column("mae")) / adding.column("mean_answer")
    np.testing.assert_allclose(adding.column("share"), shares)


def test_errors_grow_beyond_the_training_range(adding, multiplying):
    for seen in (adding, multiplying):
        errors = np.array(seen.column("mae")).reshape(-1, 4)
        assert (np.diff(errors, axis=1) > 0).all()


def test_a_straight_network_follows_a_sum_farther_than_a_product(adding, multiplying):
    assert adding.column("share")[-1] < 0.1
    assert multiplying.column("share")[-1] > 0.5
    assert "and so does a sum" in adding.sentences[2]
    assert "a product does not" in multiplying.sentences[2]


def test_sentences_say_what_the_table_says(adding):
    low, *_others, far = adding.column("mae")[4:]
    assert f"that of 1,000 rows by {low:.3g}" in adding.sentences[0]
    assert f"{far / low:.3g} times" in adding.sentences[1]


def test_one_network_is_compared_with_no_other(multiplying):
    assert "the network of 1,000 training rows" in multiplying.sentences[0]


def test_the_largest_integer_moves_the_ranges():
    seen = ax.lab.extrapolation(rows=[100], largest=20, steps=10)
    assert seen.column("highest") == [20, 40, 100, 200]


def test_rows_are_put_in_order_once_each():
    seen = ax.lab.extrapolation(rows=[50, 20, 50], steps=1)
    assert seen.column("rows") == [20] * 4 + [50] * 4


def test_progress_goes_up_to_the_whole():
    shares = []
    ax.lab.extrapolation(rows=(50, 100), steps=20, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_the_picture_has_a_line_a_network_and_the_answers_of_the_last(adding):
    errors, answers = adding.figure().axes
    assert errors.get_yscale() == "log"
    assert len(errors.lines) == 2
    assert answers.get_title(loc="left") == "Answers after 1,000 rows"
    assert len(answers.collections) == 4


@pytest.mark.parametrize(
    "settings",
    [
        {"operation": "divide"},
        {"rows": [5]},
        {"rows": [10, 20, 30, 40, 50]},
        {"largest": 0},
        {"steps": 0},
        {"seed": -1},
    ],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(AxoneError, match=next(iter(settings))):
        ax.lab.extrapolation(**settings)
