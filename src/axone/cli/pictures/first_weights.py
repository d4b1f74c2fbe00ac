"""`axone plot first-weights`: the weights of a run's first dense layer, as images or bars."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.arrays import Shape
from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.errors import DataError
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from axone.data import Preprocessing
    from axone.network import Network


def first_weights(
    run: Annotated[
        Path, typer.Argument(help=_("A result folder or a .safetensors model."), metavar="RUN")
    ],
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot first-weights`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.models import model_at
        from axone.plots import plot_first_weights

        model = model_at(run)
        position = _reading_layer(model.network)
        names = model.preprocessing.output_names
        image = _image_shape(model.network, model.preprocessing)
        return plot_first_weights(
            model.parameters[f"{position}.weight"],
            image_shape=image,
            column_names=() if image is not None else names,
            title=_("{name}: weights of the first layer", name=shorten(run.stem, 40)),
        )

    write_picture("first-weights", draw, out, theme)


def _reading_layer(network: "Network") -> int:
    """Return the dense layer that reads the input itself.

    Raises
    ------
    DataError
        Another layer does.
    """
    from axone.layers import Dense

    count = math.prod(network.input_shape)
    for position, layer in enumerate(network.layers):
        if isinstance(layer, Dense):
            return position
        has_weights = bool(network.layout.by_layer[position])
        if has_weights or math.prod(network.shapes[position]) != count:
            break
    raise DataError(
        _(
            "The first layer of this network is no dense one ({kind}): its weights are not one for "
            "each input. Of a convolution kernels.png in the folder of the run shows them.",
            kind=network.layer_kind(position),
        )
    )


def _image_shape(network: "Network", preprocessing: "Preprocessing") -> Shape | None:
    """Return the shape of the input as an image; None where it is a row of columns.

    Columns that are called as scikit-learn calls the pixels of its digits are an image too.
    """
    shape = network.input_shape
    if len(shape) in (2, 3) and preprocessing.layout.positions is None:
        return shape
    names = preprocessing.output_names
    side = math.isqrt(math.prod(shape))
    if side * side == len(names) and names[-1] == f"pixel_{side - 1}_{side - 1}":
        return (side, side)
    return None
