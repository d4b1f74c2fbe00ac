"""The network that an experiment asks for, and the loss, both checked against the data."""

import math

from axone.activations import Sigmoid, Softmax
from axone.arrays import Shape
from axone.data import Dataset, Preprocessing
from axone.errors import ConfigurationError, ShapeError
from axone.experiments.description import Description
from axone.experiments.schema import ExperimentData
from axone.layers import Activation, BatchNorm, Dense, Dropout, Flatten, Layer
from axone.losses import LOSSES, Loss, Quantile
from axone.messages import Message, _, _n, at
from axone.model import Model
from axone.model.transferring import with_head
from axone.network import Network
from axone.presets import find_preset, kind_of
from axone.presets.entrance import as_features


def build_network(
    experiment: Description,
    preprocessing: Preprocessing,
    dataset: Dataset,
    levels: tuple[float, ...] = (),
    start: Model | None = None,
) -> tuple[Network, Loss]:
    """Return the network and the loss that the settings ask for, checked against the data.

    Where layers are not listed and there is a model to begin with, its body comes first. Of numbers
    that are said by quantiles there is an output for each of the `levels`.

    Raises
    ------
    ConfigurationError
        The first layer does not fit the features, or the last one the target.
    """
    settings, input_shape = experiment.settings.network, preprocessing.feature_shape
    size = math.prod(input_shape)
    if settings.input_size is not None and settings.input_size != size:
        raise ConfigurationError(
            _(
                "{place}: the first layer expects {input_size} features, {source} has {size}.",
                place=experiment.place("network.input_size"),
                input_size=settings.input_size,
                source=experiment.settings.data.source,
                size=size,
            )
        )
    outputs = _outputs(dataset, levels)
    if settings.layers is None and start is not None:
        return _behind_body(experiment, start.network, dataset, levels)
    if settings.layers is None and settings.preset is not None:
        layers = _layers_of_preset(experiment, settings.preset, preprocessing, dataset, outputs)
    elif settings.layers is None:
        layers = [*_entrance(preprocessing), *_hidden_layers(experiment.settings)]
        layers.append(output_layer(dataset, levels))
    else:
        layers = list(settings.layers)
        if len(input_shape) > 1 and isinstance(layers[0], Dense):
            layers.insert(0, Flatten())
    names = _names(experiment, layers)
    try:
        network = Network(*layers, input_shape=input_shape, layer_names=names)
    except (ShapeError, ConfigurationError) as error:
        place = experiment.place("network.layers")
        raise ConfigurationError(_("{place}: {cause}", place=place, cause=error)) from error
    return network, _loss(experiment, network, dataset, levels)


def _behind_body(
    experiment: Description, source: Network, dataset: Dataset, levels: tuple[float, ...]
) -> tuple[Network, Loss]:
    """Return the body of a trained network with a head that suits the target."""
    settings = experiment.settings
    asked = "hidden" in settings.network.model_fields_set
    head = _hidden_layers(settings) if asked else []
    try:
        network = with_head(source, [*head, output_layer(dataset, levels)])
    except (ShapeError, ConfigurationError) as error:
        place = experiment.place("network.start_from")
        raise ConfigurationError(at(place, error.message)) from error
    return network, _loss(experiment, network, dataset, levels)


def output_layer(dataset: Dataset, levels: tuple[float, ...] = ()) -> Dense:
    """Return the last layer that the target of a dataset asks for, with an output a quantile."""
    return Dense(_outputs(dataset, levels), _output_activation(dataset))


def _outputs(dataset: Dataset, levels: tuple[float, ...]) -> int:
    if dataset.task == "classification":
        return len(dataset.class_names)
    return _numbers(dataset) * max(len(levels), 1)


def _numbers(dataset: Dataset) -> int:
    return 1 if dataset.y.ndim == 1 else int(dataset.y.shape[1])


def _output_activation(dataset: Dataset) -> str:
    return "softmax" if dataset.task == "classification" else "identity"


def _layers_of_preset(
    experiment: Description,
    name: str,
    preprocessing: Preprocessing,
    dataset: Dataset,
    outputs: int,
) -> list[Layer]:
    shape, kind = preprocessing.feature_shape, kind_of(dataset)
    if kind == "signals" and len(shape) == 1:
        kind = "features"  # made of windows of a series
    try:
        return find_preset(name).layers(
            shape,
            outputs,
            kind=kind,
            activation=_output_activation(dataset),
            vocabulary=preprocessing.vocabulary,
        )
    except ShapeError as error:
        raise ConfigurationError(at(experiment.place("network.preset"), error.message)) from error


def _entrance(preprocessing: Preprocessing) -> list[Layer]:
    """Return what makes of an example the row of numbers that dense layers read.

    Tokens are looked up: their own numbers are no amounts.
    """
    shape = preprocessing.feature_shape
    if preprocessing.layout.tokens:
        return as_features("tokens", shape, preprocessing.vocabulary)[0]
    return [Flatten()] if len(shape) > 1 else []


