"""`axone plot diagram`: a network as columns of units with their links, or as blocks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from axone.cli import options
from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.errors import ConfigurationError
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from axone.cli.sources import Overrides
    from axone.model import Target
    from axone.network import Network
    from axone.parameters import Parameters


def diagram(
    source: Annotated[
        str | None,
        typer.Argument(
            help=_(
                "A result folder or a .safetensors model, drawn with its weights; or a dataset's "
                "name, a data file or an experiment file."
            )
        ),
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help=_("Sizes of dense layers, input and output too, without a SOURCE: 4-8-3."),
        ),
    ] = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    preset: options.Preset = None,
    target: options.Target = None,
    biases: Annotated[
        bool, typer.Option("--biases", help=_("Draw the biases too, of a trained network."))
    ] = False,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot diagram`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.sources import Overrides
        from axone.plots import plot_network_diagram

        overrides = Overrides(hidden=hidden, activation=activation, preset=preset, target=target)
        drawn = _drawn(source, layers, overrides)
        return plot_network_diagram(
            drawn.network,
            drawn.parameters,
            input_names=drawn.input_names,
            output_names=drawn.output_names,
            biases=biases,
            title=drawn.title,
        )

    write_picture("diagram", draw, out, theme)


class _Drawn(NamedTuple):
    """A network, its weights if it has any, and what its inputs and outputs are called."""

    title: str
    network: "Network"
    parameters: "Parameters | None" = None
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()


def _drawn(source: str | None, layers: str | None, overrides: "Overrides") -> _Drawn:
    from axone.cli.models import is_model, model_at, require_no_settings
    from axone.cli.sources import describe

    if source is None:
        return _Drawn(_("Network"), _of_sizes(layers, overrides))
    if layers is not None:
        raise ConfigurationError(
            _("--layers is for a network without a SOURCE; of one say --hidden.")
        )
    if is_model(source):
        require_no_settings(overrides)
        model = model_at(Path(source))
        return _Drawn(
            shorten(Path(source).stem or source, 60),
            model.network,
            model.parameters,
            model.preprocessing.output_names,
            _names(model.target),
        )
    from axone.experiments import prepare

    prepared = prepare(describe(source, overrides))
    return _Drawn(
        shorten(prepared.dataset.name, 60),
        prepared.network,
        prepared.initial,
        prepared.preprocessing.output_names,
        _names(prepared.target),
    )


def _names(target: "Target") -> tuple[str, ...]:
    """Return what each output is called; nothing where an output is none of the target's own."""
    from axone.model import Numbers

    if target.class_names:
        return target.class_names
    if isinstance(target, Numbers) and not target.levels:
        return target.names or ((target.column,) if target.column else ())
    return ()


def _of_sizes(layers: str | None, overrides: "Overrides") -> "Network":
    """Return the network of `4-8-3`, whose output is left as it is.

    Raises
    ------
    ConfigurationError
        No sizes, or options that say something about data.
    """
    from axone.cli.sources import layer_sizes
    from axone.layers import Dense
    from axone.network import Network

    given = [name for name in overrides.given().values() if name != "--activation"]
    if layers is None or given:
        raise ConfigurationError(
            _(
                "Name a SOURCE, or give --layers alone, such as --layers 4-8-3: {options} is of a "
                "SOURCE.",
                options=given[0],
            )
            if given
            else _("Name a SOURCE, or give the sizes of a network: --layers 4-8-3.")
        )
    first, *hidden, last = layer_sizes(layers)
    units = [Dense(size, overrides.activation or "relu") for size in hidden]
    return Network(*units, Dense(last), input_shape=first)
