"""How good predictions are: the few scores of every epoch, and the full table at the end.

Those of classes come from counts, those of numbers from sums, as scikit-learn's do, which the tests
hold them to: to import it would take a small run longer than all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray, IntArray
from axone.calibration import calibration_error
from axone.losses import BinaryCrossEntropy, Loss

MOST_AUC_CLASSES = 200
"""Of more classes the ROC AUC is left out: each is a sort of all rows, seconds in all."""


def predicted_labels(prediction: FloatArray) -> IntArray:
    """Return class numbers from probabilities (…, K), or from those of class 1, (…, 1)."""
    if prediction.shape[-1] == 1:
        return (prediction[..., 0] > 0.5).astype(np.intp)
    return prediction.argmax(axis=-1)


def confusion_counts(y_true: IntArray, y_pred: IntArray, classes: int) -> Any:
    """Return the counts of true (row) and predicted (column) classes, as a sparse (K, K) array.

    Sparse, because of 10,000 classes there are 10⁸ pairs, of which few occur; `.toarray()` fills
    the others in.
    """
    from scipy.sparse import coo_array

    shape = (classes, classes)
    return coo_array((np.ones(len(y_true), np.intp), (y_true, y_pred)), shape=shape).tocsr()


def epoch_scores(
    loss: Loss, prediction: FloatArray, target: FloatArray, weight: FloatArray | None = None
) -> dict[str, float]:
    """Return the scores that an epoch's line shows.

    Parameters
    ----------
    loss : Loss
        Decides whether these are classes or numbers.
    prediction, target : arrays of m rows
        The target as `loss.prepare` gives it.
    weight : array of shape (m,), optional
        How much each row counts; all alike if left out.

    Returns
    -------
    dict
        `accuracy`, `recall`, `f1` (the last two means over the classes that occur), or `r2`.
        Of several yes/no labels, only `accuracy`, over all labels.
    """
    scores = scores_of_epochs(loss, prediction[None], target, weight)
    return {name: float(column[0]) for name, column in scores.items()}


def scores_of_epochs(
    loss: Loss,
    predictions: FloatArray,
    target: FloatArray,
    weight: FloatArray | None = None,
    *,
    pooled: bool = False,
) -> dict[str, FloatArray]:
    """Return the scores of several epochs' predictions for the same rows, an array each.

    Parameters
    ----------
    loss, target, weight
        See `epoch_scores`, which says what the scores are.
    predictions : array of shape (epochs, m, …)
    pooled : bool
        As of `r_squared`.
    """
    several = isinstance(loss, BinaryCrossEntropy) and predictions.shape[2] > 1
    if loss.task == "regression" or several:
        hits = np.stack([loss.hits(each, target, weight) for each in predictions])
        if several:
            return {"accuracy": hits[:, 0] / _sum_of(weight, target)}
        total = total_squares(target, weight)
        return {"r2": r_squared(hits[:, loss.answers], total[loss.answers], pooled)}
    y_true = target[:, 0] > 0.5 if isinstance(loss, BinaryCrossEntropy) else target
    if y_true.ndim == 2:
        y_true = y_true.argmax(axis=1)
    y_true, y_pred = y_true.astype(np.intp), predicted_labels(predictions)
    shape = epochs, classes = len(predictions), max(predictions.shape[2], 2)
    # Every epoch's classes have numbers of their own, so that all are counted at once.
    first = classes * np.arange(epochs)[:, None]

    def counts(labels: IntArray, weights: FloatArray | None) -> FloatArray:
        return np.bincount(labels, weights, minlength=epochs * classes).reshape(shape)

    is_right = y_true == y_pred
    weights = None if weight is None else np.broadcast_to(weight, y_pred.shape)
    right = counts((first + y_true)[is_right], None if weights is None else weights[is_right])
    found = counts((first + y_pred).ravel(), None if weights is None else weights.ravel())
    true = np.bincount(y_true, weight, minlength=classes)
    both = true + found
    occurs = both > 0
    recall, f1 = _share(right, true), _share(2 * right, both)
    occurring = occurs.sum(axis=1)
    return {
        "accuracy": right.sum(axis=1) / (_sum_of(weight, target) or 1),
        "recall": recall.sum(axis=1) / occurring,
        "f1": f1.sum(axis=1) / occurring,
    }


def _share(part: NDArray[Any], whole: NDArray[Any]) -> FloatArray:
    """Return part/whole, 0 where there is nothing to divide by."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    return np.divide(part, whole, out=np.zeros(shape), where=whole > 0)


def _sum_of(weight: FloatArray | None, target: FloatArray) -> float:
    return float(len(target) if weight is None else weight.sum())


