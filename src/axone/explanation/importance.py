"""Which columns of a table matter to a trained network, and how its answers follow them.

scikit-learn computes both, of any fitted estimator: permutation importance (Breiman 2001), partial
dependence (Friedman 2001) and individual conditional expectation (Goldstein et al. 2015). Here they
are asked for, column by column of the rows as they came, and become plain data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.checks import check_integer

Scorer = Callable[[Any, Any, Any], float]
"""As scikit-learn's: of an estimator, rows and their target; more is better."""


@dataclass(frozen=True)
class ColumnImportance:
    """How much the answers depend on one column.

    Attributes
    ----------
    name : str
    drops : tuple of float
        By how much the score fell each time that the column's cells were dealt out anew among the
        rows; below 0 where it rose.
    """

    name: str
    drops: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean drop."""
        return float(np.mean(self.drops))

    @property
    def spread(self) -> float:
        """The standard deviation of the drops, as scikit-learn has it."""
        return float(np.std(self.drops))


@dataclass(frozen=True)
class Importance:
    """How much the answers depend on each column of a table.

    Attributes
    ----------
    score : float
        With every cell where it belongs.
    columns : tuple of ColumnImportance
        The most important ones first.
    """

    score: float
    columns: tuple[ColumnImportance, ...]


@dataclass(frozen=True, eq=False)
class Dependence:
    """How the answers follow one column, all others being as they are.

    Attributes
    ----------
    column : str
    values : array of shape (g,)
        Where the column was put: numbers, or its categories.
    is_category : bool
    outputs : tuple of str
        What is answered: the classes, of two the second one; or what is predicted.
    mean : array of shape (n_outputs, g)
        The mean answer of all rows, the partial dependence.
    lines : array of shape (n_outputs, k, g)
        The answers of some rows one by one, their individual conditional expectation.
    cells : array
        What the rows hold in that column.
    """

    column: str
    values: NDArray[Any]
    is_category: bool
    outputs: tuple[str, ...]
    mean: FloatArray
    lines: FloatArray
    cells: NDArray[Any]


def column_importance(
    estimator: Any,
    X: Any,
    y: Any,
    names: Sequence[str],
    *,
    columns: Sequence[int] | None = None,
    scoring: str | Scorer | None = None,
    repeats: int = 5,
    seed: int = 0,
    on_score: Callable[[int, int], None] | None = None,
) -> Importance:
    """Return the permutation importance of columns, by `sklearn.inspection`.

    Parameters
    ----------
    estimator : estimator, fitted
        `axone.as_estimator` makes one of a model.
    X : array of shape (m, n) or pandas.DataFrame
    y : array of m rows
        As the estimator predicts it.
    names : sequence of str
        Of the n columns.
    columns : sequence of int, optional
        Which of them; all if left out. A column's importance is the same whichever others are asked
        for.
    scoring : str or callable, optional
        As scikit-learn takes it; by default accuracy, or R² of numbers.
    repeats : int, default 5
        How often each column is shuffled.
    seed : int, default 0
        Of the shuffles.
    on_score : callable, optional
        Told how many scores are taken, and how many there will be.
    """
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import check_scoring

    check_integer("repeats", repeats, at_least=1)
    wanted = list(range(len(names))) if columns is None else list(columns)
    scorer = check_scoring(estimator, scoring=scoring)
    scores: list[float] = []

    def score(fitted: Any, part: Any, truth: Any) -> float:
        scores.append(float(scorer(fitted, _with_columns(X, wanted, part), truth)))
        if on_score is not None:
            on_score(len(scores), 1 + repeats * len(wanted))
        return scores[-1]

    # Only these columns are scikit-learn's to shuffle: the score puts them among the others.
    part = X.iloc[:, wanted] if hasattr(X, "iloc") else X[:, wanted]
    found = permutation_importance(
        estimator, part, y, scoring=score, n_repeats=repeats, random_state=seed
    )
    each = [
        ColumnImportance(names[column], tuple(drops.tolist()))
        for column, drops in zip(wanted, found.importances, strict=True)
    ]
    # The first score is the one without a shuffle, from which the others are taken.
    return Importance(scores[0], tuple(sorted(each, key=lambda column: -column.mean)))


def _with_columns(X: Any, columns: Sequence[int], part: Any) -> Any:
    """Return all columns, those that were shuffled in their places."""
    changed = X.copy()
    if hasattr(X, "iloc"):
        names = X.columns[list(columns)]
        changed[names] = part.set_axis(names, axis=1)
    else:
        changed[:, list(columns)] = part
    return changed


def dependence(
    estimator: Any,
    X: Any,
    column: int,
    name: str,
    outputs: Sequence[str],
    *,
    is_category: bool = False,
    lines: int = 50,
    points: int = 40,
) -> Dependence | None:
    """Return how answers follow a column, by `sklearn.inspection.partial_dependence`.

    Parameters
    ----------
    estimator : estimator, fitted
    X : array of shape (m, n) or pandas.DataFrame
        Rows whose cell in that column is missing are left out.
    column : int
    name : str
        The column's.
    outputs : sequence of str
        The names of all classes, or of what is predicted.
    is_category : bool, default False
        Then the column is put to each of its values, otherwise to `points` of them from the 5th to
        the 95th percentile, or to all where they are fewer.
    lines : int, default 50
        Of how many rows the answers are kept one by one: rows at even distances.
    points : int, default 40

    Returns
    -------
    Dependence or None
        None where the column has a single value, which nothing can depend on.
    """
    from sklearn.base import is_classifier
    from sklearn.inspection import partial_dependence

    rows = X[X.iloc[:, column].notna()] if hasattr(X, "iloc") else X
    cells = rows.iloc[:, column].to_numpy() if hasattr(rows, "iloc") else rows[:, column]
    if len(set(cells.tolist())) < 2:
        return None
    if not is_category:
        low, high = np.quantile(cells.astype(np.float64), (0.05, 0.95))
        if low == high:
            # Nearly all rows have one value: only a grid of all that there is says anything.
            points = len(cells) + 1
    found = partial_dependence(
        estimator,
        rows,
        [column],
        kind="both",
        method="brute",
        response_method="predict_proba" if is_classifier(estimator) else "auto",
        grid_resolution=points,
        categorical_features=[column] if is_category else None,
    )
    some = np.unique(np.linspace(0, len(rows) - 1, min(lines, len(rows))).round().astype(int))
    of_one = is_classifier(estimator) and len(found.average) == 1
    return Dependence(
        name,
        found.grid_values[0],
        is_category,
        tuple(outputs[-1:] if of_one else outputs),
        found.average,
        found.individual[:, some],
        cells,
    )
