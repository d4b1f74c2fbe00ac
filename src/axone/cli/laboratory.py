"""What runs `axone lab NAME`: its options are the knobs of the experiment, whatever they are."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from axone.cli.console import echo, explained_errors, output, print_json, share_bar
from axone.cli.pictures.drawn import Ground, listed_numbers
from axone.errors import ConfigurationError
from axone.lab.catalogue import Lab
from axone.lab.knobs import Setting, settings_of
from axone.messages import _, listed, translated

_OF_ALL: dict[str, tuple[Any, Any]] = {
    "out": (
        Annotated[
            Path | None,
            typer.Option(
                metavar="DIR", help=_("Folder of the picture, made if need be (default: here).")
            ),
        ],
        None,
    ),
    "as_json": (
        Annotated[
            bool,
            typer.Option("--json", help=_("Print the table as JSON; no picture without --out.")),
        ],
        False,
    ),
    "theme": (Ground, "light"),
}
"""Options of every experiment."""


def command_of(lab: Lab) -> Callable[..., None]:
    """Return a function with the options of an experiment, as Typer reads them."""
    experiment = lab.function()
    settings = settings_of(experiment)

    def run(
        out: Path | None,
        as_json: bool,
        theme: str,
        **turned: Any,
    ) -> None:
        with explained_errors():
            given = {name: _read(settings[name], value) for name, value in turned.items()}
            _carry_out(lab, experiment, given, out, theme, as_json=as_json)

    options = {name: _option(setting) for name, setting in settings.items()} | _OF_ALL
    run.__annotations__ = {name: kind for name, (kind, _default) in options.items()}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what Typer looks at
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, (kind, default) in options.items()
        ]
    )
    return run


def _carry_out(
    lab: Lab,
    experiment: Callable[..., Any],
    given: dict[str, Any],
    out: Path | None,
    ground: str,
    *,
    as_json: bool,
) -> None:
    from axone.files import told_of_writing
    from axone.plots import use_theme

    with use_theme(ground):
        if "on_progress" in inspect.signature(experiment).parameters:
            with share_bar(output(), shown=True) as bar:
                share = bar.add_task(lab.name, total=1.0)
                seen = experiment(
                    **given, on_progress=lambda done: bar.update(share, completed=done)
                )
        else:
            seen = experiment(**given)
        if as_json:
            print_json(seen.to_dict())
        else:
            echo(str(seen))
        if as_json and out is None:
            return
        if out is not None:
            with told_of_writing(out):
                out.mkdir(parents=True, exist_ok=True)
        path = seen.save((out or Path()) / f"{lab.name}.png")
    if not as_json:
        echo("")
        echo(str(_("Picture: {path}", path=path)))


def _option(setting: Setting) -> tuple[Any, Any]:
    """Return the option of a knob, and its default."""
    told = translated(setting.knob.help)
    if setting.knob.choices:
        told = f"{told} {listed(setting.knob.choices)}"
    name = setting.name.replace("_", "-")
    if setting.several:
        default = ",".join(
            f"{item:g}" if setting.kind is float else str(item) for item in setting.default
        )
        return Annotated[str, typer.Option(f"--{name}", help=told, metavar="A,B,…")], default
    flag = f"--{name}/--no-{name}" if setting.kind is bool else f"--{name}"
    return Annotated[setting.kind, typer.Option(flag, help=told)], setting.default


def _read(setting: Setting, value: Any) -> Any:
    """Return what was typed as the experiment takes it."""
    if not setting.several:
        return value
    option = "--" + setting.name.replace("_", "-")
    if setting.kind is str:
        return tuple(word.strip() for word in value.split(",") if word.strip())
    numbers = listed_numbers(option, value)
    if setting.kind is float:
        return tuple(numbers)
    if not all(number.is_integer() for number in numbers):
        raise ConfigurationError(
            _(
                "{option} takes whole numbers with commas, such as 1,2,4; found {found!r}.",
                option=option,
                found=value,
            )
        )
    return tuple(map(int, numbers))