def r_squared(squared_errors: FloatArray, total: FloatArray, pooled: bool = False) -> FloatArray:
    """Return R² = 1 − Σ(y − ŷ)²/Σ(y − ȳ)², the mean over the outputs.

    Of a target that never changes it is 1 where every prediction is right and 0 otherwise, as
    scikit-learn's `r2_score` has it: never NaN.

    Parameters
    ----------
    squared_errors : array of shape (…, outputs)
        Σ(y − ŷ)² of every output, from `Loss.hits`.
    total : array of shape (outputs,)
        Σ(y − ȳ)², from `total_squares`.
    pooled : bool
        Whether both sums go over all outputs, which then count by how much they vary.
    """
    if pooled:
        squared_errors = np.asarray(squared_errors).sum(axis=-1, keepdims=True)
        total = total.sum(axis=-1, keepdims=True)
    errors, varies = np.asarray(squared_errors), total > 0
    constant = (errors == 0).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scores = np.where(varies, 1 - errors / np.where(varies, total, 1), constant)
        return np.asarray(scores.mean(axis=-1))


def total_squares(target: FloatArray, weight: FloatArray | None = None) -> FloatArray:
    """Return Σ(y − ȳ)² of every output, each row by its weight, in ȳ too."""
    flat = target.reshape(len(target), -1)
    # Squares of numbers beyond 1e154 are no numbers any more, and the scores made of them none.
    with np.errstate(over="ignore", invalid="ignore"):
        if weight is None:
            return len(flat) * flat.var(axis=0, dtype=np.float64)
        wide = weight.astype(np.float64)
        mean = np.average(flat, axis=0, weights=wide)
        return np.asarray(wide @ (flat - mean) ** 2)


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of every class; 0 where there is nothing to divide by.

    Attributes
    ----------
    precision, recall, f1 : array of shape (classes,)
        The share of the rows called so that are so; of those that are so, the share called so; and
        the harmonic mean of the two.
    support : array of int, shape (classes,)
        Rows of the class.
    occurs : array of bool, shape (classes,)
        Whether the class is among the rows or among what was predicted of them.
    """

    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    support: IntArray
    occurs: NDArray[np.bool_]

    def mean(
        self, score: Literal["precision", "recall", "f1"], average: str, *, of_all: bool = False
    ) -> float:
        """Return the mean over the classes: "macro", all alike, or "weighted" by their rows.

        Parameters
        ----------
        score, average : str
        of_all : bool
            Whether classes that do not occur count, too: as 0.
        """
        values: FloatArray = getattr(self, score)
        if average == "weighted":
            return float(np.average(values, weights=self.support))
        return float(values.mean() if of_all else values[self.occurs].mean())


def scores_by_class(y_true: IntArray, y_pred: IntArray, classes: int) -> ClassScores:
    """Return the scores of every class, from class numbers of shape (m,)."""
    right = np.bincount(y_true[y_true == y_pred], minlength=classes)
    found = np.bincount(y_pred, minlength=classes)
    support = np.bincount(y_true, minlength=classes)
    return ClassScores(
        precision=_share(right, found),
        recall=_share(right, support),
        f1=_share(2 * right, found + support),
        support=support,
        occurs=found + support > 0,
    )


def roc_auc(is_positive: NDArray[np.bool_], scores: FloatArray) -> float:
    """Return the area under the ROC curve: how often a positive row has the higher score.

    From the ranks r of the scores, of equal ones the mean (Mann & Whitney 1947):
    (Σ_{positive} r − n₊(n₊ + 1)/2) / (n₊·n₋).

    Parameters
    ----------
    is_positive : array of bool, shape (m,)
        Of either kind at least one.
    scores : array of shape (m,)
    """
    _values, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    positives = int(np.count_nonzero(is_positive))
    above = rank[place][is_positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(scores) - positives)))


def classification_metrics(
    y_true: IntArray, probabilities: FloatArray, classes: int
) -> dict[str, float]:
    """Return accuracy, precision, recall, F1 (macro and weighted), log loss, ROC AUC, calibration.

    Parameters
    ----------
    y_true : array of int, shape (m,)
        Class numbers.
    probabilities : array of shape (m, classes)

    Notes
    -----
    ROC AUC needs every class among the rows (one against the rest, macro); it is left out where
    one is missing, and of more than 200 classes. `calibration_error` tells what the last score is.
    """
    y_pred = probabilities.argmax(axis=1)
    by_class = scores_by_class(y_true, y_pred, probabilities.shape[1])
    scores = {"accuracy": float(np.mean(y_true == y_pred))}
    for average in ("macro", "weighted"):
        scores[f"precision_{average}"] = by_class.mean("precision", average)
        scores[f"recall_{average}"] = by_class.mean("recall", average)
        scores[f"f1_{average}"] = by_class.mean("f1", average)
    scores["log_loss"] = log_loss(y_true, probabilities)
    if classes <= MOST_AUC_CLASSES and len(np.unique(y_true)) == classes:
        wide = probabilities.astype(np.float64)
        wide /= wide.sum(axis=1, keepdims=True)
        # Of two classes the areas are the same.
        against_the_rest = [1] if classes == 2 else range(classes)
        areas = [roc_auc(y_true == k, wide[:, k]) for k in against_the_rest]
        scores["roc_auc"] = float(np.mean(areas))
    scores["calibration_error"] = calibration_error(probabilities, y_true)
    return scores


def log_loss(y_true: IntArray, probabilities: FloatArray) -> float:
    """Return the mean of −ln p of the true class; p below 2.2e-16 counts as that.

    As scikit-learn's, which would make a column of ones and zeros for each class.
    """
    true = probabilities[np.arange(len(y_true)), y_true].astype(np.float64)
    true /= probabilities.sum(axis=1, dtype=np.float64)
    return float(-np.log(np.clip(true, np.finfo(np.float64).eps, 1)).mean())


def generation_metrics(following: IntArray, probabilities: FloatArray) -> dict[str, float]:
    """Return how well the next character is told: accuracy, log loss, perplexity.

    The log loss is the mean of −ln p of the character that came, ends included, in nats (divided by
    ln 2 in bits). Its exponential, the perplexity, is of how many equally likely characters one
    could choose no worse (Jelinek, Mercer, Bahl & Baker 1977).

    Parameters
    ----------
    following : array of int, shape (m,)
        What came next.
    probabilities : array of shape (m, n)

    Examples
    --------
    >>> found = generation_metrics(np.array([0, 1]), np.full((2, 4), 0.25))
    >>> found["right"], found["of"], round(found["perplexity"], 6)
    (1, 2, 4.0)
    """
    right = int(np.count_nonzero(predicted_labels(probabilities) == following))
    loss = log_loss(following, probabilities)
    return {
        "right": right,
        "of": len(following),
        "accuracy": right / len(following),
        "log_loss": loss,
        "perplexity": float(np.exp(loss)),
    }


def reconstruction_metrics(inputs: FloatArray, outputs: FloatArray) -> dict[str, float]:
    """Return MSE, RMSE, MAE and R² of rows that were given back, over all their numbers together.

    Some thousand rows at a time, for images are wide; R² is `pooled` as that of `r_squared` is.

    Parameters
    ----------
    inputs, outputs : array of shape (m, n)
    """
    squares = sizes = spread = 0.0
    mean = inputs.mean(axis=0, dtype=np.float64)
    for start in range(0, len(inputs), _ROWS_TOGETHER):
        rows = slice(start, start + _ROWS_TOGETHER)
        x = inputs[rows].astype(np.float64)
        left = x - outputs[rows]
        squares += float(np.square(left).sum())
        sizes += float(np.abs(left).sum())
        spread += float(np.square(x - mean).sum())
    mse = squares / inputs.size
    scores = {"mse": mse, "rmse": float(np.sqrt(mse)), "mae": sizes / inputs.size}
    if len(inputs) > 1:
        scores["r2"] = float(r_squared(np.array([squares]), np.array([spread])))
    return scores


_ROWS_TOGETHER = 4096


def regression_metrics(y_true: FloatArray, y_pred: FloatArray) -> dict[str, float]:
    """Return MSE, RMSE, MAE and R² in the target's own units, means over its columns."""
    errors = np.subtract(y_true, y_pred, dtype=np.float64).reshape(len(y_true), -1)
    squares = np.square(errors)
    mse = float(squares.mean())
    scores = {"mse": mse, "rmse": float(np.sqrt(mse)), "mae": float(np.abs(errors).mean())}
    if len(y_true) > 1:
        total = total_squares(np.asarray(y_true, dtype=np.float64))
        scores["r2"] = float(r_squared(squares.sum(axis=0), total))
    return scores


