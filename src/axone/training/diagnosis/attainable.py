"""What these rows can give: how well learners with no settings to get wrong do on them.

A network that does much worse has failed; one that does as well has not, however strange it looks
inside. scikit-learn's trees, neighbours and linear models are quick on the rows that are kept.
"""

import warnings
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.examples import Examples
from axone.metrics import r_squared, total_squares
from axone.training.diagnosis.evidence import labels_of

FEWEST_ROWS = 12
"""Training rows below which nothing is learnt by anybody."""

FEWEST_HELD_OUT = 20
"""Below which the rows held out are no judge: cross-validation is."""

_MOST_FEATURES_OF_LINEAR = 1000
_FOLDS = 3


def skill_of_answers(labels: IntArray, answers: IntArray) -> float:
    """Return the share of a constant's errors that answers avoid; 1 where all are right."""
    constant = 1 - np.bincount(labels).max() / len(labels)
    wrong = float((labels != answers).mean())
    if constant == 0:
        return 1.0 if wrong == 0 else 0.0
    return float(1 - wrong / constant)


def skill_of_numbers(target: FloatArray, answers: FloatArray) -> float:
    """Return R² of all outputs together: the share of a constant's squared error avoided."""
    target = np.asarray(target, dtype=np.float64).reshape(len(target), -1)
    answers = np.asarray(answers, dtype=np.float64).reshape(len(target), -1)
    errors = ((target - answers) ** 2).sum(axis=0)
    return float(r_squared(errors, total_squares(target), pooled=True))


def attainable_skill(task: str, train: Examples, held_out: Examples | None) -> float | None:
    """Return the best skill of some learners on rows that they have not seen.

    Parameters
    ----------
    task : str
        "classification" or "regression".
    train, held_out : Examples
        Without rows held out, or with a handful, by cross-validation within `train`.

    Returns
    -------
    float or None
        None where there are too few rows, or they are of a kind that these learners do not read.
    """
    if len(train) < FEWEST_ROWS or np.asarray(train.X).dtype.kind in "iu":
        return None
    X = _flat(train)
    y = labels_of(train.target) if task == "classification" else _numbers(train)
    by_folds = held_out is None or len(held_out) < FEWEST_HELD_OUT
    if task == "classification" and np.bincount(y).max() == len(y):
        return None
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        return None
    skills = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for learner in _learners(task, X.shape):
            if by_folds:
                answers, wanted = _by_folds(learner, X, y), y
            else:
                assert held_out is not None  # noqa: S101 — says `by_folds`
                answers = learner.fit(X, y).predict(_flat(held_out))
                wanted = (
                    labels_of(held_out.target) if task == "classification" else _numbers(held_out)
                )
            skills.append(
                skill_of_answers(wanted, answers)
                if task == "classification"
                else skill_of_numbers(wanted, answers)
            )
    return max(skills)


def _learners(task: str, shape: tuple[int, ...]) -> list[Any]:
    """Return learners that need no settings."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    linear = shape[1] <= _MOST_FEATURES_OF_LINEAR
    if task == "classification":
        forest = ExtraTreesClassifier(60, min_samples_leaf=2, random_state=0)
        neighbours = make_pipeline(StandardScaler(), KNeighborsClassifier())
        line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100))
    else:
        forest = ExtraTreesRegressor(60, min_samples_leaf=2, random_state=0)
        neighbours = make_pipeline(StandardScaler(), KNeighborsRegressor())
        line = make_pipeline(StandardScaler(), RidgeCV(np.geomspace(1e-2, 1e3, 6)))
    return [forest, neighbours, line] if linear else [forest, neighbours]


def _by_folds(learner: Any, X: FloatArray, y: FloatArray) -> FloatArray:
    """Return what a learner answers about rows that it has not seen."""
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(learner, X, y, cv=folds))


def _flat(examples: Examples) -> FloatArray:
    """Return the examples as rows of numbers, positions that are not there as 0."""
    X = np.asarray(examples.X, dtype=np.float32)
    return X.reshape(len(X), -1)


def _numbers(examples: Examples) -> FloatArray:
    """Return the numbers to learn; of several outputs a column each."""
    target = np.asarray(examples.target, dtype=np.float64).reshape(len(examples), -1)
    return target[:, 0] if target.shape[1] == 1 else target
