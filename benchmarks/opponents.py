"""Who is measured: both engines of Axone, scikit-learn, PyTorch and JAX, training the same way.

`prepare` takes a workload and its rows and returns a whole fit, to be called again and again. A fit
begins with fresh weights and builds whatever its library builds; what a library may keep from one
fit to the next (JAX's compiled epoch) is made by `prepare`. How many threads they use is for the
environment of the process to say: see `benchmarks.machine`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.workloads import LEARNING_RATE, Workload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.neural_network import MLPClassifier

    from axone.training import Trainer
    from benchmarks.workloads import Rows


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves.

    Attributes
    ----------
    steps : int
        Updates made, as the library counts them.
    predict : callable
        Features to class numbers: what was learnt, looked at outside the time that is measured.
    """

    steps: int
    predict: "Callable[[NDArray[np.float32]], NDArray[np.int64]]"


Fit = Callable[[], Fitted]


@dataclass(frozen=True)
class Opponent:
    """A library and how it is used.

    Attributes
    ----------
    name : str
    modules : tuple of str
        What a program imports to train with it.
    prepare : callable
        A workload and its rows to a `Fit`.
    """

    name: str
    modules: tuple[str, ...]
    prepare: "Callable[[Workload, Rows], Fit]"

    @property
    def available(self) -> bool:
        """Whether it is installed, and for the compiled engine, built."""
        if find_spec(self.modules[0].partition(".")[0]) is None:
            return False
        return self.name != "axone" or _compiled_engine_is_built()


def _compiled_engine_is_built() -> bool:
    import axone as ax

    try:
        ax.get_engine("native")
    except ax.ConfigurationError:
        return False
    return True


def axone_trainer(
    workload: Workload, engine: str, seed: int = 0, activation: str = "relu"
) -> "Trainer":
    """Return the workload's network, compiled."""
    import axone as ax

    *hidden, outputs = workload.sizes[1:]
    network = ax.Network(
        *(ax.Dense(units, activation) for units in hidden),
        ax.Dense(outputs, "softmax"),
        input_shape=workload.sizes[0],
    )
    return ax.Trainer(
        network,
        loss="categorical_cross_entropy",
        optimizer=ax.Adam(LEARNING_RATE),
        batch_size=workload.batch_size,
        engine=engine,
        seed=seed,
    )


