"""What the kinds of `axone animate` share: where an animation is written, and on which ground."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from axone.cli.console import echo, explained_errors, output, share_bar
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation

Out: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help=_("The file: GIF, MP4, WebM or HTML by its ending (default KIND.gif, here)."),
        metavar="FILE",
    ),
]


def write_animation(
    kind: str, make: Callable[[], "Animation"], out: Path | None, ground: str
) -> None:
    """Make an animation and print the name of its file, which is whole or not there.

    Parameters
    ----------
    kind : str
        The name of the file, unless `out` says another.
    make : callable
        What it raises is shown as an error of the command.
    out : Path or None
    ground : str
        "light" or "dark".
    """
    with explained_errors():
        from axone.files import require_folder
        from axone.plots import use_theme
        from axone.plots.animations.saving import format_of, save_animation

        path = out or Path(f"{kind}.gif")
        format_of(path)  # some kinds train before they draw: a wrong name is told first
        require_folder(path)
        with use_theme(ground):
            animation = make()
            with share_bar(output(), shown=True) as bar:
                share = bar.add_task(str(_("drawing")), total=1.0)
                save_animation(
                    animation, path, on_progress=lambda done: bar.update(share, completed=done)
                )
        echo(str(path))
