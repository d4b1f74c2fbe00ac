"""scikit-learn as a contestant: its MLP, driven by `partial_fit` an epoch at a time.

The MLP starts at given weights and minimises a multiple of Axone's function. With g the gradient of
Axone's loss and g′ that of scikit-learn's, g = k·g′ (k = 2/n for the mse of n outputs, because
scikit-learn minimises ½Σ(ŷ − y)²; 1 for cross-entropy; all times the loss's `scale`), so that the
learning rate becomes kη, `alpha` λ/k and Adam's ε ε/k. The averaged form of momentum is the
classical one with (1 − β)η.

Two things are done to the library, and neither changes its arithmetic: ε of its Adam is rescaled
at every step, because it stands within the bias correction there and outside it in Kingma & Ba's
algorithm 1; and where there is an L2 penalty it is computed once more, outside the time, to be
taken off the loss that scikit-learn reports.

Two softmax units for two classes, which its classifier replaces by one logistic unit, are run as
three classes of which the third never occurs: its bias, −10³⁰, gives it the probability 0, so that
it has no gradient and takes no part.
"""

import inspect
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from axone.activations import (
    ActivationFunction,
    Exponential,
    Identity,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from axone.arrays import FloatArray, IntArray
from axone.comparison.exercise import Exercise, TimedEpoch
from axone.data.examples import Examples
from axone.engines import Recipe
from axone.layers import Activation, Dense, Dropout, Flatten, GaussianNoise
from axone.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Loss,
    MeanSquaredError,
    Poisson,
)
from axone.messages import Message, _, listed
from axone.network import Network
from axone.optimizers import SGD, Adam, GradientDescent, Momentum, Nesterov
from axone.registry import name_of

ACTIVATIONS: dict[type[ActivationFunction], str] = {
    Identity: "identity",
    ReLU: "relu",
    Sigmoid: "logistic",
    Tanh: "tanh",
}
_HEADS = (
    (Softmax, CategoricalCrossEntropy),
    (Sigmoid, BinaryCrossEntropy),
    (Identity, MeanSquaredError),
    (Exponential, Poisson),
)
_OPTIMIZERS = (SGD, GradientDescent, Momentum, Nesterov, Adam)
_NEVER = -1e30
"""The bias of a class that never occurs; in float32 too it is finite, and its exponential 0."""


@dataclass(frozen=True)
class DenseRow:
    """A network as a row of dense layers: their places, activations, and what is beyond that."""

    positions: tuple[int, ...]
    functions: tuple[ActivationFunction, ...]
    strange: tuple[Message, ...]


def row_of_layers(network: Network) -> DenseRow:
    """Return a network as scikit-learn could have it, and what of it is beyond that."""
    positions: list[int] = []
    functions: list[ActivationFunction] = []
    strange: list[Message] = []
    for position, layer in enumerate(network.layers):
        # By their very class: one of the user's own that derives from it may compute anything.
        if type(layer) is Dense:
            positions.append(position)
            functions.append(layer.function)
            if not layer.bias:
                strange.append(_("a dense layer without bias"))
        elif type(layer) is Activation and functions and isinstance(functions[-1], Identity):
            assert isinstance(layer.function, ActivationFunction)  # noqa: S101 — resolved
            functions[-1] = layer.function
        elif not _does_nothing(layer):
            strange.append(_("the layer {kind}", kind=type(layer).__name__))
    return DenseRow(tuple(positions), tuple(functions), tuple(strange))


def _does_nothing(layer: Any) -> bool:
    """Whether a layer leaves flat rows as they are."""
    inert = type(layer) in (Dropout, GaussianNoise) and not layer.is_random
    return inert or type(layer) is Flatten


