"""What trials are judged by: scikit-learn's metrics, where they fit the task."""

import pytest
from sklearn import metrics as sk

from axone.data import load_dataset
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment
from axone.tuning.evaluation import Task, evaluate
from axone.tuning.folds import folds_of
from axone.tuning.scoring import find_metric


@pytest.mark.parametrize(
    "name",
    ["accuracy", "f1_macro", "log_loss", "roc_auc", "loss", "neg_log_loss", "balanced_accuracy",
     "matthews_corrcoef", "precision_weighted", "roc_auc_ovo"],
)  # fmt: skip
def test_metrics_are_scikit_learn_s(iris, name):
    folds = folds_of(iris, 1)
    metric = find_metric(name, folds.dataset)
    outcome = evaluate(Task(iris, 1, metric))
    trained = iris.run()
    X, y = trained.prepared.parts["validation"].X, trained.prepared.parts["validation"].y
    probabilities = trained.model.network.predict(trained.model.parameters, X).astype(float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = probabilities.argmax(axis=1)
    oracle = {
        "accuracy": lambda: sk.accuracy_score(y, labels),
        "f1_macro": lambda: sk.f1_score(y, labels, average="macro"),
        "log_loss": lambda: sk.log_loss(y, probabilities),
        "neg_log_loss": lambda: sk.log_loss(y, probabilities),
        "loss": lambda: sk.log_loss(y, probabilities),
        "roc_auc": lambda: sk.roc_auc_score(y, probabilities, multi_class="ovr"),
        "roc_auc_ovo": lambda: sk.roc_auc_score(y, probabilities, multi_class="ovo"),
        "balanced_accuracy": lambda: sk.balanced_accuracy_score(y, labels),
        "matthews_corrcoef": lambda: sk.matthews_corrcoef(y, labels),
        "precision_weighted": lambda: sk.precision_score(y, labels, average="weighted"),
    }
    assert outcome.scores[0] == pytest.approx(oracle[name](), abs=1e-5)
    assert metric.maximise == ("loss" not in name)


def test_metrics_that_do_not_fit_are_refused_and_wrong_names_corrected():
    iris, diabetes = load_dataset("iris"), load_dataset("diabetes")
    with pytest.raises(ConfigurationError, match=r"'r2' does not fit: iris is a classification of"):
        find_metric("r2", iris)
    with pytest.raises(ConfigurationError, match="'f1_macro' does not fit: diabetes is a regress"):
        find_metric("f1_macro", diabetes)
    with pytest.raises(ConfigurationError, match="diabetes is a regression of one number"):
        find_metric("jaccard", diabetes)
    with pytest.raises(UnknownNameError, match="Did you mean 'accuracy'"):
        find_metric("acuracy", iris)
    assert find_metric("neg_mean_absolute_error", diabetes).name == "mae"
    assert find_metric("explained_variance", diabetes).own is False


def test_a_regression_is_judged_in_its_own_units():
    experiment = Experiment.from_source("diabetes", {"training": {"epochs": 5}})
    folds = folds_of(experiment, 1)
    for name, bound in (("mae", 1.0), ("neg_median_absolute_error", None)):
        outcome = evaluate(Task(experiment, 1, find_metric(name, folds.dataset)))
        if bound is not None:
            assert outcome.scores[0] > bound
        else:
            assert outcome.scores[0] < -1.0
