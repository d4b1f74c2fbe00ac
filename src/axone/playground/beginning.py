"""What the page shows first: what the command was given, be it a set, a file or a run."""

from pathlib import Path
from typing import Any

from axone.errors import AxoneError
from axone.experiments import EXPERIMENT
from axone.playground.bench import FIRST, Bench
from axone.playground.opening import open_run
from axone.playground.questions.looking import look_at
from axone.playground.sources import UPLOAD

_PACE = 30.0
"""Epochs a second: a spiral is then learnt while one looks on, not before."""


def begin(bench: Bench, source: str | None) -> None:
    """Open what the command was given.

    Raises
    ------
    AxoneError
        It cannot be opened.
    """
    bench.set_pace(_PACE)
    if source is None:
        bench.set_design(FIRST)
    elif (Path(source) / EXPERIMENT).is_file():
        open_run(bench, Path(source))
    else:
        _open_data(bench, design_for(bench, source))


def _open_data(bench: Bench, design: dict[str, Any]) -> None:
    """Open a set or a file; of a table that does not say what is to be learnt, the page asks."""
    source = design["data"]["source"]
    try:
        bench.set_design(design)
    except AxoneError:
        if not (source.startswith(UPLOAD) or source in bench.sources.names()):
            raise
        columns = look_at(bench, {"source": source})["columns"]  # which raises, too, if it must
        if not columns or any(column["role"] == "target" for column in columns):
            raise
        bench.set_design(FIRST)
        bench.asked_about = source


def design_for(bench: Bench, source: str) -> dict[str, Any]:
    """Return a design for a set or a file, with Axone's defaults for it."""
    if not bench.sources.has(source) and Path(source).exists():
        path = Path(source).resolve()
        source = bench.sources.add(path.name, path)
    return {"data": {"source": source}, "network": {}, "training": {}, "seed": 0}
