"""Ensembles: the same network from several seeds, their mean, and where they disagree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.ensembles import plot_ensemble
from axone.layers import Dense
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import Adam
from axone.random import GENERATE, RandomStream
from axone.training import ProgressCallback, Trainer, fit_many

if TYPE_CHECKING:
    pass

_GAP, _END, _EDGE = 1.0, 3.0, 5.0
"""Rows have 1 ≤ |x| ≤ 3: none lie between −1 and 1, none beyond 3; asked is up to |x| = 5."""

_WITHOUT_ROWS = ((-_EDGE, -_END), (-_GAP, _GAP), (_END, _EDGE))

_GRID = np.linspace(-_EDGE, _EDGE, 501)

_TOGETHER = 8
"""Members trained before progress is told."""


@dataclass(frozen=True, eq=False)
class Place:
    """A part of the x axis, and what the members answer there.

    Attributes
    ----------
    title : Message
    errors : array of shape (members, points)
        Answers minus the truth without noise.
    """

    title: Message
    errors: FloatArray

    @property
    def of_members(self) -> FloatArray:
        """The RMSE of each member."""
        return np.asarray(np.sqrt(np.mean(self.errors**2, axis=1)))

    @property
    def of_one(self) -> float:
        """The RMSE of a member picked at random."""
        return float(np.sqrt(np.mean(self.errors**2)))

    @property
    def of_the_mean(self) -> float:
        """The RMSE of the members' mean."""
        return float(np.sqrt(np.mean(self.errors.mean(axis=0) ** 2)))

    @property
    def disagreement(self) -> float:
        """The standard deviation of the members about their mean, in the mean of its squares."""
        return float(np.sqrt(np.mean(self.errors.var(axis=0))))

    @property
    def covered(self) -> float:
        """The share of the points whose truth is within two standard deviations of the mean."""
        mean, spread = self.errors.mean(axis=0), self.errors.std(axis=0)
        return float(np.mean(np.abs(mean) <= 2 * spread))


