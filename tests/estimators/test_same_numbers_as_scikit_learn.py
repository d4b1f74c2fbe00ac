"""scikit-learn's networks reproduced by the same parameters: losses, weights, stops, splits.

Without shuffles both see the same batches from the same first weights, so that all that differs is
a mistake. Adam's ε stands before the correction of √v̂ there and behind it here: the tests of Adam
make it too small to matter.
"""

import warnings

import numpy as np
import pytest
from sklearn import neural_network as theirs
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning

import axone as ax


def scaled(a):
    return (a - a.mean(axis=0)) / a.std(axis=0)


def iris():
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    return scaled(X)[order], y[order]


def two_classes():
    X, y = iris()
    return X, np.array(["no", "yes"])[(y == 1).astype(int)]


def labels():
    X, y = make_multilabel_classification(150, 6, n_classes=3, random_state=0)
    return scaled(X), y


def one_number():
    X, y = load_diabetes(return_X_y=True)
    return scaled(X)[:150], scaled(y)[:150]


def two_numbers():
    X, y = one_number()
    return X, np.column_stack([y, X[:, 0] ** 2])


def counts():
    X, y = one_number()
    return X, np.floor(np.exp(y))


def fitted(estimator, data, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*data, **more)


def both(name, data, fit_more=None, **settings):
    settings = {
        "hidden_layer_sizes": (8, 5),
        "random_state": 1,
        "shuffle": False,
        "batch_size": 32,
        "max_iter": 8,
    } | settings
    return [
        fitted(getattr(module, name)(**settings), data, **(fit_more or {}))
        for module in (ax, theirs)
    ]


def assert_same(ours, others, tolerance=1e-9):
    assert ours.n_iter_ == others.n_iter_
    assert ours.loss_ == pytest.approx(others.loss_, rel=tolerance, abs=1e-12)
    for mine, his in zip(
        ours.coefs_ + ours.intercepts_, others.coefs_ + others.intercepts_, strict=True
    ):
        np.testing.assert_allclose(mine, his, rtol=tolerance, atol=tolerance)
    if hasattr(others, "loss_curve_"):
        np.testing.assert_allclose(ours.loss_curve_, others.loss_curve_, rtol=tolerance)
        assert ours.best_loss_ == pytest.approx(others.best_loss_, rel=tolerance)
        assert ours.t_ == others.t_
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(others, name)


CASES = {
    "several classes": ("MLPClassifier", iris, {}),
    "two classes": ("MLPClassifier", two_classes, {}),
    "several labels": ("MLPClassifier", labels, {}),
    "a number": ("MLPRegressor", one_number, {}),
    "two numbers": ("MLPRegressor", two_numbers, {}),
    "counts": ("MLPRegressor", counts, {"loss": "poisson"}),
}

