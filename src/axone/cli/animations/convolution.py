"""`axone animate convolution`: a kernel that slides over a signal, or over a small image."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground, listed_numbers
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def convolution(
    signal: Annotated[
        str, typer.Option(metavar="X,X,…", help=_("The signal, 2 to 14 numbers."))
    ] = "0.2,0.6,0.9,0.4,-0.3,-0.8,-0.5,0.1,0.7,0.3",
    kernel: Annotated[
        str, typer.Option(metavar="W,W,…", help=_("The kernel, 1 to 5 numbers."))
    ] = "0.5,1,0.5",
    stride: Annotated[int, typer.Option(help=_("How far the window goes at each step."))] = 1,
    image: Annotated[
        bool, typer.Option("--image", help=_("Slide a 3 × 3 kernel over a digit of 8 × 8 pixels."))
    ] = False,
    digit: Annotated[int, typer.Option(help=_("Which one, 0 to 9 (with --image)."))] = 3,
    edges: Annotated[
        str,
        typer.Option(
            metavar="KERNEL",
            help=_("vertical, horizontal, outline or blur (with --image)."),
        ),
    ] = "vertical",
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate convolution`, as its help tells."""

    def make() -> "Animation":
        from axone.plots import animate_convolution, animate_image_convolution

        if image:
            return animate_image_convolution(digit, edges)
        return animate_convolution(
            listed_numbers("--signal", signal), listed_numbers("--kernel", kernel), stride=stride
        )

    write_animation("convolution", make, out, theme)