def _hidden_layers(settings: ExperimentData) -> list[Layer]:
    network = settings.network
    layers: list[Layer] = []
    for units in network.hidden:
        if network.batch_norm:
            # Before the activation, as Ioffe & Szegedy (2015) have it; the weights still start as
            # the activation wants them.
            start = network.initializer or network.activation.initializer
            layers += [Dense(units, "identity", start), BatchNorm(), Activation(network.activation)]
        else:
            layers.append(Dense(units, network.activation, network.initializer))
        if network.dropout:
            layers.append(Dropout(network.dropout))
    return layers


def _names(experiment: Description, layers: list[Layer]) -> list[str]:
    """Return the names of the input and of every layer as the settings have them.

    Layers that the settings do not list have none: what flattens images, dropout and the like
    between the layers of `hidden`.

    Raises
    ------
    ConfigurationError
        Not one for each layer that is listed, perhaps after the input's.
    """
    network = experiment.settings.network
    if network.layer_names is None:
        return []
    if network.layers is None:
        named = [position for position, layer in enumerate(layers) if isinstance(layer, Dense)]
    else:
        named = list(range(len(layers) - len(network.layers), len(layers)))
    given = network.layer_names
    if len(given) not in (len(named), len(named) + 1):
        raise ConfigurationError(
            _(
                "{place}: there are {names} for {layers}: give one for each, or the input's and "
                "one for each.",
                place=experiment.place("network.layer_names"),
                names=_n("{count} name", "{count} names", len(given)),
                layers=_n("{count} layer", "{count} layers", len(named)),
            )
        )
    own = given[-len(named) :]
    by_position = dict(zip(named, own, strict=True))
    inputs = given[0] if len(given) > len(named) else ""
    return [inputs, *(by_position.get(position, "") for position in range(len(layers)))]


def _loss(
    experiment: Description, network: Network, dataset: Dataset, levels: tuple[float, ...]
) -> Loss:
    """Return the loss; refuse a last layer that cannot express the target."""
    outputs = _outputs(dataset, levels)
    place = experiment.place("network.layers")
    source = experiment.settings.data.source
    found = network.output_shape
    _body, activation = network.split_output()
    if dataset.task == "classification":
        lone_sigmoid = found == (1,) and isinstance(activation, Sigmoid) and outputs == 2
        if not lone_sigmoid and (found != (outputs,) or not isinstance(activation, Softmax)):
            allowed = _("{units} units with softmax", units=outputs)
            if outputs == 2:
                allowed = _("{units} units with softmax, or 1 unit with sigmoid", units=outputs)
            raise ConfigurationError(
                _(
                    "{place}: {source} has {classes} classes, so {layer} must have {allowed}; "
                    "found {found} with {activation}.",
                    place=place,
                    layer=_last_layer(network),
                    source=source,
                    classes=outputs,
                    allowed=allowed,
                    found=_size(found),
                    activation=type(activation).__name__.lower(),
                )
            )
        suggested = "binary_cross_entropy" if lone_sigmoid else "categorical_cross_entropy"
    else:
        if found != (outputs,) or isinstance(activation, Softmax):
            raise ConfigurationError(
                _(
                    "{place}: {source} has {numbers} to predict, so {layer} must have {units}, "
                    "not softmax; found {found} with {activation}.",
                    place=place,
                    layer=_last_layer(network),
                    source=source,
                    numbers=_to_predict(_numbers(dataset), levels),
                    units=_units(outputs),
                    found=_size(found),
                    activation=type(activation).__name__.lower(),
                )
            )
        suggested = "mse"
    given = experiment.settings.training.loss
    if given == "auto":
        return Quantile(levels) if levels else LOSSES.resolve(suggested)
    if given.task != dataset.task or (
        dataset.task == "classification" and given != LOSSES.resolve(suggested)
    ):
        raise ConfigurationError(
            _(
                "{place}: {loss!r} does not fit a {task} with this last layer; {suggested!r} does.",
                place=experiment.place("training.loss"),
                loss=LOSSES.to_data(given),
                task=dataset.task,
                suggested=suggested,
            )
        )
    return given


def _to_predict(numbers: int, levels: tuple[float, ...]) -> Message:
    """Say how many numbers there are, and by how many quantiles each."""
    words = _n("{count} number", "{count} numbers", numbers)
    if not levels:
        return words
    return _("{levels} quantiles of {numbers}", levels=len(levels), numbers=words)


def _last_layer(network: Network) -> Message:
    name = network.layer_names[-1]
    return _("the last layer, {name!r},", name=name) if name else _("the last layer")


def _size(shape: Shape) -> Message:
    return _units(shape[0]) if len(shape) == 1 else _("outputs of shape {shape}", shape=shape)


def _units(number: int) -> Message:
    return _n("{count} unit", "{count} units", number)
