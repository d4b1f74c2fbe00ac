"""A comparison written down: a row an epoch as CSV, the summary as JSON, and the picture."""

from pathlib import Path

from axone.comparison.outcome import OURS, TITLES, Comparison
from axone.files import json_text, write_atomically

CSV = "comparison.csv"
JSON = "comparison.json"
PICTURE = "comparison.png"


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write the three files into a folder that exists.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    write_atomically(folder / CSV, comparison.to_csv().encode())
    write_atomically(folder / JSON, (json_text(comparison.to_data()) + "\n").encode())
    if comparison.epochs:
        _draw(comparison, folder)


def _draw(comparison: Comparison, folder: Path) -> None:
    from axone.plots import plot_comparison, save_figure

    settings = comparison.prepared.experiment.settings
    threads = f"{comparison.threads} thread{'s' * (comparison.threads > 1)}"
    figure = plot_comparison(
        {TITLES[key]: comparison.losses(key) for key in comparison.libraries},
        {TITLES[key]: comparison.differences(key) for key in comparison.opponents},
        {TITLES[key]: comparison.typical_seconds(key) for key in comparison.libraries},
        validation_losses={
            TITLES[key]: comparison.validation_losses(key)
            for key in comparison.libraries
            if comparison.validation_losses(key)
        },
        title=f"{comparison.prepared.dataset.name}: the same steps in "
        f"{_listed([TITLES[key] for key in comparison.libraries])}",
        note=f"{settings.dtype}, {threads} each, batches of {settings.training.batch_size}, "
        f"{TITLES[OURS]}'s {comparison.engine} engine.",
    )
    save_figure(figure, folder / PICTURE)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
