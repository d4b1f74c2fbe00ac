"""What a network's outputs mean for a picture: shares of classes, or one number a point."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.experiments.network_pictures.answers import first_of
from axone.experiments.preparation import Prepared
from axone.messages import _
from axone.metrics import predicted_labels
from axone.model import Classes, Inputs, NextCharacter, Target, class_probabilities
from axone.model.model import reconstruction_errors

AnswerKind: TypeAlias = Literal["classes", "numbers", "errors"]


@dataclass(frozen=True, eq=False)
class Answering:
    """From outputs to what is drawn.

    Attributes
    ----------
    kind : {"classes", "numbers", "errors"}
        Classes; predicted numbers; or, of an autoencoder, how far rows are from what it gives back.
    target : Target
    classes : int
        How many there are; 0 of numbers.
    number : int
        Which of several predicted numbers is shown.
    name : str
        What is predicted.
    """

    kind: AnswerKind
    target: Target
    classes: int
    number: int
    name: str

    @classmethod
    def of(cls, prepared: Prepared, number: int = 0) -> "Answering":
        """Say what the outputs of an experiment's network mean."""
        target = prepared.target
        if isinstance(target, Classes | NextCharacter):
            return cls("classes", target, len(target.class_names), 0, target.column)
        if isinstance(target, Inputs):
            return cls("errors", target, 0, 0, _("error of reconstruction"))
        name = target.names[number] if target.names else target.column
        return cls("numbers", target, 0, number, name)

    def labels(self, outputs: FloatArray) -> IntArray:
        """Return the number of each row's class."""
        return np.minimum(predicted_labels(outputs), self.classes - 1)

    def shares(self, outputs: FloatArray) -> FloatArray:
        """Return a column for each class, (m, K): its probability."""
        if self.classes == 1:
            return np.ones_like(outputs)
        return class_probabilities(outputs)

    def numbers(self, outputs: FloatArray, inputs: FloatArray) -> FloatArray:
        """Return one number a row: in the target's own units, or the error of reconstruction."""
        if self.kind == "errors":
            return reconstruction_errors(inputs, outputs)
        return self.wanted(np.asarray(self.target.decode(outputs), dtype=np.float64))

    def wanted(self, y: FloatArray) -> FloatArray:
        """Return that of several targets which is shown, (m,)."""
        if self.number == 0:
            return first_of(y)
        return np.asarray(y.reshape(len(y), -1)[:, self.number])
