"""A comparison written down: a row an epoch as CSV, the summary as JSON, and the picture."""

from pathlib import Path

from axone.comparison.outcome import OURS, TITLES, Comparison
from axone.files import json_text, write_atomically
from axone.messages import Listed, _, _n, all_of, listed

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
    threads = _n("{count} thread", "{count} threads", comparison.threads)
    figure = plot_comparison(
        {TITLES[key]: comparison.losses(key) for key in comparison.libraries},
        {TITLES[key]: comparison.differences(key) for key in comparison.opponents},
        {TITLES[key]: comparison.typical_seconds(key) for key in comparison.libraries},
        validation_losses={
            TITLES[key]: comparison.validation_losses(key)
            for key in comparison.libraries
            if comparison.validation_losses(key)
        },
        title=_(
            "{name}: the same steps in {libraries}",
            name=comparison.prepared.dataset.name,
            libraries=_listed([TITLES[key] for key in comparison.libraries]),
        ),
        note=_(
            "{dtype}, {threads} each, batches of {rows}, {ours}'s {engine} engine.",
            dtype=settings.dtype,
            threads=threads,
            rows=settings.training.batch_size,
            ours=TITLES[OURS],
            engine=comparison.engine,
        ),
    )
    save_figure(figure, folder / PICTURE)


def _listed(words: list[str]) -> Listed:
    return all_of([listed(words[:-1]), words[-1]]) if len(words) > 1 else listed(words)
