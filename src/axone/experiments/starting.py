"""What a run begins with: weights of the seed, or the body of a model that another run trained."""

from pathlib import Path

from axone.arrays import DType
from axone.errors import ConfigurationError, ModelFileError
from axone.experiments.description import Description
from axone.messages import Message, _, _n, at
from axone.model import Model, load
from axone.model.transferring import body_of, model_file, shared_layers, with_body
from axone.network import Network
from axone.parameters import Parameters


def start_file(experiment: Description) -> Path | None:
    """Return where the model lies that a run begins with; None if it begins with none."""
    given = experiment.settings.network.start_from
    if given is None:
        return None
    beside = experiment.folder or Path()
    path = beside / given
    return model_file(path if path.exists() else Path(given)).resolve()


def starting_model(experiment: Description) -> Model | None:
    """Read the model that a run begins with; None if it begins with none.

    Raises
    ------
    ModelFileError
        With the setting that names what is no model.
    """
    path = start_file(experiment)
    if path is None:
        return None
    try:
        return load(path)
    except ModelFileError as error:
        place = experiment.place("network.start_from")
        raise ModelFileError(at(place, error.message)) from error


def begun_with(
    experiment: Description, network: Network, start: Model, dtype: DType
) -> tuple[Parameters, Message]:
    """Return the weights to start from, and a note on which layers are the model's.

    Raises
    ------
    ConfigurationError
        The network has no layer with weights in common with the model's body.
    """
    if not body_of(start.network):
        raise ConfigurationError(
            _(
                "{place}: the only weights of that model are those of its last layer, which "
                "belongs to its own target: there is nothing that another run could begin with.",
                place=experiment.place("network.start_from"),
            )
        )
    kept = shared_layers(network, start.network)
    weights = network.layout.size_before(kept)
    if not weights:
        raise ConfigurationError(
            _(
                "{place}: the first layers of this network are not those of the model that it is "
                "to begin with: leave network.layers out, or begin with the layers that `axone "
                "summary` shows of that model.",
                place=experiment.place("network.start_from"),
            )
        )
    drawn = network.initialize(experiment.settings.seed, dtype)
    frozen = network.layers_up_to(experiment.settings.network.frozen)
    note = _n(
        "begins with the first layer of {path}, {weights:,} weights; {frozen} of its layers learn "
        "nothing",
        "begins with the first {count} layers of {path}, {weights:,} weights; {frozen} of its "
        "layers learn nothing",
        kept,
        path=start_file(experiment),
        weights=weights,
        frozen=frozen,
    ).coded("begins_with_a_model")
    return with_body(drawn, start.parameters, kept), note
