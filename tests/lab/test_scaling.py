"""Scaling in the laboratory: curvatures and steps by NumPy, and what the sentences make of them."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.plots.ideas.scaling import scenes


def test_conditions_rates_and_steps_are_those_of_gradient_descent_in_numpy():
    seen = ax.lab.scaling(ratio=8, tolerance=0.01, seed=7)
    for row, scene in zip(seen.rows, scenes(8, 0.01, 7), strict=True):
        _features, condition, largest, rate, steps, _unexplained = row
        hessian = 2 / len(scene.X) * scene.X.T @ scene.X
        low, high = np.linalg.eigvalsh(hessian)
        assert condition == pytest.approx(high / low)
        assert largest == pytest.approx(2 / high)
        assert rate == pytest.approx(2 / (low + high))
        away, made = -scene.weights, 0
        first = away @ hessian @ away
        while away @ hessian @ away > 0.01 * first:
            away = away - rate * (hessian @ away)
            made += 1
        assert steps == made


def test_standardising_makes_the_bowl_rounder_and_the_network_better():
    seen = ax.lab.scaling()
    (before, after), (worse, better) = seen.column("steps"), seen.column("unexplained")
    assert before > 10 * after
    assert worse > 10 * better
    assert f"in {before} steps with the features as they are" in seen.sentences[0]
    assert f"in {after} steps with them standardised" in seen.sentences[0]
    assert f"{worse:.2%} with the features as they are, {better:.2%} with" in seen.sentences[2]


def test_features_of_one_width_have_nothing_to_gain():
    seen = ax.lab.scaling(ratio=1)
    before, after = (np.array(row[1:]) for row in seen.rows)
    np.testing.assert_allclose(before, after, rtol=1e-6)


def test_a_network_that_diverges_is_told():
    seen = ax.lab.scaling(ratio=30, rate=1)
    assert seen.column("unexplained")[0] == np.inf
    assert "all of it and more (it diverges) with the features as they are" in seen.sentences[2]


def test_even_the_longest_valley_is_gone_through():
    steps = ax.lab.scaling(ratio=30, tolerance=1e-6, epochs=1).column("steps")[0]
    assert 1000 < steps < 20_000


def test_the_picture_has_both_panels():
    assert len(ax.lab.scaling(epochs=1).figure().axes) == 2
    with pytest.raises(ConfigurationError, match="ratio must be at least 1 and at most 30"):
        ax.lab.scaling(ratio=0.5)
