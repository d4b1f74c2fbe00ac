"""Beyond what was learnt: a network that has learnt to add or multiply is asked larger numbers."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from axone.data.generated import calculator
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.extrapolation import Asked, plot_beyond
from axone.layers import Dense
from axone.messages import Message, _, formatted
from axone.network import Network
from axone.optimizers import SGD
from axone.training import ProgressCallback, Trainer

_WIDTH, _RATE, _BATCH = 16, 0.1, 64
"""Of the calculator's recipe: 2-16-16-16-1, plain gradient descent on mini-batches."""

_QUESTIONS = 2000
"""Of each range, drawn anew."""

_REACHES = ((0, 1), (1, 2), (2, 5), (5, 10))
"""The ranges asked, in largest numbers of training; the first is that of training."""


@experiment
def extrapolation(
    *,
    operation: Annotated[
        str, Knob(_("What is to be learnt."), choices=("add", "multiply"))
    ] = "add",
    rows: Annotated[
        tuple[int, ...],
        Knob(_("Training rows, a network each."), at_least=10, at_most=20_000, most=4),
    ] = (100, 1000, 10_000),
    largest: Annotated[
        int, Knob(_("Largest integer of the training rows."), at_least=10, at_most=1000)
    ] = 100,
    steps: Annotated[int, Knob(_("Steps of training, about."), at_least=1, at_most=100_000)] = 5000,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Teach networks to add or multiply integers from 0 to 100, and ask them larger ones.

    Each is 2-16-16-16-1 with ReLU, gets both integers divided by the largest one and its answers
    divided by the largest one there is, and learns by gradient descent on batches of 64 at the rate
    0.1. Along any line a network of ReLU units is straight in the end (Xu et al. 2021): so is a
    sum, a product is not.

    Parameters
    ----------
    operation : {"add", "multiply"}, default "add"
    rows : sequence of int, default (100, 1000, 10 000)
        Of each network. All make about as many steps, so that only the rows differ.
    largest : int, default 100
        The ranges asked are 0 to it, and beyond it up to its double, five- and tenfold.
    steps : int, default 5000
        Whole epochs are made.
    seed : int, default 42
        Decides rows, questions and first weights.
    on_progress : callable, optional
        Called with the share of the networks' training that is done.

    Returns
    -------
    Observation
        A row a network and range: training `rows`, `lowest` and `highest` integer asked,
        `mean_answer` that is right, `mae` in units of the answer, `share` of the mean answer.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.extrapolation(rows=[1000], steps=500)
    >>> within, *beyond = seen.column("mae")
    >>> within < min(beyond)
    True
    """
    rows = tuple(sorted(set(rows)))
    asked = {}
    for number, count in enumerate(rows):

        def tell(share: float, before: int = number) -> None:
            if on_progress is not None:
                on_progress((before + share) / len(rows))

        asked[count] = _learn_and_ask(operation, count, largest, steps, seed, tell)
        tell(1.0)

    title = (
        _("A network that adds, asked beyond its training rows")
        if operation == "add"
        else _("A network that multiplies, asked beyond its training rows")
    )
    note = _(
        "Trained on integers from 0 to {largest:,} alone; {questions:,} questions a range.",
        largest=largest,
        questions=_QUESTIONS,
    )
    return Observation(
        name="extrapolation",
        title=title,
        columns=(
            Column("rows", _("rows"), ","),
            Column("lowest", _("asked from"), ","),
            Column("highest", _("up to"), ","),
            Column("mean_answer", _("mean answer"), ",.0f"),
            Column("mae", _("MAE"), ",.2f"),
            Column("share", _("of the answer"), ".2%"),
        ),
        rows=tuple(
            (count, each.low, each.high, float(each.truth.mean()), each.error, each.share)
            for count, ranges in asked.items()
            for each in ranges
        ),
        sentences=(_within(asked), _beyond(asked), _straight(asked, operation)),
        settings={
            "operation": operation,
            "rows": rows,
            "largest": largest,
            "steps": steps,
            "seed": seed,
        },
        draw=lambda: plot_beyond(asked, title, note),
    )


def _learn_and_ask(
    operation: str,
    rows: int,
    largest: int,
    steps: int,
    seed: int,
    on_progress: ProgressCallback,
) -> list[Asked]:
    """Train a network and return what it answers of each range."""
    hidden = [Dense(_WIDTH, "relu") for _layer in range(3)]
    network = Network(*hidden, Dense(1), input_shape=2)
    trainer = Trainer(
        network,
        loss="mse",
        optimizer=SGD(_RATE),
        batch_size=_BATCH,
        seed=seed,
        measures=(),
    )
    unit = 2 * largest if operation == "add" else largest**2
    learnt = calculator(seed, operation, rows, (0, largest))
    result = trainer.fit(
        (learnt["X"] / largest, learnt["y"] / unit),
        max_epochs=max(1, round(steps / -(-rows // _BATCH))),
        on_progress=on_progress,
    )
    asked = []
    for number, (start, end) in enumerate(_REACHES):
        low, high = (start * largest + 1 if start else 0), end * largest
        # Of another seed: the pairs are none of those learnt, but by chance.
        fresh = calculator(seed + 1 + number, operation, _QUESTIONS, (low, high))
        answers = network.predict(result.parameters, fresh["X"] / largest)[:, 0] * float(unit)
        asked.append(Asked(low, high, fresh["y"], answers.astype(np.float64)))
    return asked


def _amount(value: float) -> Message:
    """Return a number as it is read: no powers of ten, no digits that say nothing."""
    return formatted(value, ",.0f" if value >= 100 else ".3g")


def _within(asked: Mapping[int, list[Asked]]) -> Message:
    (few, first), (many, last) = next(iter(asked.items())), list(asked.items())[-1]
    if few == many:
        return _(
            "Asked {low:,} to {high:,}, as it was trained, the network of {rows:,} training rows "
            "errs by {error} on average.",
            low=first[0].low,
            high=first[0].high,
            rows=few,
            error=_amount(first[0].error),
        )
    return _(
        "Asked {low:,} to {high:,}, as they were trained, the network of {few:,} rows errs by "
        "{worse} on average, that of {many:,} rows by {better}.",
        low=first[0].low,
        high=first[0].high,
        few=few,
        worse=_amount(first[0].error),
        many=many,
        better=_amount(last[0].error),
    )


def _beyond(asked: Mapping[int, list[Asked]]) -> Message:
    rows, ranges = list(asked.items())[-1]
    near, far = ranges[0], ranges[-1]
    if near.error == 0:
        return _(
            "Asked {low:,} to {high:,}, the network of {rows:,} rows errs by {error}.",
            low=far.low,
            high=far.high,
            rows=rows,
            error=_amount(far.error),
        )
    return _(
        "Asked {low:,} to {high:,}, the network of {rows:,} rows errs by {error}: "
        "{times} times as much as within its training range.",
        low=far.low,
        high=far.high,
        rows=rows,
        error=_amount(far.error),
        times=_amount(far.error / near.error),
    )


def _straight(asked: Mapping[int, list[Asked]], operation: str) -> Message:
    far = list(asked.values())[-1][-1]
    if operation == "add":
        return _(
            "Far out a network of ReLU units goes on straight, and so does a sum: there the error "
            "is {share:.2%} of the mean right answer, {answer:,.0f}.",
            share=far.share,
            answer=far.truth.mean(),
        )
    return _(
        "Far out a network of ReLU units goes on straight, and a product does not: there the error "
        "is {share:.2%} of the mean right answer, {answer:,.0f}.",
        share=far.share,
        answer=far.truth.mean(),
    )
