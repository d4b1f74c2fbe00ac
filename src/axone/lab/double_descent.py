"""Double descent: networks wider and wider, past as many weights as there are training rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.arrays import FloatArray
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.layers import Dense
from axone.messages import Message, _
from axone.network import Network
from axone.plots.epochs import label_decades
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.random import GENERATE, RandomStream
from axone.training import ProgressCallback

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEATURES = 10
"""Inputs of a row, standard normal ones."""

TEST_ROWS = 1000

_BELOW = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ABOVE = (1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0)
"""Units a training row: closest to each other where most happens."""

_EXACT = 1e-6
"""An RMSE below which a row is met, for what is left is rounding; targets are about 1 large."""


@experiment
def double_descent(
    *,
    rows: Annotated[int, Knob(_("Training rows."), at_least=10, at_most=200)] = 100,
    widest: Annotated[
        float, Knob(_("The widest network, in units a row."), at_least=1.1, at_most=20)
    ] = 10.0,
    noise: Annotated[
        float, Knob(_("Standard deviation of the noise in the answers."), at_least=0, at_most=10)
    ] = 0.3,
    penalty: Annotated[
        float, Knob(_("λ on the squares of the weights; 0 is none."), at_least=0, at_most=1000)
    ] = 0.0,
    draws: Annotated[
        int, Knob(_("Draws of rows and units, of which medians are told."), at_least=1, at_most=50)
    ] = 9,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Fit the output layer of one-layer networks that are wider and wider.

    The hidden layer is drawn and never trained: Φ = ReLU(X·W), 'random features' (Rahimi & Recht
    2007). Fitted are the output weights v alone, one a unit and no bias, in closed form: least
    squares, and among the v that do equally well the shortest, as gradient descent from v = 0 finds
    it. So the parameters that are fitted are as many as the units, and there is no question of
    whether training has ended. Below as many of them as rows the test error first falls, then
    rises; at as many it peaks; beyond, it falls again (Belkin, Hsu, Ma & Mandal 2019).

    The answers are y = x·β + noise, with a β of length 1 drawn anew in each draw.

    Parameters
    ----------
    rows : int, default 100
    widest : float, default 10
        Units of the widest network, a training row.
    noise : float, default 0.3
        Standard deviation, in test rows too; that of x·β is 1.
    penalty : float, default 0
        λ of ‖Φv − y‖² + λ‖v‖² (ridge regression): enough of it and there is no peak.
    draws : int, default 9
        By chance a single network at the peak may be right or wrong by far.
    seed : int, default 42
    on_progress : callable, optional
        Called with the share of the draws that is done.

    Returns
    -------
    Observation
        A row a width: `units`, `units_per_row`, `train_error` and `test_error` (RMSE), and
        `length` of the weights, ‖v‖; medians of the draws.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.double_descent(rows=20, draws=5)
    >>> units, errors = seen.column("units"), seen.column("test_error")
    >>> units[errors.index(max(errors))]
    20
    """
    widths = _widths(rows, widest)
    found = []
    for draw in range(draws):
        found.append(_one_draw(widths, rows, noise, penalty, RandomStream.from_seed(seed), draw))
        if on_progress is not None:
            on_progress((draw + 1) / draws)
    table = np.median(found, axis=0)

    def picture() -> "Figure":
        return _draw(np.array(widths), table, rows, draws)

    return Observation(
        name="double-descent",
        title=_("Double descent: the test error by the number of weights"),
        columns=(
            Column("units", _("units = weights")),
            Column("units_per_row", _("a row"), ".2f"),
            Column("train_error", _("training RMSE"), ".3g"),
            Column("test_error", _("test RMSE"), ".3g"),
            Column("length", _("length of weights"), ".3g"),
        ),
        rows=tuple(
            (width, width / rows, *map(float, numbers))
            for width, numbers in zip(widths, table, strict=True)
        ),
        sentences=(
            _peak(widths, table, rows),
            _interpolation(widths, table),
            _second_descent(widths, table, rows),
        ),
        settings={
            "rows": rows,
            "widest": widest,
            "noise": noise,
            "penalty": penalty,
            "draws": draws,
            "seed": seed,
        },
        draw=picture,
    )


def _widths(rows: int, widest: float) -> tuple[int, ...]:
    """Return the numbers of units to try, rising, that of the rows among them."""
    shares = [share for share in _BELOW + _ABOVE if share < widest] + [widest]
    return tuple(sorted({max(1, round(share * rows)) for share in shares}))


def _one_draw(
    widths: Sequence[int],
    rows: int,
    noise: float,
    penalty: float,
    stream: RandomStream,
    draw: int,
) -> list[tuple[float, float, float]]:
    """Return training error, test error and length of the weights, of each width."""
    random = stream.child(GENERATE, draw)
    direction = random.child(0).normal((FEATURES,))
    direction /= np.linalg.norm(direction)
    X = random.child(1).normal((rows + TEST_ROWS, FEATURES))
    y = X @ direction + noise * random.child(2).normal((len(X),))
    found = []
    for width in widths:
        network = Network(Dense(width, "relu"), input_shape=FEATURES)
        features = network.predict(network.draw(random.child(3, width), "float64"), X)
        weights = least_squares(features[:rows], y[:rows], penalty)
        errors = features @ weights - y
        found.append((_rms(errors[:rows]), _rms(errors[rows:]), float(np.linalg.norm(weights))))
    return found