def scikit_learn_model(workload: Workload, seed: int = 0) -> "MLPClassifier":
    """Return the same network of scikit-learn, which never stops before its last epoch."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=workload.sizes[1:-1],
        solver="adam",
        alpha=0.0,
        learning_rate_init=LEARNING_RATE,
        batch_size=workload.batch_size,
        max_iter=workload.epochs,
        tol=0.0,
        n_iter_no_change=workload.epochs + 1,
        random_state=seed,
    )


def _prepare_axone(engine: str) -> "Callable[[Workload, Rows], Fit]":
    def prepare(workload: Workload, rows: "Rows") -> Fit:
        def fit() -> Fitted:
            trainer = axone_trainer(workload, engine)
            network = trainer.network
            result = trainer.fit(rows, max_epochs=workload.epochs)
            return Fitted(
                result.steps, lambda X: network.predict(result.parameters, X).argmax(axis=1)
            )

        return fit

    return prepare


def _prepare_scikit_learn(workload: Workload, rows: "Rows") -> Fit:
    from sklearn.exceptions import ConvergenceWarning

    def fit() -> Fitted:
        model = scikit_learn_model(workload)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(*rows)
        return Fitted(model.n_iter_ * (workload.rows // workload.batch_size), model.predict)

    return fit


def _prepare_pytorch(workload: Workload, rows: "Rows") -> Fit:
    import torch
    from torch import nn

    def build() -> nn.Sequential:
        *hidden, outputs = workload.sizes[1:]
        layers: list[nn.Module] = []
        inputs = workload.sizes[0]
        for units in hidden:
            layers += [nn.Linear(inputs, units), nn.ReLU()]
            inputs = units
        return nn.Sequential(*layers, nn.Linear(inputs, outputs))

    def fit() -> Fitted:
        torch.manual_seed(0)
        X, y = (torch.from_numpy(array) for array in rows)
        model = build()
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
        steps = 0
        for _ in range(workload.epochs):
            for batch in torch.randperm(workload.rows).split(workload.batch_size):
                logits = model(X.index_select(0, batch))
                loss = nn.functional.cross_entropy(logits, y.index_select(0, batch))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                steps += 1

        def predict(X: "NDArray[np.float32]") -> "NDArray[np.int64]":
            with torch.no_grad():
                return model(torch.from_numpy(X)).argmax(dim=1).numpy()

        return Fitted(steps, predict)

    return fit


def jax_epoch(workload: Workload) -> tuple[Any, Any]:
    """Return an epoch of training as a function to be compiled, and the network's forward pass.

    The epoch takes weights and Adam's averages with the number of steps, X, y and the order of the
    rows in batches, and returns the first of these and the losses.
    """
    import jax
    import jax.numpy as jnp

    def forward(parameters: Any, X: Any) -> Any:
        *hidden, (weight, bias) = parameters
        for hidden_weight, hidden_bias in hidden:
            X = jax.nn.relu(X @ hidden_weight + hidden_bias)
        return X @ weight + bias

    def loss(parameters: Any, X: Any, y: Any) -> Any:
        log_probabilities = jax.nn.log_softmax(forward(parameters, X))
        return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean()

    def adam(parameters: Any, gradient: Any, first: Any, second: Any, step: Any) -> Any:
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        rate = LEARNING_RATE / (1 - 0.9**step)
        scale = 1 / jnp.sqrt(1 - 0.999**step)
        parameters = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) * scale + 1e-8), parameters, first, second
        )
        return parameters, first, second

    def run_epoch(state: Any, X: Any, y: Any, order: Any) -> Any:
        def update(state: Any, batch: Any) -> Any:
            parameters, first, second, step = state
            value, gradient = jax.value_and_grad(loss)(parameters, X[batch], y[batch])
            return (*adam(parameters, gradient, first, second, step + 1), step + 1), value

        return jax.lax.scan(update, state, order)

    return run_epoch, forward


def jax_start(workload: Workload, networks: tuple[int, ...] = ()) -> Any:
    """Return drawn weights, Adam's averages and the steps made; of several networks, stacked."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    random = np.random.default_rng(0)
    parameters = [
        (
            jnp.asarray(
                random.normal(0, (2 / inputs) ** 0.5, (*networks, inputs, units)), jnp.float32
            ),
            jnp.zeros((*networks, units)),
        )
        for inputs, units in pairwise(workload.sizes)
    ]
    first, second = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
    return parameters, first, second, jnp.zeros(networks, jnp.int32)


def _prepare_jax(workload: Workload, rows: "Rows") -> Fit:
    import jax
    import jax.numpy as jnp
    import numpy as np

    steps = workload.rows // workload.batch_size
    epoch, forward = jax_epoch(workload)
    run_epoch = jax.jit(epoch, donate_argnums=0)
    predict = jax.jit(forward)

    def fit() -> Fitted:
        random = np.random.default_rng(1)
        X, y = jnp.asarray(rows[0]), jnp.asarray(rows[1].astype(np.int32))
        state = jax_start(workload)
        for _ in range(workload.epochs):
            order = random.permutation(workload.rows).astype(np.int32)
            state, _ = run_epoch(state, X, y, order.reshape(steps, workload.batch_size))
        trained, *_, step = jax.block_until_ready(state)
        return Fitted(int(step), lambda X: np.asarray(predict(trained, X)).argmax(axis=1))

    return fit


OPPONENTS = {
    opponent.name: opponent
    for opponent in (
        Opponent("axone", ("axone.training",), _prepare_axone("native")),
        Opponent("reference", ("axone.training",), _prepare_axone("reference")),
        Opponent("scikit-learn", ("sklearn.neural_network",), _prepare_scikit_learn),
        Opponent("pytorch", ("torch",), _prepare_pytorch),
        Opponent("jax", ("jax", "jax.numpy"), _prepare_jax),
    )
}
