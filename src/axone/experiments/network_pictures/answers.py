"""What a model answers over a plane: over two columns of a table, or over two components.

The plane of the components is that of scikit-learn's PCA of the inputs as the network takes them; a
point of it is brought back to inputs by the inverse transform, which leaves all other components at
their mean of 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.frames import is_frame
from axone.errors import DataError
from axone.experiments.preparation import Prepared, take
from axone.messages import Message, _
from axone.model import Classes, Model, Numbers, class_probabilities
from axone.random import RandomStream

GRID = 201
"""Points each way: more than a picture 800 pixels wide would show."""

MOST_ROWS = 2000
"""That are drawn: more would cover one another and the regions."""

_MARGIN = 0.06


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says over a plane.

    Attributes
    ----------
    x, y : array of shape (g,)
    answers : array of shape (g, g, K) or (g, g)
        Probabilities of classes, or predicted numbers, [row of y, column of x].
    points : array of shape (m, 2)
    truth, predicted : array of shape (m,)
        Of the rows, as the model answers them by all they hold.
    axis_names : pair of str
    notes : tuple of str
    """

    x: FloatArray
    y: FloatArray
    answers: FloatArray
    points: FloatArray
    truth: NDArray[Any]
    predicted: NDArray[Any]
    axis_names: tuple[str, str]
    notes: tuple[str, ...]


def answers_over_columns(
    model: Model,
    cells: Any,
    truth: NDArray[Any],
    names: Sequence[str],
    kinds: Sequence[str],
    which: Sequence[int],
) -> Answers:
    """Return what a model answers as two columns go over what they hold, the others held.

    A number is held at its median, anything else at its most frequent value.

    Parameters
    ----------
    model : Model
        Of classes or numbers.
    cells : array of shape (m, n) or frame
        Rows as they came.
    truth : array of shape (m,)
    names, kinds : sequence of str
        Of the columns: what they are called, and "number" or another kind.
    which : pair of int
        The two columns.

    Raises
    ------
    DataError
        A column that holds no numbers, or is empty.
    """
    for place in which:
        if kinds[place] != "number":
            numbers = [name for name, kind in zip(names, kinds, strict=True) if kind == "number"]
            raise DataError(
                _(
                    "{name!r} holds no numbers to go over ({kind}). Columns of numbers: {numbers}.",
                    name=names[place],
                    kind=kinds[place],
                    numbers=", ".join(numbers) or _("none"),
                )
            )
    points = np.column_stack([_numbers(_column(cells, place)) for place in which])
    x, y = (_axis(points[:, axis], names[which[axis]]) for axis in (0, 1))
    grid = np.meshgrid(x, y)
    others = {
        place: _held(_column(cells, place), kinds[place])
        for place in range(len(names))
        if place not in which
    }
    asked = _rows_at(cells, others, dict(zip(which, grid, strict=True)))
    outputs = model.outputs(asked)
    return Answers(
        x,
        y,
        _answers(model, outputs).reshape(len(y), len(x), -1).squeeze(),
        points,
        truth,
        _predicted(model, model.outputs(cells)),
        (names[which[0]], names[which[1]]),
        (_("All other columns are held at their median, or their most frequent value."),)
        if others
        else (),
    )