SOLVERS = {
    "sgd": {"solver": "sgd", "learning_rate_init": 0.05},
    "classical momentum": {
        "solver": "sgd",
        "learning_rate_init": 0.02,
        "nesterovs_momentum": False,
        "momentum": 0.7,
    },
    "plain sgd": {"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0},
    "adam": {"solver": "adam", "learning_rate_init": 0.01, "epsilon": 1e-4},
    "adam as it is": {"solver": "adam"},
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", CASES)
def test_losses_and_weights_are_the_same_after_epochs(case, solver):
    name, data, settings = CASES[case]
    ours, others = both(name, data(), alpha=0.3, **settings, **SOLVERS[solver])
    assert_same(ours, others)
    np.testing.assert_allclose(
        np.asarray(ours.predict(data()[0]) == others.predict(data()[0]), float)
        if name == "MLPClassifier"
        else ours.predict(data()[0]) - others.predict(data()[0]) + 1,
        1,
    )


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_every_activation_of_scikit_learns_starts_and_trains_alike(activation):
    assert_same(*both("MLPClassifier", iris(), activation=activation, solver="sgd"))


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("case", sorted(set(CASES) - {"two numbers"}))
def test_lbfgs_takes_the_same_steps(case, alpha):
    name, data, settings = CASES[case]
    # Their loss of several numbers is the mean, its gradient that of the sum: no line search of
    # ours goes astray like that.
    ours, others = both(
        name, data(), solver="lbfgs", alpha=alpha, tol=1e-3, max_iter=20, **settings
    )
    assert_same(ours, others, tolerance=1e-5)


@pytest.mark.parametrize("rate", ["constant", "invscaling", "adaptive"])
@pytest.mark.parametrize("case", ["several classes", "a number"])
def test_learning_rates_change_and_training_stops_alike(case, rate):
    name, data, settings = CASES[case]
    stopping = {"tol": 1e-2, "n_iter_no_change": 3, "max_iter": 150, "power_t": 0.3}
    ours, others = both(
        name,
        data(),
        solver="sgd",
        learning_rate=rate,
        learning_rate_init=0.1,
        **stopping,
        **settings,
    )
    assert others.n_iter_ < 150
    assert_same(ours, others)


@pytest.mark.parametrize("case", ["two classes", "several labels", "a number", "two numbers"])
def test_early_stopping_holds_the_same_rows_out_and_keeps_the_same_epoch(case):
    name, data, settings = CASES[case]
    ours, others = both(
        name, data(), solver="sgd", learning_rate_init=0.1, early_stopping=True, max_iter=60,
        tol=1e-3, n_iter_no_change=4, **settings,
    )  # fmt: skip
    assert_same_scores(ours, others)


def assert_same_scores(ours, others):
    assert ours.best_loss_ is None
    np.testing.assert_allclose(ours.validation_scores_, others.validation_scores_, rtol=1e-9)
    assert ours.best_validation_score_ == pytest.approx(others.best_validation_score_)
    np.testing.assert_allclose(ours.coefs_[0], others.coefs_[0], rtol=1e-9)


def test_several_classes_are_held_out_in_proportion():
    # scikit-learn documents this for all classifiers, and does it for two classes.
    ours, _ = both("MLPClassifier", iris(), early_stopping=True, validation_fraction=0.2)
    assert len(ours.validation_scores_) == 8


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_weights_of_rows_count_alike_where_batches_are_whole(solver):
    data = iris()
    weights = {"sample_weight": np.random.default_rng(0).uniform(0.2, 3, len(data[0]))}
    ours, others = both(
        "MLPClassifier", data, weights, solver=solver, batch_size=150, alpha=0.5, max_iter=15
    )
    assert_same(ours, others, tolerance=1e-6)


def test_a_validation_score_counts_the_weights_of_the_rows():
    data = two_numbers()
    weights = {"sample_weight": np.random.default_rng(0).uniform(0.2, 3, len(data[0]))}
    ours, others = both(
        "MLPRegressor", data, weights, solver="sgd", early_stopping=True, alpha=0,
        batch_size=200 - 65,
    )  # fmt: skip
    assert_same_scores(ours, others)


def test_a_warm_start_goes_on_alike():
    pair = both("MLPClassifier", iris(), solver="sgd", warm_start=True, max_iter=3)
    for estimator in pair:
        fitted(estimator, iris())
    assert_same(*pair)
    assert len(pair[0].loss_curve_) == 6


@pytest.mark.parametrize("rate", ["constant", "adaptive"])
def test_partial_fits_go_on_alike(rate):
    X, y = iris()
    settings = {
        "random_state": 1, "shuffle": False, "solver": "sgd", "learning_rate": rate, "tol": 0.1,
        "n_iter_no_change": 2, "learning_rate_init": 0.1,
    }  # fmt: skip
    pair = [module.MLPClassifier(**settings) for module in (ax, theirs)]
    for _ in range(20):
        for estimator in pair:
            estimator.partial_fit(X[:90], y[:90], classes=[0, 1, 2])
    assert_same(*pair)


def test_labels_and_probabilities_come_back_alike():
    for case in ("several classes", "two classes", "several labels"):
        name, data, settings = CASES[case]
        ours, others = both(name, data(), solver="sgd", **settings)
        X, y = data()
        np.testing.assert_allclose(ours.predict_proba(X), others.predict_proba(X), rtol=1e-9)
        np.testing.assert_allclose(
            ours.predict_log_proba(X), others.predict_log_proba(X), rtol=1e-7
        )
        assert ours.predict(X).dtype == others.predict(X).dtype
        assert ours.score(X, y) == others.score(X, y)
        np.testing.assert_array_equal(ours.classes_, others.classes_)


def test_every_parameter_of_scikit_learns_has_its_name_default_and_place():
    import inspect

    for name in ("MLPClassifier", "MLPRegressor"):
        mine = inspect.signature(getattr(ax, name)).parameters
        for parameter in inspect.signature(getattr(theirs, name)).parameters.values():
            assert mine[parameter.name].default == parameter.default
            assert mine[parameter.name].kind == parameter.kind
        positional = [p.name for p in mine.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        his = inspect.signature(getattr(theirs, name)).parameters.values()
        assert positional == [p.name for p in his if p.kind is p.POSITIONAL_OR_KEYWORD]