def obstacles(exercise: Exercise) -> tuple[Message, ...]:
    """Return what in the exercise is beyond scikit-learn's MLP; nothing if it can take part."""
    recipe = exercise.recipe
    row = row_of_layers(recipe.network)
    found = list(dict.fromkeys(row.strange))
    hidden = {name_of(function): function for function in row.functions[:-1]}
    if len(hidden) > 1:
        found.append(
            _("different activations of the hidden layers ({names})", names=listed(hidden))
        )
    found += [
        _("the activation {name}", name=name)
        for name, function in hidden.items()
        if type(function) not in ACTIVATIONS
    ]
    if recipe.frozen:
        found.append(_("frozen layers"))
    output = row.functions[-1] if row.functions else Identity()
    if (type(output), type(recipe.loss)) not in _HEADS:
        found.append(
            _(
                "the loss {loss} of {activation} outputs",
                loss=name_of(recipe.loss),
                activation=name_of(output),
            )
        )
    if (
        isinstance(recipe.loss, Poisson)
        and "loss" not in inspect.signature(MLPRegressor).parameters
    ):
        found.append(_("the loss poisson, which came with scikit-learn 1.7"))
    if type(recipe.optimizer) not in _OPTIMIZERS:
        found.append(_("the optimizer {name}", name=name_of(recipe.optimizer)))
    if recipe.penalty.l1:
        found.append(_("an L1 penalty"))
    if recipe.clipping.value is not None or recipe.clipping.norm is not None:
        found.append(_("the clipping of gradients"))
    if any(np.ptp(exercise.rates(epoch, ())) > 0 for epoch in range(exercise.epochs)):
        found.append(
            _(
                "a learning rate that changes within an epoch ({schedule})",
                schedule=name_of(recipe.schedule),
            )
        )
    return tuple(found)


def notes(exercise: Exercise) -> tuple[Message, ...]:
    """Return how scikit-learn is timed, and what is done for it to make the same steps."""
    recipe = exercise.recipe
    found = [
        _("scikit-learn: its time includes the checks of partial_fit, about 1 ms an epoch").coded(
            "checks_are_timed"
        )
    ]
    if isinstance(recipe.optimizer, Adam) and recipe.optimizer.form == "corrected":
        found.append(
            _("scikit-learn: ε of its Adam is rescaled to stand outside the bias correction").coded(
                "epsilon_rescaled"
            )
        )
    if isinstance(recipe.loss, MeanSquaredError):
        found.append(
            _("scikit-learn: it minimises ½Σ(ŷ − y)², so its settings are rescaled").coded(
                "settings_rescaled"
            )
        )
    if lacks_a_class(recipe):
        found.append(
            _("scikit-learn: two softmax units run as three, the third without effect").coded(
                "third_unit"
            )
        )
    return tuple(found)


def lacks_a_class(recipe: Recipe) -> bool:
    """Whether the network has softmax for two classes, for which scikit-learn has one unit."""
    softmax = isinstance(recipe.loss, CategoricalCrossEntropy)
    return softmax and recipe.network.output_shape == (2,)


def gradient_ratio(loss: Loss, outputs: int) -> float:
    """Return k: how many times scikit-learn's gradient Axone's is."""
    if isinstance(loss, MeanSquaredError):
        return 2 * loss.scale / outputs
    return loss.scale if isinstance(loss, CategoricalCrossEntropy) else loss.scale / outputs


def _loss_ratio(loss: Loss, outputs: int) -> float:
    """Return how many times the loss that scikit-learn reports Axone's is."""
    if isinstance(loss, MeanSquaredError):
        return 2 * loss.scale  # it reports the mean over the outputs, but minimises their sum
    return gradient_ratio(loss, outputs)


class _GivenWeights:
    """What lies over scikit-learn's MLP: where it starts, and its penalty apart from its loss."""

    given: Iterator[tuple[FloatArray, FloatArray]]
    penalty = 0.0
    aside = 0.0

    def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[FloatArray, FloatArray]:
        return next(self.given)

    def _backprop(self, *arguments: Any) -> Any:
        """Run scikit-learn's backpropagation; add up the penalty, on a clock of its own."""
        if self.alpha:  # type: ignore[attr-defined]
            started = time.perf_counter()
            squares = sum(np.vdot(weight, weight) for weight in self.coefs_)  # type: ignore[attr-defined]
            self.penalty += 0.5 * self.alpha * float(squares)  # type: ignore[attr-defined]
            self.aside += time.perf_counter() - started
        return super()._backprop(*arguments)  # type: ignore[misc]