def answers_over_components(model: Model, prepared: Prepared) -> Answers:
    """Return what a model answers over the two first principal components of its inputs.

    Raises
    ------
    DataError
        Its inputs are no numbers of a fixed number, or fewer than two.
    """
    layout = prepared.preprocessing.layout
    size = int(np.prod(layout.shape))
    if layout.tokens or (layout.positions is not None and _has_masks(prepared)):
        raise DataError(
            _(
                "{name}: its rows are tokens, or of unlike lengths, and have no principal "
                "components.",
                name=prepared.dataset.name,
            )
        )
    if size < 2:
        raise DataError(
            _(
                "{name} has a single input, and no plane of two. A regression over one column is "
                "drawn by axone plot residual-arrows.",
                name=prepared.dataset.name,
            )
        )
    from sklearn.decomposition import PCA

    inputs, truth = every_row(prepared)
    flat = inputs.reshape(len(inputs), -1).astype(np.float64)
    found = PCA(2, svd_solver="full").fit(flat)
    points = found.transform(flat)
    x, y = (_axis(points[:, axis], str(axis)) for axis in (0, 1))
    plane = np.column_stack([each.ravel() for each in np.meshgrid(x, y)])
    outputs = []
    # An image of many pixels at each point of the grid is too much for one array.
    together = max(1, 2**22 // size)
    for start in range(0, len(plane), together):
        back = found.inverse_transform(plane[start : start + together])
        outputs.append(model.forward(back.reshape(-1, *layout.shape).astype(model.dtype)))
    first, second = found.explained_variance_ratio_.tolist()
    return Answers(
        x,
        y,
        _answers(model, np.concatenate(outputs)).reshape(len(y), len(x), -1).squeeze(),
        points,
        truth,
        _predicted(model, model.forward(inputs)),
        (
            str(_("1st principal component ({share:.0%} of the variance)", share=first)),
            str(_("2nd principal component ({share:.0%})", share=second)),
        ),
        (_("All other components are held at their mean."),),
    )


def every_row(prepared: Prepared) -> tuple[FloatArray, NDArray[Any]]:
    """Return inputs and targets of the rows of all parts, or of a sample, always the same."""
    inputs = np.concatenate([part.X for part in prepared.parts.values()])
    truth = np.concatenate([first_of(part.y) for part in prepared.parts.values()])
    chosen = sampled(len(truth))
    return inputs[chosen], truth[chosen]


def first_of(targets: NDArray[Any]) -> NDArray[Any]:
    """Return the first target of each row, (m,)."""
    return targets.reshape(len(targets), -1)[:, 0]


def sampled(rows: int) -> NDArray[np.intp]:
    """Return which of so many rows are drawn, in their order: at most `MOST_ROWS`."""
    return np.sort(RandomStream.from_seed(0).permutation(rows)[:MOST_ROWS]).astype(np.intp)


def require_answers(model: Model, name: str) -> None:
    """Refuse a model whose answers are neither one class a row nor numbers.

    Raises
    ------
    DataError
    """
    if not isinstance(model.target, Classes | Numbers):
        raise DataError(_("{name}: this model predicts neither classes nor numbers.", name=name))
    if isinstance(model.target, Classes) and model.target.several:
        raise DataError(
            _("{name}: this model answers with several labels a row, not one class.", name=name)
        )


def _has_masks(prepared: Prepared) -> bool:
    return any(part.mask is not None for part in prepared.parts.values())


def _column(cells: Any, place: int) -> NDArray[Any]:
    column = cells.iloc[:, place] if is_frame(cells) else cells[:, place]
    return np.asarray(column)


def _numbers(column: NDArray[Any]) -> FloatArray:
    return np.asarray(column, dtype=np.float64)


def _axis(values: FloatArray, name: str) -> FloatArray:
    known = values[np.isfinite(values)]
    if not len(known):
        raise DataError(_("Column {name!r} is empty.", name=name))
    low, high = known.min(), known.max()
    margin = _MARGIN * (high - low) or 0.5
    return np.linspace(low - margin, high + margin, GRID)


def _held(column: NDArray[Any], kind: str) -> Any:
    """Return the median of numbers, of anything else the most frequent value."""
    if kind == "number":
        return np.nanmedian(_numbers(column))
    import pandas as pd

    frequent = pd.Series(column).dropna().mode()
    return frequent.iloc[0] if len(frequent) else None


def _rows_at(cells: Any, held: dict[int, Any], moved: dict[int, FloatArray]) -> Any:
    """Return a row for each point of the grid."""
    count = next(iter(moved.values())).size
    rows = take(cells, np.zeros(count, dtype=np.intp))
    rows = rows.copy()
    for place, value in held.items():
        _fill(rows, place, [value] * count)
    for place, values in moved.items():
        _fill(rows, place, values.ravel())
    return rows


def _fill(rows: Any, place: int, values: Any) -> None:
    if not is_frame(rows):
        rows[:, place] = values
        return
    import pandas as pd

    name = rows.columns[place]
    rows[name] = pd.Series(values, index=rows.index, dtype=rows[name].dtype)


def _answers(model: Model, outputs: FloatArray) -> FloatArray:
    """Return probabilities of classes, (m, K), or numbers in their own units, (m, 1)."""
    if isinstance(model.target, Classes):
        if model.has_probabilities:
            return class_probabilities(outputs)
        return np.eye(len(model.target.class_names))[_predicted(model, outputs)]
    return _numbers(_predicted(model, outputs))[:, None]


def _predicted(model: Model, outputs: FloatArray) -> NDArray[Any]:
    """Return class numbers, or numbers in their own units: of several targets the first."""
    if isinstance(model.target, Classes):
        from axone.metrics import predicted_labels

        return predicted_labels(outputs)
    return first_of(np.asarray(model.target.decode(outputs), dtype=np.float64))


def first_target(model: Model) -> Message | str:
    """Return what a model of numbers calls the number that is drawn."""
    names = model.target.names if isinstance(model.target, Numbers) else ()
    return names[0] if names else (model.target.column or _("prediction"))
