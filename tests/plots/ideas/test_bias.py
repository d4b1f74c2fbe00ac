"""What a bias is for: where either unit parts the classes, against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from axone.errors import ConfigurationError
from axone.plots import plot_bias
from axone.plots.ideas.bias import fit, points


@pytest.mark.parametrize("seed", range(4))
def test_only_with_a_bias_the_classes_are_parted(seed):
    X, y = points(60, seed)
    without, biased = fit(X, y, bias=False), fit(X, y, bias=True)
    assert without.bias is None
    assert without.accuracy < 0.75
    assert biased.bias < 0
    assert biased.accuracy == 1


def test_without_a_bias_the_weights_are_those_of_scikit_learn():
    X, y = points(60, 0)
    learnt = fit(X, y, bias=False).parameters["0.weight"]
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(learnt, peer.coef_, rtol=1e-4)


def test_its_line_passes_through_the_origin():
    X, y = points(60, 1)
    without = fit(X, y, bias=False)
    assert without.network.predict(without.parameters, np.zeros((1, 2))).item() == 0.5


def test_both_panels_show_all_points_and_say_how_many_are_right():
    left, right = plot_bias(40, seed=3).axes
    for axes in (left, right):
        shown = np.concatenate(
            [each.get_offsets() for each in axes.collections if each.get_label()[0] == "c"]
        )
        assert shown.shape == (40, 2)
    assert "Right: 100%." in right.texts[0].get_text()


def test_too_few_points_are_refused():
    with pytest.raises(ConfigurationError, match="rows must be at least 4"):
        plot_bias(3)
