"""What a design takes of the machine, found out before an engine is built for it.

A page is to answer within moments, and what it is given may come from anybody's link: so steps that
take minutes and layers that fill the memory are refused in words, where the command line would try.
"""

from collections.abc import Iterator, Sequence

from axone.bounds import MOST_LAYERS
from axone.errors import ConfigurationError
from axone.experiments.preparation import Prepared
from axone.layers import Layer, Residual
from axone.messages import _
from axone.optimizers import LBFGS
from axone.playground.limits import (
    FEWEST_TOGETHER,
    MOST_EPOCHS,
    MOST_KEPT_NUMBERS,
    MOST_PARAMETERS,
    MOST_PRODUCTS,
    MOST_REMEMBERED,
)


def check_effort(prepared: Prepared) -> None:
    """Refuse a design whose steps take too long, or more memory than there may be.

    Raises
    ------
    ConfigurationError
        What it has too much of, in words, behind the setting that is at fault.
    """
    epochs = prepared.experiment.settings.training.epochs
    if epochs > MOST_EPOCHS:
        raise ConfigurationError(
            _(
                "training.epochs: {found:,} epochs are more than the {most:,} of which a page "
                "keeps what they showed: take fewer, or train on the command line.",
                found=epochs,
                most=MOST_EPOCHS,
            )
        )
    network = prepared.network
    _check_layers(network.layers)
    size = network.layout.size
    if size > MOST_PARAMETERS:
        raise ConfigurationError(
            _(
                "network.layers: {found:,} parameters are more than the {most:,} that a "
                "page shows: take fewer units, or train on the command line.",
                found=size,
                most=MOST_PARAMETERS,
            )
        )
    rows = rows_of_a_step(prepared)
    together = max(rows, FEWEST_TOGETHER)
    for found, most in (
        (network.kept_numbers * together, MOST_KEPT_NUMBERS),
        (network.multiply_adds * together, MOST_PRODUCTS),
    ):
        if found > most and rows > FEWEST_TOGETHER:
            raise ConfigurationError(
                _(
                    "training.batch_size: a step of {rows:,} rows is more work than a page can "
                    "wait for: take smaller batches or a smaller network, or train on the "
                    "command line.",
                    rows=rows,
                )
            )
        if found > most:
            raise ConfigurationError(
                _(
                    "network.layers: a step through these layers is more work than a page can wait "
                    "for: make them smaller, or train on the command line."
                )
            )
    _check_memory_of_optimizer(prepared)


def rows_of_a_step(prepared: Prepared) -> int:
    """Return how many rows pass through the network before its weights are moved."""
    training = prepared.experiment.settings.training
    rows, batch = len(prepared.parts["train"]), training.batch_size
    whole = isinstance(training.optimizer, LBFGS) or not isinstance(batch, int)
    return rows if whole else min(rows, int(batch))


def _check_layers(layers: Sequence[Layer]) -> None:
    count = sum(1 for _layer in _every(layers))
    if count > MOST_LAYERS:
        raise ConfigurationError(
            _(
                "network.layers: {found:,} layers, those within residual blocks counted, are more "
                "than the {most:,} that a page shows.",
                found=count,
                most=MOST_LAYERS,
            )
        )


def _every(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Yield all layers, those within others too."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from _every((*layer.layers, *layer.shortcut))


def _check_memory_of_optimizer(prepared: Prepared) -> None:
    optimizer = prepared.experiment.settings.training.optimizer
    if not isinstance(optimizer, LBFGS):
        return
    found = optimizer.memory * prepared.network.layout.size
    if found > MOST_REMEMBERED:
        raise ConfigurationError(
            _(
                "training.optimizer: L-BFGS that remembers {memory:,} steps of {parameters:,} "
                "parameters takes too much memory for a page: let it remember fewer.",
                memory=optimizer.memory,
                parameters=prepared.network.layout.size,
            )
        )
