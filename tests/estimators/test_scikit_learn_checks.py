"""scikit-learn's own checks of an estimator, all of them, with no failure expected."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import axone as ax

ESTIMATORS = [
    ax.MLPClassifier(max_iter=100),
    ax.MLPRegressor(max_iter=100),
    ax.NetworkClassifier(max_iter=50),
    ax.NetworkRegressor(max_iter=50),
    ax.Perceptron(max_iter=20),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)
