"""`axone datasets`: every dataset that can be named; of one, what it is, and a file of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.console import (
    MOST_NAMES,
    columns,
    entry,
    explained_errors,
    output,
    print_wrapped,
    tell,
)
from axone.errors import ConfigurationError
from axone.messages import _, _n, at, first_and_last, formatted, listed, shorten

if TYPE_CHECKING:
    from axone.data import Dataset

_NAME = 30
"""How many features are named, and characters of a name."""


def datasets(
    name: Annotated[
        str | None,
        typer.Argument(help=_("A dataset or a data file to look at; all are listed without it.")),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(help=_("Write the dataset there: FILE.npz, or FILE.csv for a table.")),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=_("Replace a file that is there already."))
    ] = False,
    data_option: options.DataOption = None,
    target: options.Target = None,
    task: options.Task = None,
    seed: Annotated[int, typer.Option(help=_("Of a generated dataset."))] = 0,
) -> None:
    """Run `axone datasets`, as its help tells."""
    with explained_errors():
        if name is None:
            if save is not None or data_option or target or task:
                raise ConfigurationError(
                    _("Name the dataset: axone datasets moons --save moons.npz.")
                )
            _list_all()
            return
        from axone.cli.sources import data_options
        from axone.data import load_dataset, save_dataset

        dataset = load_dataset(
            name,
            target=target,
            task=task or "auto",  # type: ignore[arg-type]  # load_dataset checks it
            seed=seed,
            options=data_options(data_option or ()),
        )
        notes = () if save is None else save_dataset(dataset, save, overwrite=overwrite)
        console = output()
        for line in [*_described(dataset), *(entry(_("Note"), note) for note in notes)]:
            print_wrapped(console, line)
        if save is not None:
            tell(console, entry(_("Saved"), str(save)))


_WHERE = {
    "built in": _("built in"),
    "generated": _("generated"),
    "data home": _("data home"),
    "download": _("download"),
}


def _list_all() -> None:
    from axone.data import data_home, list_datasets

    rows = [
        [
            info.name,
            info.task,
            formatted(info.rows, ",") if info.rows else "",
            info.features,
            str(info.classes or ""),
            _WHERE[info.where],
        ]
        for info in list_datasets()
    ]
    console = output()
    titles = [_("name"), _("task"), _("rows"), _("features"), _("classes"), _("where")]
    console.print(columns(rows, titles))
    console.print()
    tell(console, _("Data home: {folder}", folder=data_home()))


def _described(dataset: "Dataset") -> list[str]:
    """Say what a dataset is: its rows, its features, its target, and the options that it takes."""
    from axone.data.generated import GENERATORS
    from axone.data.look_examples import example_in_words, lengths_in_words, report_on_examples
    from axone.data.names import canonical
    from axone.experiments.class_counts import counts_in_words, counts_of

    own_test = "" if dataset.y_test is None else _("{rows:,} test", rows=len(dataset.y_test))
    rows = listed(filter(None, [formatted(len(dataset.y), ","), own_test]))
    shape = " × ".join(map(str, dataset.X.shape[1:]))
    what = (
        _n("{count} class", "{count} classes", len(dataset.class_names))
        if dataset.task == "classification"
        else _(
            "regression of {names}",
            names=first_and_last(dataset.target_names, MOST_NAMES) or dataset.target_name or "y",
        )
    )
    lines = [entry(_("Data"), at(dataset.name, what)), entry(_("Rows"), str(rows))]
    if dataset.task == "classification":
        counts = counts_in_words(counts_of(dataset.y, dataset.class_names))
        lines.append(entry(_("Classes"), counts))
    names = _names(dataset)
    if dataset.kind in ("table", "features"):
        features = _("{shape}: {names}", shape=shape, names=names) if names else shape
        lines.append(entry(_("Features"), features))
    else:
        report = report_on_examples(dataset)
        lines.append(entry(_("Each"), str(example_in_words(report))))
        if report.lengths is not None and dataset.kind != "text":
            lines.append(entry(_("Lengths"), str(lengths_in_words(*report.lengths))))
        if names:
            lines.append(entry(_("Named"), names))
    made_by = GENERATORS.get(canonical(dataset.source))
    if made_by is not None:
        lines += [
            entry(
                _("Option") if not number else "",
                _(
                    "{name}: {allowed} (default {default})",
                    name=name,
                    allowed=option.described(),
                    default=_default(option.default),
                ),
            )
            for number, (name, option) in enumerate(made_by.options.items())
        ]
    return [*lines, *(entry(_("Note"), note) for note in dataset.notes)]


def _default(value: object) -> str:
    """Return a default as it would be typed."""
    return "..".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _names(dataset: "Dataset") -> str:
    """Return the names of the features, of many the first and the last."""
    names = [shorten(name, _NAME) for name in dataset.feature_names]
    return str(first_and_last(names, MOST_NAMES))
