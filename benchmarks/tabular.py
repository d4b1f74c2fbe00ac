"""Tables with default settings: Axone's estimators beside scikit-learn's networks and trees.

Run it with `python -m benchmarks.tabular`. Every fit has a process of its own, the rows are split
by the same seeds for all, and what was measured is kept at once, so that a run that was broken off
goes on where it stood. It prints a table and writes `benchmarks/TABULAR.md`.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.data import Dataset, load_dataset
from benchmarks.machine import ROOT, count_cores, library_versions, processor_name, run_confined

Figures = dict[str, dict[str, float]]
"""What was measured, by "dataset, opponent, seed": quality and seconds of the fit."""

METRICS = {
    "adult": "accuracy",
    "covtype": "accuracy",
    "creditcard": "average precision",
    "digits": "accuracy",
    "california_housing": "R²",
    "bike_sharing_hour": "R²",
    "weather_nyc": "R²",
}
OPPONENTS = ("Axone", "MLP", "MLP early stopping", "HistGradientBoosting")
COVTYPE_ROWS = 100_000

NOTE = """\
Everyone with default settings: `TabularClassifier` and `TabularRegressor` of Axone; scikit-learn's
`MLPClassifier` and `MLPRegressor` behind a `StandardScaler` (categories one-hot, regression targets
standardised), without and with `early_stopping=True`; its `HistGradientBoosting` on the columns as
they are. 20 % of the rows are for the test, split and estimator seeded alike; mean and standard
deviation over the seeds. Seconds are the processor's for `fit`, all threads added up, so that
neither other work on the machine nor a second core counts (Axone trains two networks at once where
there are two). covtype is a sample of 100 000 rows, bike_sharing_hour's two targets are added up.
**Bold** is the best of a row. Axone's defaults were chosen on these very tables, mostly with seeds
0 to 2, which flatters them somewhat."""


def load(name: str) -> Dataset:
    """Return a dataset as the table of the benchmark has it."""
    from sklearn.model_selection import train_test_split

    data = load_dataset(name, target="income" if name == "adult" else None)
    if name == "covtype":
        X, _, y, _ = train_test_split(
            data.X, data.y, train_size=COVTYPE_ROWS, stratify=data.y, random_state=0
        )
        return replace(data, X=X, y=y)
    return replace(data, y=data.y.sum(axis=1)) if data.y.ndim == 2 else data


def estimator(opponent: str, data: Dataset, seed: int) -> Any:
    """Return an estimator with its default settings."""
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    import axone as ax

    classes = data.task == "classification"
    if opponent == "Axone":
        return (ax.TabularClassifier if classes else ax.TabularRegressor)(random_state=seed)
    if opponent == "HistGradientBoosting":
        trees = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        return trees(random_state=seed)
    network = (MLPClassifier if classes else MLPRegressor)(
        random_state=seed, early_stopping=opponent != "MLP"
    )
    words = list(data.X.select_dtypes("category").columns) if data.is_table else []
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scaled = ColumnTransformer([("one_hot", one_hot, words)], remainder=StandardScaler())
    pipeline = make_pipeline(scaled if words else StandardScaler(), network)
    if classes:
        return pipeline
    return TransformedTargetRegressor(pipeline, transformer=StandardScaler())


def measure(name: str, opponent: str, seed: int) -> dict[str, float]:
    """Fit one estimator to one split; return its quality on the test rows and its seconds."""
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import train_test_split

    data = load(name)
    if data.is_table:
        text = data.X.select_dtypes(exclude="number").columns
        data.X[text] = data.X[text].astype("category")
    strata = data.y if data.task == "classification" else None
    X, X_test, y, y_test = train_test_split(
        data.X, data.y, test_size=0.2, stratify=strata, random_state=seed
    )
    model = estimator(opponent, data, seed)
    warnings.simplefilter("ignore")  # scikit-learn's networks end at their 200 epochs
    started, wall = time.process_time(), time.perf_counter()
    model.fit(X, y)
    seconds, wall = time.process_time() - started, time.perf_counter() - wall
    started = time.process_time()
    if METRICS[name] == "average precision":
        quality = average_precision_score(y_test, model.predict_proba(X_test)[:, 1])
    else:
        quality = model.score(X_test, y_test)
    predicting = time.process_time() - started
    return {"quality": quality, "seconds": seconds, "wall": wall, "predicting": predicting}


def measure_all(
    figures: Figures, names: Sequence[str], opponents: Sequence[str], seeds: int, keep: Path
) -> None:
    """Measure what `figures` lacks, in fresh processes, and keep it at once."""
    for seed in range(seeds):
        for name in names:
            for opponent in opponents:
                key = f"{name}, {opponent}, {seed}"
                if key in figures:
                    continue
                arguments = ["--measure", name, opponent, str(seed)]
                figures[key] = run_confined("benchmarks.tabular", arguments, threads=1)
                print(f"{key}: {figures[key]}", file=sys.stderr, flush=True)
                keep.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def table(
    figures: Figures, cell: Callable[[list[dict[str, float]]], tuple[float, str]], names: Any
) -> str:
    """Lay out a line a dataset, a column an opponent; the greatest `cell` of a line is bold."""
    measured = {key.rpartition(", ")[0] for key in figures}
    opponents = [one for one in OPPONENTS if any(key.endswith(f", {one}") for key in measured)]
    lines = [("", *opponents), ["---"] * (len(opponents) + 1)]
    for name in names:
        cells = {}
        for opponent in opponents:
            runs = [figures[k] for k in figures if k.startswith(f"{name}, {opponent}, ")]
            cells[opponent] = cell(runs) if runs else (float("-inf"), "")
        best = max(number for number, _ in cells.values())
        words = [f"**{text}**" if number == best else text for number, text in cells.values()]
        lines.append((f"{name} ({METRICS[name]})", *words))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _quality(runs: list[dict[str, float]]) -> tuple[float, str]:
    values = [run["quality"] for run in runs]
    return round(float(np.mean(values)), 4), f"{np.mean(values):.4f} ± {np.std(values):.4f}"


def _seconds(runs: list[dict[str, float]]) -> tuple[float, str]:
    seconds = statistics.mean(run["seconds"] for run in runs)
    return -seconds, f"{seconds:.2f}"


def report(figures: Figures, names: Sequence[str], seeds: int) -> str:
    """Return the whole of TABULAR.md."""
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    return (
        f"# Tables\n\nWritten by `python -m benchmarks.tabular`; {seeds} seeds on "
        f"{processor_name()}, {count_cores()} cores; {versions}.\n\n{NOTE}\n\n"
        f"## Quality on the test rows\n\n{table(figures, _quality, names)}\n\n"
        f"## Seconds of a fit\n\n{table(figures, _seconds, names)}\n"
    )


def _names(kind: str, allowed: Sequence[str]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(allowed):
            raise argparse.ArgumentTypeError(
                f"unknown {kind} {min(unknown)!r}; there are {', '.join(allowed)}"
            )
        return names

    return read


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, measure what is lacking, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.tabular")
    parser.add_argument("--datasets", type=_names("dataset", list(METRICS)), default=list(METRICS))
    parser.add_argument("--opponents", type=_names("opponent", OPPONENTS), default=list(OPPONENTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--keep", type=Path, default=ROOT / "runs" / "tabular.json")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("TABULAR.md"))
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        name, opponent, seed = options.measure
        print(json.dumps(measure(name, opponent, int(seed))))
        return
    options.keep.parent.mkdir(parents=True, exist_ok=True)
    figures = json.loads(options.keep.read_text("utf-8")) if options.keep.exists() else {}
    measure_all(figures, options.datasets, options.opponents, options.seeds, options.keep)
    options.out.write_text(report(figures, options.datasets, options.seeds), encoding="utf-8")
    print(options.out.read_text("utf-8"))


if __name__ == "__main__":
    main()
