"""Gradient descent with a weight and a bias: the worked example, and what is said of its valley."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError

X = np.array([1.0, 2.0, 3.0, 4.0])
Y = np.array([2.0, 3.0, 4.0, 5.0])


def test_the_table_is_that_of_the_worked_example():
    seen = ax.lab.gradient_descent_2d(steps=3)
    first = seen.rows[0]
    assert first[4:6] == (-20, -7)
    after = np.column_stack([seen.column("next_weight"), seen.column("next_bias")])
    expected = [(2.0, 0.7), (0.65, 0.26), (1.545, 0.583)]
    np.testing.assert_allclose(after[:3], expected, atol=5e-4)
    np.testing.assert_allclose(seen.column("loss")[:3], [13.5, 6.09, 2.761], atol=5e-4)


def test_it_is_right_to_three_decimals_at_step_233_and_not_before():
    seen = ax.lab.gradient_descent_2d(steps=240)
    points = np.column_stack([seen.column("weight"), seen.column("bias")])
    assert (points[233].round(3) == 1).all()
    assert (points[:233].round(3) != 1).any(axis=1).all()
    assert "There after 233 steps." in seen.sentences[1]


def test_gradients_are_the_means_of_the_formula():
    seen = ax.lab.gradient_descent_2d(rate=0.05, steps=7)
    for _step, w, b, loss, by_w, by_b, *_after in seen.rows:
        error = w * X + b - Y
        assert loss == pytest.approx(np.mean(error**2))
        assert by_w == pytest.approx(2 * np.mean(error * X))
        assert by_b == pytest.approx(2 * np.mean(error))


def test_the_last_sentence_has_the_curvatures_of_the_hessian():
    hessian = 2 / 4 * np.array([[X @ X, X.sum()], [X.sum(), 4]])
    along, across = np.linalg.eigvalsh(hessian)
    said = ax.lab.gradient_descent_2d(rate=0.01).sentences[2]
    assert f"{across:.4g} across and {along:.3g} along" in said
    assert f"by {1 - 0.01 * across:.3g} across and by {1 - 0.01 * along:.4g} along" in said
    assert f"= {2 / across:.4f} on no descent arrives" in said


def test_another_rate_is_told_otherwise():
    small, lost = (ax.lab.gradient_descent_2d(rate=rate) for rate in (0.001, 0.2))
    assert small.sentences[1].startswith("Too small")
    assert lost.sentences[1].startswith("Too large")
    assert "leads from (0, 0) to (4, 1.4)" in lost.sentences[0]


def test_a_descent_that_overflows_ends_where_numbers_do():
    seen = ax.lab.gradient_descent_2d(rate=10, steps=1000)
    assert len(seen.rows) < 1000
    assert np.isfinite(seen.column("loss")).all()
    assert f"after {len(seen.rows) - 1} steps" in seen.sentences[0]
    assert max(map(len, seen.table().splitlines())) < 100


def test_many_steps_are_drawn_and_folded():
    seen = ax.lab.gradient_descent_2d(steps=300)
    assert "… 279 rows left out" in seen.table()
    assert len(seen.figure().axes) == 1
    with pytest.raises(ConfigurationError, match="steps must be at least 1"):
        ax.lab.gradient_descent_2d(steps=0)
