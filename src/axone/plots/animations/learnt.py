"""What a network answers over a plane, epoch by epoch, as a picture that moves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.messages import Message, _, shorten
from axone.plots.animations.animation import Animation
from axone.plots.networks.decision_boundary import class_color, shades
from axone.plots.networks.plane import Plane
from axone.plots.style import MARKERS, add_note, bare, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import ContourSet
    from matplotlib.lines import Line2D


@dataclass(frozen=True, eq=False)
class Learnt:
    """A training over a plane, as far as it is shown.

    Attributes
    ----------
    plane : Plane
        The grid, and rows on it.
    truth : array of int of shape (m,)
    answers : array of shape (frames, gy, gx, K)
        Probabilities at the points of the grid.
    predicted : array of int of shape (frames, m)
    epochs : tuple of int
        After which they were asked; 0 is before the first step.
    train_loss, validation_loss : array of shape (n_epochs,)
        Of every epoch; no validation loss where there are no rows for it.
    class_names, axis_names : tuple of str
    notes : tuple of str
        Sentences for the foot of the picture.
    """

    plane: Plane
    truth: IntArray
    answers: FloatArray
    predicted: IntArray
    epochs: tuple[int, ...]
    train_loss: FloatArray
    validation_loss: FloatArray
    class_names: tuple[str, ...]
    axis_names: tuple[str, str]
    notes: tuple[str, ...]


def animate_learnt(learnt: Learnt, title: Message) -> Animation:
    """Show the regions of the classes, rows that are wrong ringed, and the losses so far.

    Parameters
    ----------
    learnt : Learnt
    title : Message

    Returns
    -------
    Animation
        A frame for each of the epochs.
    """
    colors = [shades(table) for table in learnt.answers]
    wrong = learnt.predicted != learnt.truth
    with house_style():
        figure = new_figure(title, (8.0, 5.2))
        left, right, foot = figure.subplot_mosaic(
            [["plane", "loss"], ["names", "names"]], width_ratios=(1.5, 1), height_ratios=(1, 0.05)
        ).values()
        bare(foot)
        plane = learnt.plane
        regions = left.imshow(
            colors[0],
            extent=plane.extent,
            origin="lower",
            aspect="auto",
            interpolation="bilinear",
            zorder=0,
        )
        handles = _draw_rows(left, learnt)
        (rings,) = left.plot(
            [],
            [],
            linestyle="none",
            marker="o",
            markersize=9,
            fillstyle="none",
            markeredgecolor=theme().ink,
            markeredgewidth=0.8,
            zorder=4,
        )
        left.set_xlabel(learnt.axis_names[0])
        left.set_ylabel(learnt.axis_names[1])
        dress(left, grid=False)
        now = left.set_title(" ")
        lines = _draw_losses(right, learnt)
        names = [shorten(name, 24) for name in learnt.class_names]
        ringed = [*handles, rings]
        foot.legend(ringed, [*names, str(_("wrong"))], loc="center", ncols=6, borderpad=0)
        add_note(figure, *learnt.notes)
    borders: list[ContourSet] = []
    ink = theme().ink

    def show(frame: int) -> None:
        regions.set_data(colors[frame])
        while borders:
            borders.pop().remove()
        for ahead in _leads(learnt.answers[frame]):
            borders.append(
                left.contour(plane.x, plane.y, ahead, levels=[0.0], colors=[ink], linewidths=1.3)
            )
        rings.set_data(*plane.points[wrong[frame]].T)
        now.set_text(_right(learnt, wrong[frame], frame))
        so_far = learnt.epochs[frame]
        for line, losses in lines:
            line.set_data(np.arange(1, so_far + 1), losses[:so_far])

    captions = tuple(str(_caption(learnt, wrong[frame], frame)) for frame in range(len(colors)))
    return Animation(title, figure, captions, show, seconds=0.15, hold=3.0)


def _leads(table: FloatArray) -> list[FloatArray]:
    """Return by how much each class is likelier than the likeliest other, where that is a border.

    With two classes the border of the one is that of the other.
    """
    classes = range(table.shape[2])
    found = []
    for number in classes[1:] if len(classes) == 2 else classes:
        ahead = table[:, :, number] - np.delete(table, number, axis=2).max(axis=2)
        if ahead.min() < 0 < ahead.max():
            found.append(ahead)
    return found


def _draw_rows(axes: "Axes", learnt: Learnt) -> list["Line2D"]:
    handles = []
    for number in range(len(learnt.class_names)):
        handles += axes.plot(
            *learnt.plane.points[learnt.truth == number].T,
            linestyle="none",
            marker=MARKERS[number % len(MARKERS)],
            markersize=5.5,
            color=class_color(number),
            markeredgecolor=theme().paper,
            markeredgewidth=0.6,
            zorder=3,
        )
    left, right, low, high = learnt.plane.extent
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    return handles


def _draw_losses(axes: "Axes", learnt: Learnt) -> list[tuple["Line2D", FloatArray]]:
    every = [(learnt.train_loss, _("training"), theme().blue, "-")]
    if len(learnt.validation_loss):
        every.append((learnt.validation_loss, _("validation"), theme().orange, "--"))
    lines = [
        (axes.plot([], [], color=color, linestyle=dashes, label=str(label))[0], losses)
        for losses, label, color, dashes in every
    ]
    highest = max(float(np.nanmax(losses)) for losses, *_rest in every)
    axes.set_xlim(0, max(learnt.epochs[-1], 1))
    axes.set_ylim(0, 1.08 * highest)
    axes.set_xlabel(_("epoch"))
    axes.set_title(_("loss"))
    axes.legend(loc="upper right")
    dress(axes)
    return lines


def _right(learnt: Learnt, wrong: BoolArray, frame: int) -> Message:
    return _(
        "epoch {epoch:,}: {share:.1%} of rows right",
        epoch=learnt.epochs[frame],
        share=float(1 - wrong.mean()),
    )


def _caption(learnt: Learnt, wrong: BoolArray, frame: int) -> Message:
    epoch, share = learnt.epochs[frame], float(1 - wrong.mean())
    if epoch == 0:
        return _("Before the first step: {share:.1%} of the rows are right.", share=share)
    loss = float(learnt.train_loss[epoch - 1])
    if not len(learnt.validation_loss):
        return _(
            "Epoch {epoch:,}: training loss {loss:.3g}; {share:.1%} of the rows are right.",
            epoch=epoch,
            loss=loss,
            share=share,
        )
    return _(
        "Epoch {epoch:,}: training loss {loss:.3g}, validation loss {other:.3g}; {share:.1%} of "
        "the rows are right.",
        epoch=epoch,
        loss=loss,
        other=float(learnt.validation_loss[epoch - 1]),
        share=share,
    )


def shown_epochs(epochs: int, frames: int) -> list[int]:
    """Return at most so many epochs from 0 to the last, the closer together the earlier.

    Examples
    --------
    >>> shown_epochs(100, 8)
    [0, 1, 6, 16, 29, 48, 71, 100]
    """
    shares = np.linspace(0, 1, min(frames, epochs + 1))
    grown = np.maximum(np.rint(epochs * shares**2.2), np.arange(len(shares)))
    return np.unique(grown.astype(int)).tolist()
