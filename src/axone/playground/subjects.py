"""What is gone through step by step: a row, or what somebody typed, and the weights that are shown.

With the loss, the penalties, the frozen layers and the optimiser of the run, as `axone explain` has
them of a result folder; what the optimiser remembers is left aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.errors import ArgumentTypeError, DataError
from axone.experiments.preparation import Part, Prepared
from axone.experiments.training import learnt_target
from axone.messages import Message, _
from axone.model import Classes, NextCharacter
from axone.optimizers import Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.playground.bench import Bench
from axone.playground.examples import cells_of, find_row, number_of_row
from axone.playground.typed import typed_example, typed_target

MOST_MOVED = 300_000
"""Parameters of which the step of an optimiser is shown: each is written a dozen times."""


@dataclass(frozen=True, eq=False)
class Subject:
    """One example and all that is done to it.

    Attributes
    ----------
    prepared : Prepared
    parameters : Parameters
        In float64: the numbers add up to the last figure that is shown.
    X : array of shape (1, …)
    mask : array of bool, shape (1, length), or None
    y : array or None
        What it is to come to, as the network learns it; None where nobody says.
    target, labels : array or None
        The same as a part has it, and what the row is where that is not learnt.
    title : Message
    part : str or None
    place, number : int or None
        Of a row: its place within its part, its number in the dataset.
    cells : list
        As the source has them.
    """

    prepared: Prepared
    parameters: Parameters
    X: FloatArray
    mask: BoolArray | None
    y: Any
    target: Any
    labels: Any
    title: Message
    part: str | None
    place: int | None
    number: int | None
    cells: list[Any]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the inputs are called, where each is one number."""
        preprocessing, shape = self.prepared.preprocessing, self.prepared.network.input_shape
        for names in (preprocessing.output_names, preprocessing.feature_names):
            if shape == (len(names),):
                return tuple(names)
        return ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs are called, where they are classes."""
        target = self.prepared.target
        return target.class_names if isinstance(target, Classes | NextCharacter) else ()


def subject_of(bench: Bench, fields: Mapping[str, Any]) -> Subject:
    """Return what a page asks to be gone through: ``row``, or ``values`` and perhaps ``target``.

    Raises
    ------
    ArgumentTypeError, ConfigurationError, DataError
        There is no such row, or the values are no example.
    """
    prepared, parameters = bench.design.prepared, bench.parameters().astype("float64")
    if fields.get("values") is not None:
        return _typed(prepared, parameters, fields)
    if fields.get("row") is None:
        raise ArgumentTypeError(_("row: choose a row, or give values"))
    name, place = find_row(prepared, fields["row"])
    part = prepared.parts[name].rows(np.array([place]))
    number = number_of_row(prepared.parts[name], place)
    mask = part.mask if prepared.network.takes_masks else None
    return Subject(
        prepared,
        parameters,
        part.X,
        mask,
        learnt_target(prepared.target, part),
        part.y,
        part.labels,
        _("Row {number} of {name}", number=number, name=prepared.dataset.name),
        name,
        place,
        number,
        cells_of(prepared, name, np.array([place]), None)[0],
    )


def _typed(prepared: Prepared, parameters: Parameters, fields: Mapping[str, Any]) -> Subject:
    X, mask = typed_example(prepared, fields["values"])
    y, target = None, None
    if fields.get("target") is not None:
        target = typed_target(prepared, fields["target"])
        y = learnt_target(prepared.target, Part(X, target))
    title = _("An example of your own")
    return Subject(
        prepared, parameters, X, mask, y, target, None, title, None, None, None, fields["values"]
    )


def rule_of(bench: Bench) -> tuple[Optimizer | None, Penalty, Clipping, tuple[str, ...]]:
    """Return how the run moves its weights, and what is to be said of it.

    No optimiser where there are too many weights to show a step of.
    """
    prepared, notes = bench.design.prepared, []
    training = prepared.experiment.settings.training
    optimizer: Optimizer | None = training.optimizer
    if prepared.network.layout.size > MOST_MOVED:
        optimizer = None
        notes.append(
            _(
                "Of {count:,} parameters the step of the optimiser is not written out.",
                count=prepared.network.layout.size,
            )
        )
    elif optimizer is not None and optimizer.stepwise:
        optimizer = replace(optimizer, learning_rate=float(bench.run.state.learning_rate))
        if optimizer.slots:
            notes.append(
                _("The optimiser makes its first step: what it remembers of the run is left aside.")
            )
    elif optimizer is not None:
        notes.append(
            _("L-BFGS learns from all rows together: its first iteration is as if this were all.")
        )
    penalty = Penalty(training.l1, training.l2)
    return optimizer, penalty, Clipping(training.clip_value, training.clip_norm), tuple(notes)


def frozen_of(prepared: Prepared) -> int:
    """Return how many layers, the first ones, are not moved."""
    return prepared.network.layers_up_to(prepared.experiment.settings.network.frozen)


def require_target(subject: Subject) -> None:
    """Refuse what takes a target where none is there.

    Raises
    ------
    DataError
        There is none.
    """
    if subject.y is None:
        raise DataError(_("target: what the example is to come to is not known"))