@experiment
def ensembles(
    *,
    members: Annotated[int, Knob(_("Networks."), at_least=2, at_most=50)] = 8,
    rows: Annotated[int, Knob(_("Training rows."), at_least=4, at_most=1000)] = 40,
    noise: Annotated[
        float, Knob(_("Standard deviation of the noise in the answers."), at_least=0, at_most=10)
    ] = 0.1,
    hidden: Annotated[
        int, Knob(_("Units of each of the two hidden layers."), at_least=1, at_most=128)
    ] = 32,
    epochs: Annotated[int, Knob(_("Steps, on all rows."), at_least=1, at_most=5000)] = 1000,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train a network from several seeds on the same rows, and average what they answer.

    The rows are y = sin(1.5·x) + noise with 1 ≤ |x| ≤ 3, so that there is a gap between them, and
    nothing beyond. The members differ in their first weights alone (Lakshminarayanan, Pritzel &
    Blundell 2017). At every point, over the members k,

        mean (ŷₖ − y)² = (ȳ − y)² + mean (ŷₖ − ȳ)²,   ȳ = mean ŷₖ

    (Krogh & Vedelsby 1995): the mean is better than its members by what they disagree, always, and
    not at all where they are wrong alike.

    Parameters
    ----------
    members : int, default 8
    rows : int, default 40
    noise : float, default 0.1
        Errors are told against the truth without it.
    hidden : int, default 32
        ReLU units; Adam at the rate 0.01 trains them.
    epochs : int, default 1000
    seed : int, default 42
        Decides the rows, and the seeds of the members.
    on_progress : callable, optional
        Called with the share of the members that is done.

    Returns
    -------
    Observation
        A row a `place`, among the rows, in the gap and beyond: RMSE of a member picked at
        random (`member_error`), of the best and the worst one, of their mean (`mean_error`);
        `disagreement`, their standard deviation; `covered`, the share of the points where the truth
        is within two of them.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.ensembles(members=4, epochs=300)
    >>> among_rows, gap, beyond = seen.column("disagreement")
    >>> among_rows < gap
    True
    """
    x, y = _rows(rows, noise, seed)
    answers = _answers(x, y, members, hidden, epochs, seed, on_progress)
    places = _places(answers)
    return Observation(
        name="ensembles",
        title=_("An ensemble: networks of different seeds, and their mean"),
        columns=(
            Column("place", _("where")),
            Column("member_error", _("RMSE of one"), ".3g"),
            Column("best", _("best"), ".3g"),
            Column("worst", _("worst"), ".3g"),
            Column("mean_error", _("RMSE of mean"), ".3g"),
            Column("disagreement", _("disagreement"), ".3g"),
            Column("covered", _("covered"), ".0%"),
        ),
        rows=tuple(
            (
                place.title,
                place.of_one,
                float(place.of_members.min()),
                float(place.of_members.max()),
                place.of_the_mean,
                place.disagreement,
                place.covered,
            )
            for place in places
        ),
        sentences=(_mean_against_members(places), _warning(places), _covered(places)),
        settings={
            "members": members,
            "rows": rows,
            "noise": noise,
            "hidden": hidden,
            "epochs": epochs,
            "seed": seed,
        },
        draw=lambda: plot_ensemble(_GRID, answers, truth(_GRID), x, y, _WITHOUT_ROWS),
    )


def truth(x: FloatArray) -> FloatArray:
    """Return what is to be learnt, sin(1.5·x)."""
    return np.asarray(np.sin(1.5 * x))


def _rows(rows: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw rows on both sides of the gap, half of them each."""
    random = RandomStream.from_seed(seed).child(GENERATE)
    side = np.where(np.arange(rows) % 2, 1.0, -1.0)
    x = side * (_GAP + (_END - _GAP) * random.child(0).uniform((rows,)))
    return x, truth(x) + noise * random.child(1).normal((rows,))


def _answers(
    x: FloatArray,
    y: FloatArray,
    members: int,
    hidden: int,
    epochs: int,
    seed: int,
    on_progress: ProgressCallback | None,
) -> FloatArray:
    """Return what each member answers along the grid, (members, points)."""
    network = Network(Dense(hidden, "relu"), Dense(hidden, "relu"), Dense(1), input_shape=1)
    trainers = [
        Trainer(
            network,
            loss="mse",
            optimizer=Adam(0.01),
            batch_size=len(x),
            seed=int(RandomStream.from_seed(seed).child(member).bits(1)[0]),
            measures=(),
        )
        for member in range(members)
    ]
    found: list[FloatArray] = []
    for start in range(0, members, _TOGETHER):
        for result in fit_many(
            trainers[start : start + _TOGETHER], (x[:, None], y), max_epochs=epochs
        ):
            found.append(network.predict(result.parameters, _GRID[:, None])[:, 0])
        if on_progress is not None:
            on_progress(len(found) / members)
    return np.array(found, dtype=np.float64)


def _places(answers: FloatArray) -> tuple[Place, Place, Place]:
    errors, away = answers - truth(_GRID), np.abs(_GRID)

    def place(title: Message, inside: BoolArray) -> Place:
        return Place(title, errors[:, inside])

    return (
        place(_("among the rows"), (away >= _GAP) & (away <= _END)),
        place(_("in the gap"), away < _GAP),
        place(_("beyond"), away > _END),
    )


def _mean_against_members(places: tuple[Place, Place, Place]) -> Message:
    rows = places[0]
    return _(
        "Among the rows a member errs by {one:.3g} and the mean of all by {mean:.3g}: its square "
        "is the members' less that of their disagreement, {disagreement:.3g}, and so never more.",
        one=rows.of_one,
        mean=rows.of_the_mean,
        disagreement=rows.disagreement,
    )


def _warning(places: tuple[Place, Place, Place]) -> Message:
    rows, gap, beyond = places
    if min(gap.disagreement, beyond.disagreement) > rows.disagreement:
        return _(
            "They disagree by {rows:.3g} among the rows, by {gap:.3g} in the gap and by "
            "{beyond:.3g} beyond: more where they have seen nothing.",
            rows=rows.disagreement,
            gap=gap.disagreement,
            beyond=beyond.disagreement,
        )
    return _(
        "They disagree by {rows:.3g} among the rows, by {gap:.3g} in the gap and by {beyond:.3g} "
        "beyond: here that does not tell where they have seen nothing.",
        rows=rows.disagreement,
        gap=gap.disagreement,
        beyond=beyond.disagreement,
    )


def _covered(places: tuple[Place, Place, Place]) -> Message:
    rows, gap, beyond = places
    return _(
        "The truth is within two standard deviations of the mean at {rows:.0%} of the points among "
        "the rows, {gap:.0%} in the gap, {beyond:.0%} beyond: where all members are wrong alike, "
        "no disagreement tells of it.",
        rows=rows.covered,
        gap=gap.covered,
        beyond=beyond.covered,
    )
