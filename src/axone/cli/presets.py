"""`axone presets`: the networks that have a name; of one, its layers on examples of a shape."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from axone.cli.console import columns, echo, entry, explained_errors, output, print_wrapped, tell
from axone.errors import ConfigurationError
from axone.messages import _, at, listed

if TYPE_CHECKING:
    from axone.arrays import Shape
    from axone.presets import Kind, Preset


def presets(
    name: Annotated[
        str | None, typer.Argument(help=_("A preset to look at; all are listed without it."))
    ] = None,
    shape: Annotated[
        str | None,
        typer.Option(help=_("Of an example, such as 1,150 for signals or 28,28 for images.")),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help=_("What the examples are: images, signals, sequences, tokens or features.")
        ),
    ] = None,
    outputs: Annotated[
        int, typer.Option(help=_("Classes, or numbers to predict."), min=1, max=2**20)
    ] = 2,
    rows: Annotated[
        int, typer.Option(help=_("Training rows, which decide how long is trained."), min=1)
    ] = 1000,
) -> None:
    """Run `axone presets`, as its help tells."""
    with explained_errors():
        from axone.presets import find_preset

        if name is None:
            if shape or kind:
                raise ConfigurationError(_("Name the preset: axone presets fcn-1d --shape 1,150."))
            _list_all()
            return
        preset = find_preset(name)
        example = _shape(shape)
        layers = _layers(preset, example, kind, outputs)
        _describe(preset, rows, example)
        echo(layers)


def _list_all() -> None:
    from axone.presets import PRESETS

    table = [
        [preset.name, ", ".join(preset.takes), str(preset.summary)] for preset in PRESETS.values()
    ]
    console = output()
    console.print(columns(table, [_("name"), _("takes"), _("what it is")]))
    console.print()
    tell(console, _("axone presets NAME shows its layers and how it is trained."))


def _describe(preset: "Preset", rows: int, shape: "Shape | None") -> None:
    from axone.presets.preset import word_of

    console = output()
    settings = preset.training(rows, shape=shape)
    training = ", ".join(f"{key} {_word(value)}" for key, value in settings.items())
    held_out = preset.validation(rows)
    share = _("the usual 15 %") if held_out is None else _("{share:.0%}", share=held_out)
    for line in (
        entry(_("Preset"), at(preset.name, preset.summary)),
        entry(_("Source"), preset.source),
        entry(_("Takes"), str(listed(word_of(taken) for taken in preset.takes))),
        entry(_("Training"), training or str(_("as without a preset"))),
        entry(
            "", str(_("held out to be watched: {share} of {rows:,} rows", share=share, rows=rows))
        ),
    ):
        print_wrapped(console, line)


def _word(value: Any) -> str:
    """Return a setting as it may be read: a rule's name, then its settings."""
    if isinstance(value, dict):
        name = value.get("name", _("none"))
        return " ".join([str(name), *(f"{k} {v}" for k, v in value.items() if k != "name")])
    if isinstance(value, list):
        return ", ".join(map(_word, value)) or str(_("none"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _layers(preset: "Preset", shape: "Shape | None", kind: str | None, outputs: int) -> str:
    from axone.network import Network

    found = _kind(preset, shape, kind)
    shape = shape or _EXAMPLES[found]
    vocabulary = 28 if found == "tokens" else None
    layers = preset.layers(shape, outputs, kind=found, vocabulary=vocabulary)
    heading = _("{name} {shape}", name=found, shape=shape)
    return f"\n{heading}\n{Network(*layers, input_shape=shape).summary()}"


_EXAMPLES: dict[str, tuple[int, ...]] = {
    "features": (10,),
    "signals": (1, 150),
    "images": (28, 28),
    "sequences": (25, 12),
    "tokens": (12,),
}


def _kind(preset: "Preset", shape: "Shape | None", kind: str | None) -> "Kind":
    """Return what examples are: as was said, else the first kind that such a shape may be."""
    from axone.checks import check_choice
    from axone.presets import KINDS

    if kind is not None:
        check_choice("--kind", kind, KINDS)
        return kind  # type: ignore[return-value]  # just checked
    if shape is None:
        return preset.reads
    return next((taken for taken in preset.takes if preset.fits(taken, shape)), preset.reads)


def _shape(text: str | None) -> "Shape | None":
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise ConfigurationError(
            _(
                "--shape takes whole numbers with commas, such as 1,150; found {found!r}.",
                found=text,
            )
        )
    return shape