def least_squares(features: FloatArray, y: FloatArray, penalty: float = 0.0) -> FloatArray:
    """Return the v for which ‖Φv − y‖² + λ‖v‖² is least; of several, the shortest.

    By the singular values σ of Φ = UΣVᵀ: v = V·diag(σ/(σ² + λ))·Uᵀy. Those that are rounding are
    left out, as in `numpy.linalg.pinv`.

    Parameters
    ----------
    features : array of shape (m, n)
        Φ.
    y : array of shape (m,)
    penalty : float, default 0
        λ.

    Returns
    -------
    array of shape (n,)

    Examples
    --------
    >>> least_squares(np.array([[1.0, 1.0]]), np.array([2.0])).round(6).tolist()
    [1.0, 1.0]
    """
    left, sigma, right = np.linalg.svd(features, full_matrices=False)
    rounding = sigma.max() * max(features.shape) * np.finfo(np.float64).eps
    kept = sigma > rounding
    shares = np.zeros_like(sigma)
    shares[kept] = sigma[kept] / (sigma[kept] ** 2 + penalty)
    return np.asarray(right.T @ (shares * (left.T @ y)))


def _rms(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def _peak(widths: Sequence[int], table: FloatArray, rows: int) -> Message:
    tests = table[:, 1]
    highest, same = int(tests.argmax()), widths.index(rows)
    if highest != same:
        return _(
            "The test error is greatest, {error:.3g}, at width {width}, and not where there are "
            "as many weights as training rows, {rows}: there it is {there:.3g}.",
            error=tests[highest],
            width=widths[highest],
            rows=rows,
            there=tests[same],
        )
    if table[same, 0] < _EXACT:
        return _(
            "The test error is greatest, {error:.3g}, where there are as many weights as training "
            "rows, {rows}: to meet every row exactly the weights are {length:.3g} long there, "
            "{widest:.3g} in the widest network.",
            error=tests[same],
            rows=rows,
            length=table[same, 2],
            widest=table[-1, 2],
        )
    return _(
        "The test error is greatest, {error:.3g}, where there are as many weights as training "
        "rows, {rows}; the weights are {length:.3g} long there, {widest:.3g} in the widest "
        "network.",
        error=tests[same],
        rows=rows,
        length=table[same, 2],
        widest=table[-1, 2],
    )


def _interpolation(widths: Sequence[int], table: FloatArray) -> Message:
    missed = np.flatnonzero(table[:, 0] >= _EXACT)
    first = int(missed[-1]) + 1 if missed.size else 0
    if first == len(widths):
        return _(
            "No width meets the training rows exactly: at the widest, {width}, the training error "
            "is {error:.3g}.",
            width=widths[-1],
            error=table[-1, 0],
        )
    return _(
        "From width {width} on every training row is met exactly: the training error alone tells "
        "none of these networks from another.",
        width=widths[first],
    )


def _second_descent(widths: Sequence[int], table: FloatArray, rows: int) -> Message:
    narrow = [at for at, width in enumerate(widths) if width < rows]
    best = min(narrow, key=lambda at: table[at, 1])
    error, least = table[-1, 1], table[best, 1]
    if error < least:
        return _(
            "The widest network, of width {width}, errs by {error:.3g} on test rows: less than "
            "the best of those with fewer weights than rows, {least:.3g} at width {best}.",
            width=widths[-1],
            error=error,
            least=least,
            best=widths[best],
        )
    return _(
        "The widest network, of width {width}, errs by {error:.3g} on test rows: no less than "
        "the best of those with fewer weights than rows, {least:.3g} at width {best}.",
        width=widths[-1],
        error=error,
        least=least,
        best=widths[best],
    )


def _draw(widths: FloatArray, table: FloatArray, rows: int, draws: int) -> "Figure":
    with house_style():
        figure = new_figure(_("Double descent: the test error by the number of weights"))
        axes = figure.subplots()
        axes.set_xscale("log")
        axes.set_yscale("log")
        for column, color, marker, line, label in (
            (1, theme().vermilion, "o", "-", _("test")),
            (0, theme().blue, "s", "--", _("training")),
        ):
            axes.plot(
                widths, table[:, column], line, color=color, marker=marker, ms=5, label=str(label)
            )
        # Training errors of 1e-15 would leave no room for what is to be seen.
        seen = table[:, :2][table[:, :2] >= _EXACT]
        low, high = float(seen.min()), float(seen.max())
        axes.set_ylim(low / 1.6, high * 1.6)
        axes.axvline(rows, color=theme().muted, linestyle=":", linewidth=1.4, zorder=1)
        axes.annotate(
            str(_("as many weights as rows: {rows}", rows=rows)),
            (rows, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(6, 0),
            textcoords="offset points",
            color=theme().ink,
        )
        axes.set_xlabel(_("weights that are fitted, one a hidden unit"))
        axes.set_ylabel(_("RMSE"))
        axes.legend(loc="upper right")
        dress(axes)
        label_decades(axes.xaxis, float(np.log10(widths[-1] / widths[0])))
        label_decades(axes.yaxis, float(np.log10(high / low)) + 0.4)
        add_note(
            figure,
            _("Random ReLU units; only the output weights are fitted."),
            _("Medians of {draws} draws.", draws=draws) if draws > 1 else "",
            _("Below the frame: 0, but for rounding.") if table[:, 0].min() < _EXACT else "",
        )
    return figure
