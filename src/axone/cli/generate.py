"""`axone generate`: a generator in, texts that it makes up out, one a line."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli.console import echo, explained_errors, print_json
from axone.messages import _


def generate(
    model: Annotated[
        Path,
        typer.Argument(
            help=_("A folder that `axone train` made, or a .safetensors model."), metavar="MODEL"
        ),
    ],
    count: Annotated[int, typer.Option(help=_("How many texts."))] = 10,
    temperature: Annotated[
        float,
        typer.Option(
            help=_(
                "1 is what was learnt; below, what is usual comes more often, above, what is rare."
            )
        ),
    ] = 1.0,
    start: Annotated[str, typer.Option(help=_("What every text begins with."))] = "",
    of_class: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="CLASS",
            help=_("Of which class, where the texts had some (default: as often as in training)."),
        ),
    ] = None,
    longest: Annotated[
        int | None,
        typer.Option(
            help=_("Characters at which a text is cut (default: those of the longest learnt).")
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help=_("Decides the texts."))] = 0,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help=_("Print JSON: of each text its class and the logarithm of p.")
        ),
    ] = False,
) -> None:
    """Run `axone generate`, as its help tells."""
    with explained_errors():
        from axone.cli.models import model_at
        from axone.model.generating import generate_texts

        made = generate_texts(
            model_at(model),
            count,
            temperature=temperature,
            start=start,
            of_class=of_class,
            longest=longest,
            seed=seed,
        )
        if as_json:
            print_json(
                [
                    {
                        "text": each.text,
                        **({"class": each.class_name} if each.class_name else {}),
                        "log_probability": round(each.log_probability, 6),
                        "ended": each.ended,
                    }
                    for each in made
                ]
            )
        else:
            for each in made:
                echo(on_one_line(each.text))


def on_one_line(text: str) -> str:
    r"""Return a text without the ends of lines that it may hold, which stand as ``\n``."""
    return "\\n".join(text.splitlines()) if len(text.splitlines()) > 1 else text
