"""What the kinds of `axone plot` share: where a picture is written, and on which ground."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from axone.cli.console import echo, explained_errors
from axone.errors import ConfigurationError
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Out: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help=_("The file: PNG, SVG or PDF by its ending (default KIND.png, here)."), metavar="FILE"
    ),
]

Ground: TypeAlias = Annotated[str, typer.Option("--theme", help=_("light or dark."))]


def write_picture(kind: str, draw: Callable[[], "Figure"], out: Path | None, ground: str) -> None:
    """Draw a picture and print the name of its file, which is whole or not there.

    Parameters
    ----------
    kind : str
        The name of the file, unless `out` says another.
    draw : callable
        What it raises is shown as an error of the command.
    out : Path or None
    ground : str
        "light" or "dark".
    """
    with explained_errors():
        from axone.plots import save_figure, use_theme
        from axone.plots.saving import format_of

        path = out or Path(f"{kind}.png")
        format_of(path)  # some kinds train before they draw: a wrong name is told first
        with use_theme(ground):
            save_figure(draw(), path)
        echo(str(path))


def listed_numbers(option: str, text: str) -> list[float]:
    """Read `0.01,0.1`, the numbers of an option.

    Parameters
    ----------
    option : str
        Its name, for the message.
    text : str

    Raises
    ------
    ConfigurationError
        Something between the commas is no number.
    """
    try:
        return [float(number) for number in text.split(",") if number.strip()]
    except ValueError as error:
        raise ConfigurationError(
            _(
                "{option} takes numbers with commas, such as 0.01,0.1; found {found!r}.",
                option=option,
                found=text,
            )
        ) from error
