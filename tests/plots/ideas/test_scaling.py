"""Why features are scaled: both descents, the steps that they take, and what is drawn of them."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from axone.plots import plot_scaling
from axone.plots.ideas.scaling import scenes


@pytest.mark.parametrize("ratio", [1.0, 5.0, 30.0])
def test_scaling_makes_the_valley_round_and_the_way_short(ratio):
    before, after = scenes(ratio)
    np.testing.assert_allclose(before.X.std(axis=0), [1, ratio], rtol=1e-12)
    np.testing.assert_allclose(
        after.X, StandardScaler().fit_transform(before.X), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(before.X @ before.weights, after.X @ after.weights, atol=1e-9)
    assert after.curvatures[1] / after.curvatures[0] < 2
    assert before.path.steps >= after.path.steps


def test_the_steps_are_those_of_the_theory():
    # J of each direction shrinks by ((κ − 1)/(κ + 1))² a step, at the rate 2/(λ₁ + λ₂).
    for scene in scenes(8.0, tolerance=1e-4):
        condition = scene.curvatures[1] / scene.curvatures[0]
        factor = ((condition - 1) / (condition + 1)) ** 2
        shrunk = scene.path.losses[1:] / scene.path.losses[:-1]
        np.testing.assert_allclose(shrunk, factor, rtol=1e-6)
        assert scene.path.steps == np.ceil(np.log(1e-4) / np.log(factor))


def test_the_curvatures_are_those_of_the_loss(numeric_slopes):
    (before, _after) = scenes(5.0)
    y = before.X @ before.weights
    weights = before.weights.copy()

    def loss():
        return float(np.mean((before.X @ weights - y) ** 2))

    values, directions = np.linalg.eigh(np.cov(before.X.T, bias=True))
    np.testing.assert_allclose(2 * values, before.curvatures, rtol=1e-9)
    weights += directions[:, 1]
    assert numeric_slopes(loss, weights, directions.T)[1] == pytest.approx(before.curvatures[1])


def test_each_panel_says_how_many_steps_it_takes():
    before, after = scenes(5.0)
    for axes, scene, shape in zip(
        plot_scaling(5.0).axes, (before, after), ("A long valley", "A round bowl"), strict=True
    ):
        said = " ".join(text.get_text() for text in axes.texts).replace("\n", " ")
        assert shape in said
        assert f": {scene.path.steps} steps at η = " in said
        assert axes.get_aspect() == 1