class _Classifier(_GivenWeights, MLPClassifier):  # type: ignore[misc]
    """scikit-learn's classifier, starting where it is told."""


class _Regressor(_GivenWeights, MLPRegressor):  # type: ignore[misc]
    """scikit-learn's regressor, starting where it is told."""


class _OuterEpsilonAdam(AdamOptimizer):  # type: ignore[misc]
    """scikit-learn's Adam with ε where algorithm 1 of Kingma & Ba (2015) puts it.

    √v̂ + ε = (√v + ε√(1 − β₂ᵗ))/√(1 − β₂ᵗ), so that ε√(1 − β₂ᵗ) is what scikit-learn must add.
    """

    outer_epsilon = 1e-8

    def _get_updates(self, grads: Any) -> Any:
        self.epsilon = self.outer_epsilon * math.sqrt(1 - self.beta_2 ** (self.t + 1))
        return super()._get_updates(grads)


class ScikitLearnContestant:
    """scikit-learn's `MLPClassifier` or `MLPRegressor`.

    Its rows come in Axone's order, gathered within its time as its own shuffle would; that the
    shuffle itself is drawn beforehand, and that neither finiteness nor settings are checked, is to
    its advantage.
    """

    def __init__(self, exercise: Exercise) -> None:
        recipe = exercise.recipe
        self.exercise = exercise
        self.positions = row_of_layers(recipe.network).positions
        self.outputs = math.prod(recipe.network.output_shape)
        self.ratio = gradient_ratio(recipe.loss, self.outputs)
        self.is_classifier = recipe.loss.task == "classification"
        self.unused = lacks_a_class(recipe)
        classes = max(2, self.outputs + self.unused)
        self.labels = {"classes": np.arange(classes)} if self.is_classifier else {}
        self.X, self.y = self._rows(exercise.train)
        weights = self._initial_weights()
        self.model = self._model(weights)
        self.model.given = iter(weights)
        self.model._optimizer = self._optimizer(weights)

    def _rows(self, rows: Examples) -> tuple[FloatArray, FloatArray]:
        X, y = rows.X.reshape(len(rows), -1), rows.target
        if self.is_classifier:
            return X, y.reshape(len(y)).astype(np.int64)
        return X, y[:, 0] if self.outputs == 1 else y.reshape(len(y), -1)

    def _initial_weights(self) -> list[tuple[FloatArray, FloatArray]]:
        """Return (coefs, intercepts) of every layer, in arrays of their own."""
        arrays = self.exercise.initial
        pairs = [
            (arrays[f"{n}.weight"].T.copy(), arrays[f"{n}.bias"].copy()) for n in self.positions
        ]
        if self.unused:
            weight, bias = pairs[-1]
            nothing = np.zeros_like(weight[:, :1])
            never = np.asarray([_NEVER], dtype=bias.dtype)
            pairs[-1] = np.hstack([weight, nothing]), np.concatenate([bias, never])
        return pairs

    def _model(self, weights: list[tuple[FloatArray, FloatArray]]) -> Any:
        recipe = self.exercise.recipe
        functions = row_of_layers(recipe.network).functions[:-1]
        settings: dict[str, Any] = {
            "hidden_layer_sizes": [bias.size for _, bias in weights[:-1]],
            "activation": ACTIVATIONS[type(functions[0])] if functions else "identity",
            "solver": "adam" if isinstance(recipe.optimizer, Adam) else "sgd",
            "alpha": recipe.penalty.l2 / self.ratio,
            "batch_size": self.exercise.batch_size,
            "shuffle": False,
            "tol": 0.0,
            "n_iter_no_change": np.inf,
        }
        if isinstance(recipe.loss, Poisson):
            settings["loss"] = "poisson"
        return (_Classifier if self.is_classifier else _Regressor)(**settings)

    def _optimizer(self, weights: list[tuple[FloatArray, FloatArray]]) -> Any:
        optimizer = self.exercise.recipe.optimizer
        arrays = [weight for weight, _ in weights] + [bias for _, bias in weights]
        if isinstance(optimizer, Adam) and optimizer.form == "uncorrected":
            betas = {"beta_1": optimizer.beta_1, "beta_2": optimizer.beta_2}
            return AdamOptimizer(arrays, epsilon=optimizer.epsilon / self.ratio, **betas)
        if isinstance(optimizer, Adam):
            adam = _OuterEpsilonAdam(arrays, beta_1=optimizer.beta_1, beta_2=optimizer.beta_2)
            adam.outer_epsilon = optimizer.epsilon / self.ratio
            return adam
        momentum = getattr(optimizer, "beta", 0.0)
        nesterov = isinstance(optimizer, Nesterov)
        return SGDOptimizer(arrays, momentum=momentum, nesterov=nesterov)

    def run_epoch(self, order: IntArray, rates: FloatArray) -> TimedEpoch:
        """Train for one epoch; weights that are no longer finite give the loss NaN."""
        model = self.model
        self._set_rate(float(rates[0]))
        learnt = order[: sum(self.exercise.batch_rows)]
        model.penalty = model.aside = 0.0
        started = time.perf_counter()
        try:
            with config_context(assume_finite=True, skip_parameter_validation=True):
                model.partial_fit(self.X[learnt], self.y[learnt], **self.labels)
        except ValueError:
            if np.isfinite(self.weights()).all():
                raise
            return TimedEpoch(math.nan, time.perf_counter() - started)
        seconds = time.perf_counter() - started - model.aside
        loss = model.loss_ - model.penalty / len(learnt)
        return TimedEpoch(
            float(_loss_ratio(self.exercise.recipe.loss, self.outputs) * loss), seconds
        )

    def _set_rate(self, rate: float) -> None:
        optimizer, rule = self.model._optimizer, self.exercise.recipe.optimizer
        averaged = isinstance(rule, Momentum) and rule.form == "averaged"
        if isinstance(rule, Adam):
            optimizer.learning_rate_init = rate
            return
        before = optimizer.learning_rate
        optimizer.learning_rate = rate * self.ratio * (1 - optimizer.momentum if averaged else 1)
        # Its velocity is a heavy ball's, η₁g₁ + …, where Axone's other forms hold gradients.
        if isinstance(rule, Momentum) and rule.form == "heavy_ball":
            return
        change = optimizer.learning_rate / before
        optimizer.velocities = [velocity * change for velocity in optimizer.velocities]

    def validation_loss(self) -> float | None:
        """Return the mean loss of the validation rows; None without such rows.

        From the predictions, whose logarithms are bounded at 10⁻¹² where Axone takes logits.
        """
        rows = self.exercise.validation
        if rows is None:
            return None
        X, _ = self._rows(rows)
        predicted = self.model.predict_proba(X) if self.is_classifier else self.model.predict(X)
        if self.is_classifier:
            predicted = predicted[:, 1:] if self.outputs == 1 else predicted[:, : self.outputs]
        shaped = predicted.reshape(rows.target.shape if rows.target.ndim > 1 else predicted.shape)
        loss = self.exercise.recipe.loss
        return float(loss.scale * loss.rows(shaped, rows.target).mean())

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,), laid out as Axone's."""
        arrays = {}
        pairs = zip(self.positions, self.model.coefs_, self.model.intercepts_, strict=True)
        for position, weight, bias in pairs:
            arrays[f"{position}.weight"], arrays[f"{position}.bias"] = weight.T, bias
        if self.unused:
            last = self.positions[-1]
            arrays[f"{last}.weight"] = arrays[f"{last}.weight"][: self.outputs]
            arrays[f"{last}.bias"] = arrays[f"{last}.bias"][: self.outputs]
        return self.exercise.initial.replaced(arrays).vector
