"""A forecast against what came true, with the interval in which it was expected."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.checks import check_number
from axone.errors import DataError, ShapeError
from axone.messages import Message, _
from axone.plots.style import SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTTED = 60
"""Up to so many moments each is marked."""


def plot_forecast(
    times: ArrayLike,
    truth: ArrayLike,
    forecast: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    *,
    level: float | None = None,
    quantity: str = "",
    title: str = _("Forecast"),
    note: str = "",
) -> "Figure":
    """Draw the truth, the forecast, and the band in which the truth was expected.

    Parameters
    ----------
    times : array of numbers, datetime64 or datetime, shape (n,)
        When each number holds, in order.
    truth : array of shape (n,)
        NaN where it is not known yet.
    forecast : array of shape (n,)
        NaN where none was made.
    lower, upper : arrays of shape (n,), optional
        The ends of the interval; both or neither.
    level : float, optional
        The probability with which the truth is to lie in the interval, between 0 and 1; it is told
        beside the share that did.
    quantity : str, default ""
        What is forecast, with its unit.
    title : str, default "Forecast"
    note : str, default ""
        What else is to be told below.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        The arrays are not rows of the same length, or one end of the interval is missing.
    DataError
        There is nothing to draw, something that is no number, or an interval that ends below its
        beginning.
    ConfigurationError
        `level` is not between 0 and 1.
    """
    if level is not None:
        check_number("level", level, above=0, below=1)
    moments = np.asarray(times)
    true, said = _row("truth", truth, moments), _row("forecast", forecast, moments)
    if (lower is None) != (upper is None):
        raise ShapeError(_("an interval has two ends: give lower and upper, or neither."))
    if not np.isfinite(said).any():
        raise DataError(_("the forecast holds no finite number: there is nothing to draw."))
    ends = None
    if lower is not None and upper is not None:
        ends = _row("lower", lower, moments), _row("upper", upper, moments)
        if (ends[0] > ends[1]).any():
            raise DataError(_("lower is above upper somewhere: exchange them."))
    with house_style():
        figure = new_figure(title, SIZE)
        axes = figure.subplots()
        dress(axes)
        if ends is not None:
            words = _("interval") if level is None else _("{level:.0%} interval", level=level)
            axes.fill_between(
                moments, *ends, color=theme().blue, alpha=0.2, linewidth=0, label=words
            )
            for end in ends:
                axes.plot(moments, end, color=theme().blue, linewidth=0.6, alpha=0.6)
        marks: dict[str, Any] = {"markersize": 3.5} if len(moments) <= _DOTTED else {}
        dot = "o" if marks else ""
        axes.plot(
            moments, true, color=theme().ink, linewidth=1.6, marker=dot, label=_("truth"), **marks
        )
        axes.plot(
            moments,
            said,
            color=theme().vermilion,
            linewidth=1.6,
            linestyle="--",
            marker="s" if marks else "",
            label=_("forecast"),
            **marks,
        )
        _name_axes(figure, moments, quantity)
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3,
            handlelength=2.2,
            columnspacing=1.4,
            borderaxespad=0.2,
        )
        add_note(figure, *_notes(true, said, ends, level), *filter(None, [note]))
    return figure


def _row(name: str, values: ArrayLike, times: Any) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            _("{name} does not hold numbers only ({error}).", name=name, error=error)
        ) from error
    if times.ndim != 1 or array.shape != times.shape or array.size == 0:
        raise ShapeError(
            _(
                "{name} has shape {shape} and times {times}: give one number for each moment.",
                name=name,
                shape=array.shape,
                times=times.shape,
            )
        )
    return np.where(np.isfinite(array), array, np.nan)


def _name_axes(figure: "Figure", times: Any, quantity: str) -> None:
    axes = figure.axes[0]
    axes.margins(x=0.01)
    axes.set_ylabel(quantity)
    if times.dtype.kind in "biuf":
        axes.set_xlabel(_("position"))
        return
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    # Months would be named in the machine's language, not in the reader's.
    numbers = ["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S"]
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(  # type: ignore[no-untyped-call]
            locator,
            formats=numbers,
            zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"],
            offset_formats=["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d %H:%M"],
        )
    )


def _notes(
    true: FloatArray,
    said: FloatArray,
    ends: tuple[FloatArray, FloatArray] | None,
    level: float | None,
) -> list[Message]:
    known = np.isfinite(true) & np.isfinite(said)
    notes = []
    if known.any():
        error = float(np.abs(true - said)[known].mean())
        notes.append(_("Mean absolute error {error:.4g}.", error=error))
    within = np.isfinite(true) if ends is None else np.isfinite(true + ends[0] + ends[1])
    if ends is not None and within.any():
        share = float(((ends[0] <= true) & (true <= ends[1]))[within].mean())
        notes.append(
            _("{share:.0%} of the truth lies in the interval.", share=share)
            if level is None
            else _(
                "{share:.0%} of the truth lies in the interval, of {level:.0%} expected.",
                share=share,
                level=level,
            )
        )
    return notes
