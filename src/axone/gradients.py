"""The gradient of one batch on demand, by any engine, for gradient checks and explanations."""

from collections.abc import Mapping
from typing import Any, cast

from axone.arrays import DType
from axone.data import Examples
from axone.engines import Recipe, compile_recipe
from axone.errors import ShapeError
from axone.losses import LOSSES, Loss, prepare_weights
from axone.messages import _
from axone.network import Network
from axone.optimizers import SGD
from axone.parameters import Parameters
from axone.penalties import Penalty


def loss_and_gradient(
    network: Network,
    parameters: Parameters,
    X: Any,
    y: Any,
    *,
    loss: Loss | str | Mapping[str, Any],
    sample_weight: Any = None,
    mask: Any = None,
    l1: float = 0.0,
    l2: float = 0.0,
    engine: str = "auto",
    seed: int = 0,
    step: int = 1,
) -> tuple[float, Parameters]:
    """Return the loss of a batch and its gradient, computed in the precision of `parameters`.

    Parameters
    ----------
    X : array of shape (m, *network.input_shape)
    y : array of m targets
    loss : str, mapping or Loss
    sample_weight : array of shape (m,), optional
    mask : array of bool of shape (m, length), optional
        Which positions of each row are there; all if left out.
    l1, l2 : float
        Penalties that are part of the loss.
    seed, step : int
        Which dropout masks and noise are drawn.

    Returns
    -------
    loss : float
        Mean over the rows, penalties included.
    gradient : Parameters
        ∂loss/∂p for every trainable p, under the same names.

    Raises
    ------
    ShapeError, DataError
        Parameters of another network, rows, targets or weights that do not fit.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> network = ax.Network(ax.Dense(1), input_shape=1)
    >>> parameters = network.initialize(dtype="float64").replaced({"0.weight": [[0.0]]})
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> loss, gradient = ax.loss_and_gradient(network, parameters, x, x + 1, loss="mse")
    >>> loss, gradient["0.weight"].tolist(), gradient["0.bias"].tolist()
    (13.5, [[-20.0]], [-7.0])
    """
    dtype = cast(DType, str(parameters.vector.dtype))
    resolved = LOSSES.resolve(loss)
    recipe = Recipe(network, resolved, SGD(), penalty=Penalty(l1, l2), dtype=dtype, seed=seed)
    plan = compile_recipe(recipe, engine).plan
    network.check_parameters(parameters)
    examples = network.cast_examples(network.check_examples(X), dtype)
    target = resolved.prepare(y, network.output_shape, dtype)
    if len(examples) != len(target) or len(examples) == 0:
        raise ShapeError(
            _(
                "A batch needs rows, and a target for each: there are {rows} rows in "
                "X and {targets} targets.",
                rows=len(examples),
                targets=len(target),
            )
        )
    weight, present = sample_weight, network.check_mask(mask, len(examples))
    if weight is not None:
        weight = prepare_weights(weight, len(examples), dtype)
    return plan.loss_and_gradient(parameters, Examples(examples, target, weight, present), step)
