"""The gradient of one batch on demand, by any engine, for gradient checks and explanations."""

from collections.abc import Mapping
from typing import Any, cast

from axone.arrays import DType
from axone.engines import Recipe, get_engine
from axone.losses import LOSSES, Loss
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
    import numpy as np

    dtype = cast(DType, str(parameters.vector.dtype))
    resolved = LOSSES.resolve(loss)
    recipe = Recipe(network, resolved, SGD(), penalty=Penalty(l1, l2), dtype=dtype, seed=seed)
    program = get_engine(engine).compile(recipe)
    examples = network.check_examples(X).astype(dtype, copy=False)
    target = resolved.prepare(np.asarray(y), network.output_shape, dtype)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=dtype)
    return program.loss_and_gradient(parameters, examples, target, weight, step)
