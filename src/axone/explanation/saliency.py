"""Saliency: how each number of an example moves the answer, ∂z/∂x (Simonyan et al. 2014).

z is the logit of the winning class and not its probability: where the network is sure of itself a
probability no longer moves, and its gradient says nothing.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from axone.activations import Sigmoid
from axone.arrays import BoolArray, FloatArray, IntArray
from axone.checks import as_array
from axone.errors import DataError, ShapeError
from axone.layers import PREDICTION, Context
from axone.layers.layer import AnyCache
from axone.layers.sequence import backward_through, forward_through
from axone.messages import _
from axone.network import Network
from axone.parameters import Parameters

_ROWS = 256
"""Examples taken at a time, at most: every layer remembers what it computed of them."""


def saliency(
    network: Network, parameters: Parameters, X: Any, *, outputs: Any = None, mask: Any = None
) -> FloatArray:
    """Return ∂z/∂x of every example: where a change of x would move an output, and which way.

    z are the outputs before the output activation. Nothing is random: dropout is off, and batch
    norm uses its running averages. Backpropagation goes on past the first layer, ∂z/∂x being what
    that one hands back.

    Parameters
    ----------
    network : Network
    parameters : Parameters
    X : array of shape (m, *network.input_shape)
        As the network takes them, already scaled.
    outputs : array of int, shape (m,), or int, optional
        The output of each row that is looked at; by default the largest, the winning class. Where
        one sigmoid output stands for two classes, 1 is its logit z and 0 is −z.
    mask : array of bool, shape (m, length), optional
        Which positions of each row are there; on the others nothing depends, and ∂z/∂x is 0.

    Returns
    -------
    array of shape (m, *network.input_shape)
        In the precision of the parameters.

    Raises
    ------
    ShapeError
        Examples, parameters or a mask that do not fit, outputs that are not one a row, or a network
        whose outputs are no row of numbers.
    DataError
        The network reads token numbers, along which nothing changes gradually; or there is no such
        output.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    >>> weight = [[1.0, 2.0, 3.0], [-1.0, 0.0, 0.5]]
    >>> parameters = network.initialize(dtype="float64").replaced({"0.weight": weight})
    >>> ax.saliency(network, parameters, [[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]).tolist()
    [[1.0, 2.0, 3.0], [-1.0, 0.0, 0.5]]
    """
    looked_at = LookedAt.checked(network, parameters, X, outputs, mask)
    return looked_at.slopes(looked_at.X, np.arange(len(looked_at.X)))


@dataclass(frozen=True)
class LookedAt:
    """One output of each row of a batch, as a function of the row.

    Attributes
    ----------
    network : Network
    parameters : Parameters
    X : array of shape (m, *network.input_shape)
    chosen : array of int, shape (m,), or None
        Which output of each row; None for the largest one wherever it is looked at.
    mask : array of bool of shape (m, length), or None
    """

    network: Network
    parameters: Parameters
    X: FloatArray
    chosen: IntArray | None
    mask: BoolArray | None

    @classmethod
    def checked(
        cls, network: Network, parameters: Parameters, X: Any, outputs: Any, mask: Any
    ) -> "LookedAt":
        """Check what `saliency` was given."""
        X = network.check_examples(X)
        present = network.check_mask(mask, len(X))
        network.check_parameters(parameters)
        _require_differentiable(network)
        chosen = None if outputs is None else _checked_outputs(outputs, len(X), _classes(network))
        X = network.cast_examples(X, parameters.vector.dtype)
        return cls(network, parameters, X, chosen, present)

    def decided(self) -> "LookedAt":
        """Return the same with an output chosen for each row, the largest at X."""
        if self.chosen is not None:
            return self
        rows, chosen = np.arange(len(self.X)), np.zeros(len(self.X), np.intp)
        for group in self._groups(len(rows)):
            chosen[group] = self._scores(self.X[group], rows[group])[0].argmax(axis=1)
        return replace(self, chosen=chosen)

    def values(self, x: FloatArray, rows: IntArray) -> FloatArray:
        """Return z of the output looked at, at x, which stand in the places of these rows."""
        found = np.zeros(len(x), x.dtype)
        for group in self._groups(len(x)):
            scores, _caches = self._scores(x[group], rows[group])
            found[group] = scores[np.arange(len(scores)), self._wanted(scores, rows[group])]
        return found

    def slopes(self, x: FloatArray, rows: IntArray) -> FloatArray:
        """Return ∂z/∂x there."""
        layers, _ending = self.network.split_output()
        found = np.zeros(x.shape, x.dtype)
        for group in self._groups(len(x)):
            scores, caches = self._scores(x[group], rows[group])
            # ∂z[wanted]/∂z: 1 there, 0 elsewhere.
            dz = np.eye(scores.shape[1], dtype=scores.dtype)[self._wanted(scores, rows[group])]
            if _stands_for_two_classes(self.network):
                dz = dz[:, 1:] - dz[:, :1]
            found[group] = backward_through(layers, self.parameters.by_layer, caches, dz)[0]
        return found

    def _wanted(self, scores: FloatArray, rows: IntArray) -> IntArray:
        return scores.argmax(axis=1) if self.chosen is None else self.chosen[rows]

    def _groups(self, count: int) -> list[slice]:
        together = self.network.rows_together(_ROWS)
        return [slice(start, start + together) for start in range(0, count, together)]

    def _scores(self, x: FloatArray, rows: IntArray) -> tuple[FloatArray, list[AnyCache]]:
        layers, _ending = self.network.split_output()
        context = PREDICTION if self.mask is None else Context(mask=self.mask[rows])
        z, caches = forward_through(layers, self.parameters.by_layer, x, context)
        return np.hstack([-z, z]) if _stands_for_two_classes(self.network) else z, caches


def _stands_for_two_classes(network: Network) -> bool:
    _layers, ending = network.split_output()
    return network.output_shape == (1,) and isinstance(ending, Sigmoid)


def _classes(network: Network) -> int:
    return 2 if _stands_for_two_classes(network) else network.output_shape[0]


def _require_differentiable(network: Network) -> None:
    if network.takes_tokens:
        raise DataError(
            _(
                "Layer 0 ({kind}) reads token numbers, which have no values in between: there is "
                "no gradient with respect to them.",
                kind=network.layer_kind(0),
            )
        )
    if len(network.output_shape) != 1:
        raise ShapeError(
            _(
                "Saliency is that of one number a row, of a class or of a target; this network's "
                "outputs have shape {shape}.",
                shape=network.output_shape,
            )
        )


def _checked_outputs(outputs: Any, rows: int, classes: int) -> IntArray:
    """Return one output number a row."""
    numbers = as_array(outputs, "outputs")
    if numbers.shape not in ((), (rows,)):
        raise ShapeError(
            _(
                "outputs has shape {shape}: give one number, or one for each of the {rows} rows.",
                shape=numbers.shape,
                rows=rows,
            )
        )
    whole = numbers.dtype.kind in "iu"
    if not whole or (numbers.size and (numbers.min() < 0 or numbers.max() >= classes)):
        raise DataError(
            _(
                "outputs must be whole numbers from 0 to {last}; found {found:.60}.",
                last=classes - 1,
                found=str(numbers.tolist()),
            )
        )
    return np.broadcast_to(numbers.astype(np.intp), (rows,))
