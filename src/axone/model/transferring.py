"""Transfer: what a model has learnt begins another, whose head is new (Yosinski et al. 2014).

The body, every layer below the last one with weights, keeps its weights and the preprocessing that
they are used to; the head suits the new target, and starts from the seed. With few rows the body is
best frozen: then only the head learns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import DType, FloatArray
from axone.checks import check_integer
from axone.data import Preprocessing
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.layers import Dense, Layer
from axone.losses import LOSSES, Loss
from axone.messages import _
from axone.model.files import load
from axone.model.model import Model
from axone.model.targets import Classes, Numbers, Target
from axone.network import Network
from axone.parameters import Parameters


@dataclass(frozen=True)
class Transfer:
    """A network that begins with the body of a trained model.

    Attributes
    ----------
    source : Model
        Whose body it is.
    network : Network
        The body's layers, then new ones.
    kept : int
        How many layers, the first ones, begin with the source's weights.
    frozen : int
        How many of them are not to learn: for ``Trainer(frozen=…)``.
    loss : Loss
        That suits the new target.
    target : Target
    """

    source: Model
    network: Network
    kept: int
    frozen: int
    loss: Loss
    target: Target

    @property
    def preprocessing(self) -> Preprocessing:
        """From raw rows to the network's inputs: the source's."""
        return self.source.preprocessing

    def inputs(self, X: Any, dtype: DType = "float32") -> FloatArray:
        """Return raw rows as the network takes them."""
        return self.preprocessing.transform(X, dtype)

    def parameters(self, seed: int = 0, dtype: DType = "float32") -> Parameters:
        """Return the weights to start from: the body's learnt ones, the others of the seed.

        Give them to the trainer: ``fit(…, initial=start.parameters())``.
        """
        drawn = self.network.initialize(seed, dtype)
        return with_body(drawn, self.source.parameters, self.kept)

    def model(self, parameters: Parameters) -> Model:
        """Return the model of the new target, once its weights are trained."""
        self.network.check_parameters(parameters)
        members = (parameters,)
        return Model(self.network, members, self.loss, self.preprocessing, self.target)


def transfer(
    model: Any,
    *,
    classes: int | Sequence[Any] | None = None,
    outputs: int | None = None,
    layers: Sequence[Layer] = (),
    frozen: int | str = 0,
) -> Transfer:
    """Begin a network for another target with what a model has learnt.

    Parameters
    ----------
    model : Model, fitted estimator, or path
        Trained on something like it. Of a path, a model file or the folder of a run. Of several
        networks whose outputs are averaged the first is taken.
    classes : int or sequence, optional
        The new classes, or how many there are. Either these or `outputs`.
    outputs : int, optional
        How many numbers are to be predicted.
    layers : sequence of Layer, optional
        Between the body and the new output layer.
    frozen : int or str, default 0
        How many layers, the first ones, are not to learn, or the name of the last of them.

    Returns
    -------
    Transfer

    Raises
    ------
    ConfigurationError
        Neither or both of `classes` and `outputs`; a model whose only weights are its head's; more
        frozen layers than the body has.
    ShapeError
        The new layers do not fit the body.
    ModelFileError
        The path holds no model.

    Examples
    --------
    >>> import axone as ax
    >>> digits = ax.MLPClassifier((32, 16), early_stopping=True, random_state=0)
    >>> X, y = ax.load_dataset("digits").X, ax.load_dataset("digits").y
    >>> few = digits.fit(X[y < 5], y[y < 5])
    >>> start = ax.transfer(few, classes=[5, 6, 7, 8, 9], frozen=1)
    >>> print(start.network.summary())
    Layer              Output shape   Parameters
    0 Dense (relu)            (32,)        2,080
    1 Dense (relu)            (16,)          528
    2 Dense (softmax)          (5,)           85
    Total                                  2,693
    >>> trainer = ax.Trainer(start.network, loss=start.loss, frozen=start.frozen)
    >>> rows = start.inputs(X[y > 4]), y[y > 4] - 5
    >>> result = trainer.fit(rows, max_epochs=50, initial=start.parameters())
    >>> bool((start.model(result.parameters).predict(X[y > 4]) == y[y > 4]).mean() > 0.8)
    True
    """
    source = _model_of(model)
    target, units = _target(classes, outputs)
    is_classes = isinstance(target, Classes)
    body = body_of(source.network)
    if not body or not Network(*body, input_shape=source.network.input_shape).layout.size:
        raise ConfigurationError(
            _(
                "The only weights of this model are those of its output layer: there is nothing "
                "that another target could begin with. Give a model with hidden layers."
            )
        )
    head = [*layers, Dense(units, "softmax" if is_classes else "identity")]
    network = with_head(source.network, head)
    count = network.layers_up_to(frozen)
    check_integer("frozen", count, at_least=0, at_most=len(body))
    loss = LOSSES.resolve("categorical_cross_entropy" if is_classes else "mse")
    return Transfer(source, network, len(body), count, loss, target)


def body_of(network: Network) -> tuple[Layer, ...]:
    """Return the layers below the last one with weights, which is where the head begins."""
    return network.layers[: max(network.layout.learning, default=0)]


def with_head(network: Network, head: Sequence[Layer]) -> Network:
    """Return the body of a network with other layers behind it; those of the body keep their names.

    Raises
    ------
    ShapeError
        The layers do not fit the body.
    """
    body = body_of(network)
    names = [network.input_name, *network.layer_names[: len(body)], *[""] * len(head)]
    given = names if any(names) else ()
    return Network(*body, *head, input_shape=network.input_shape, layer_names=given)


def shared_layers(network: Network, source: Network) -> int:
    """Return how many layers, the first ones, a network has in common with the body of another."""
    if network.input_shape != source.input_shape:
        return 0
    count = 0
    for ours, theirs in zip(network.layers, body_of(source), strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def with_body(parameters: Parameters, source: Parameters, layers: int) -> Parameters:
    """Return parameters whose first layers are those of another network, which has them alike."""
    kept = (slot.name for slots in parameters.layout.by_layer[:layers] for slot in slots)
    return parameters.replaced({name: source[name] for name in kept})


def model_file(path: Path) -> Path:
    """Return the file of the model at a path: itself, or within the folder of a run."""
    return path / "model.safetensors" if path.is_dir() else path


def _model_of(given: Any) -> Model:
    if isinstance(given, str | Path):
        return load(model_file(Path(given)))
    fitted = given if isinstance(given, Model) else getattr(given, "model_", None)
    if not isinstance(fitted, Model):
        raise ArgumentTypeError(
            _(
                "transfer needs a Model, a fitted estimator or the path of a model, not {found!r}.",
                found=given,
            )
        )
    return fitted


def _target(classes: int | Sequence[Any] | None, outputs: int | None) -> tuple[Target, int]:
    """Return what is to be predicted, and with how many outputs."""
    if (classes is None) == (outputs is None):
        raise ConfigurationError(
            _("Give either classes, what rows are to be told apart into, or outputs, a number.")
        )
    if outputs is not None:
        check_integer("outputs", outputs, at_least=1)
        return Numbers(), int(outputs)
    labels = np.arange(classes) if isinstance(classes, int) else np.asarray(classes)
    if labels.ndim != 1 or len(labels) < 2:
        raise ConfigurationError(
            _("classes must be two or more, or how many there are; found {found!r}.", found=classes)
        )
    return Classes.of(labels), len(labels)