def quantile_metrics(
    y_true: FloatArray, quantiles: FloatArray, levels: Sequence[float]
) -> dict[str, float]:
    """Return the pinball loss of every level, their mean, and what the outer two hold between them.

    `coverage` is the share of the numbers from the lowest to the highest quantile, ends included;
    `width` how far apart the two are in the mean (Gneiting & Raftery 2007, section 6.2).

    Parameters
    ----------
    y_true : array of shape (m,) or (m, n)
    quantiles : array of shape (m, levels) or (m, n, levels)
        In the units of `y_true`.
    levels : sequence of float
    """
    errors = np.subtract(y_true[..., None], quantiles, dtype=np.float64)
    losses = {
        f"pinball_{level:g}": float(np.maximum(level * each, (level - 1) * each).mean())
        for level, each in zip(levels, np.moveaxis(errors, -1, 0), strict=True)
    }
    lowest, highest = quantiles[..., 0], quantiles[..., -1]
    within = (lowest <= y_true) & (y_true <= highest)
    return {
        "pinball": float(np.mean(list(losses.values()))),
        **losses,
        "coverage": float(within.mean()),
        "width": float((highest - lowest).mean(dtype=np.float64)),
    }


def rounded(scores: Mapping[str, Any], digits: int = 6) -> dict[str, Any]:
    """Return the scores with floats rounded, for people and files."""
    return {k: round(v, digits) if isinstance(v, float) else v for k, v in scores.items()}
