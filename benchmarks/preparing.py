"""Contests of what happens to rows before a network sees them: shuffled, read, scaled, encoded."""

import ctypes
import itertools
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.around import Contest, Table
from benchmarks.kernels import engine_flags
from benchmarks.machine import compiler

if TYPE_CHECKING:
    import pandas as pd

    from axone.random import RandomStream

_SHUFFLED = (1_000, 100_000, 1_000_000)
_SCALED_SHAPE = (1_000_000, 20)
_ENCODED_ROWS = 200_000
_HAS_POLARS = find_spec("polars") is not None


def _shuffling() -> Iterator[Contest]:
    import numpy as np

    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        compiled = _compiled_shuffle(Path(folder))
        for count in _SHUFFLED:
            works: dict[str, Callable[[], object]] = {}
            if compiled is not None:
                works["compiled"] = _shuffle_by(lambda s, m: compiled(s.key, m), count)
            works["reference"] = _shuffle_by(lambda stream, m: stream.permutation(m), count)
            works["NumPy"] = partial(generator.permutation, count)
            yield Contest(f"{count} rows", works)


def _shuffle_by(
    permute: "Callable[[RandomStream, int], object]", count: int
) -> Callable[[], object]:
    """Return the work of a shuffle, from another seed every time, as every epoch has one."""
    from axone.random import RandomStream

    seeds = itertools.count()
    return lambda: permute(RandomStream.from_seed(next(seeds)), count)


def _compiled_shuffle(folder: Path) -> Callable[[int, int], int] | None:
    """Compile the engine's shuffle for the variant in use; None where there is no compiler."""
    found = compiler()
    if found is None:
        return None
    library, source = folder / "shuffle.so", Path(__file__).with_name("shuffle.cpp")
    flags = engine_flags(os.environ.get("AXONE_ISA", ""))
    build = [found, *flags, "-shared", "-fPIC", str(source)]
    try:
        subprocess.run([*build, "-o", str(library)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    function = ctypes.CDLL(str(library)).first_of_a_permutation
    function.argtypes, function.restype = (ctypes.c_uint64, ctypes.c_size_t), ctypes.c_uint32
    return function


SHUFFLING = Table(
    "Shuffling",
    "A permutation: by the compiled engine, by the reference (both give the same), and by NumPy's "
    "Generator.permutation.",
    ("compiled", "reference"),
    ("NumPy",),
    _shuffling,
    by_variant=True,
)


def _reading() -> Iterator[Contest]:
    import pandas as pd

    from axone.data.files import read_raw_table
    from axone.data.frames import as_frame
    from axone.data.reading import read_columns

    def read(path: Path) -> object:
        return read_columns(as_frame(read_raw_table(path).frame)).frame

    with tempfile.TemporaryDirectory() as folder:
        for name, table in _TABLES.items():
            path = Path(folder) / f"{name}.csv"
            frame = table()
            frame.to_csv(path, index=False)
            megabytes = path.stat().st_size / 1e6
            works: dict[str, Callable[[], object]] = {
                "Axone": partial(read, path),
                "pandas": partial(pd.read_csv, path),
            }
            if _HAS_POLARS:
                import polars

                works["polars"] = partial(polars.read_csv, path)
                works["polars to pandas"] = partial(_through_polars, path)
            yield Contest(f"{name}, {len(frame)}×{frame.shape[1]}, {megabytes:.0f} MB", works)


def _from_file_to_inputs() -> Iterator[Contest]:
    import pandas as pd

    from axone.data import Preprocessing
    from axone.data.files import read_raw_table
    from axone.data.frames import as_frame
    from axone.data.reading import read_columns

    def prepare(path: Path) -> object:
        read = read_columns(as_frame(read_raw_table(path).frame))
        return Preprocessing.fit_transform(read.frame, read=read)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        frame = _a_million()
        frame.to_csv(path, index=False)
        yield Contest(
            f"{len(frame)}×{frame.shape[1]}, {path.stat().st_size / 1e6:.0f} MB",
            {"Axone": partial(prepare, path), "pandas reads": partial(pd.read_csv, path)},
        )


def _through_polars(path: Path) -> "pd.DataFrame":
    import polars

    return polars.read_csv(path).to_pandas()


def _like_covtype() -> "pd.DataFrame":
    """Draw 55 columns of whole numbers, most of them zeros and ones, like the forest covers."""
    import numpy as np
    import pandas as pd

    random, rows = np.random.default_rng(0), 380_000
    amounts = random.integers(0, 4000, (rows, 10))
    flags = random.integers(0, 2, (rows, 44))
    columns = [*(f"amount {n}" for n in range(10)), *(f"flag {n}" for n in range(44))]
    table = pd.DataFrame(np.hstack([amounts, flags]), columns=columns)
    return table.assign(target=random.integers(1, 8, rows))


def _like_adult() -> "pd.DataFrame":
    """Draw measured numbers, whole numbers, words and missing cells, like a census."""
    import numpy as np
    import pandas as pd

    random, rows = np.random.default_rng(0), 400_000
    table = {f"number {n}": random.normal(size=rows).round(6) for n in range(6)}
    table |= {f"whole {n}": random.integers(0, 100_000, rows) for n in range(3)}
    for n, words in enumerate((2, 7, 16, 42)):
        table[f"word {n}"] = np.array([f"value-{n}-{word}" for word in range(words)])[
            random.integers(0, words, rows)
        ]
    frame = pd.DataFrame(table)
    frame.loc[random.random(rows) < 0.05, "word 2"] = None
    return frame


def _a_million() -> "pd.DataFrame":
    """Draw a million rows: measured numbers, whole numbers, words."""
    import numpy as np
    import pandas as pd

    random, rows = np.random.default_rng(0), 1_000_000
    table = {f"number {n}": random.normal(size=rows).round(4) for n in range(5)}
    table |= {f"whole {n}": random.integers(0, 100_000, rows) for n in range(3)}
    table["colour"] = random.choice(["red", "green", "blue"], rows)
    table["letter"] = random.choice(["alpha", "beta", "gamma", "delta"], rows)
    return pd.DataFrame(table)


_TABLES = {"whole numbers": _like_covtype, "mixed": _like_adult, "a million rows": _a_million}

READING = Table(
    "Reading CSV",
    "From the file to a frame whose columns are decided on, beside pandas.read_csv and "
    "polars.read_csv, which leave it to their users to find separator, decimal sign and encoding, "
    "to tell codes from amounts and points from points between thousands, and to look for columns "
    "of one name and for bad lines. What Axone gives is a pandas frame."
    + ("" if _HAS_POLARS else " polars is not installed."),
    ("Axone",),
    ("pandas", "polars to pandas"),
    _reading,
    by_variant=False,
)


FROM_FILE_TO_INPUTS = Table(
    "From a CSV to a network's inputs",
    "Reading, deciding on every column, encoding and scaling, all of it, beside what pandas takes "
    "for reading alone.",
    ("Axone",),
    ("pandas reads",),
    _from_file_to_inputs,
    by_variant=False,
)


def _scaling() -> Iterator[Contest]:
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    from axone.data import Standard

    random = np.random.default_rng(0)
    rows, columns = _SCALED_SHAPE
    for dtype in ("float32", "float64"):
        X = random.normal(3.0, 2.0, (rows, columns)).astype(dtype)
        ours, theirs = Standard(), StandardScaler()
        fits = {"Axone": partial(ours.fit, X), "scikit-learn": partial(theirs.fit, X)}
        yield Contest(f"{rows}×{columns} {dtype}, fit", fits)
        transforms = {
            "Axone": partial(ours.fit(X).transform, X, dtype),
            "scikit-learn": partial(theirs.fit(X).transform, X),
        }
        yield Contest(f"{rows}×{columns} {dtype}, transform", transforms)


SCALING = Table(
    "Scaling",
    "Standard scaling. Axone computes in float64 whatever the rows are, and refuses results that "
    "the run's precision cannot hold; scikit-learn refuses rows that are not finite.",
    ("Axone",),
    ("scikit-learn",),
    _scaling,
    by_variant=False,
)


def _encoding() -> Iterator[Contest]:
    from sklearn.preprocessing import OneHotEncoder

    from axone.data import TableEncoder

    table = _like_adult().iloc[:_ENCODED_ROWS]
    words = table[[name for name in table.columns if name.startswith("word")]].fillna("none")
    theirs = OneHotEncoder(sparse_output=False)
    of_words = f"{len(words)}×{words.shape[1]} words"
    fits = {"Axone": partial(TableEncoder.fit, words), "scikit-learn": partial(theirs.fit, words)}
    yield Contest(f"{of_words}, fit", fits)
    transforms = {
        "Axone": partial(TableEncoder.fit(words).transform, words),
        "scikit-learn": partial(theirs.fit(words).transform, words),
    }
    yield Contest(f"{of_words}, transform", transforms)
    numbers = table.drop(columns=list(words.columns))
    of_numbers = f"{len(numbers)}×{numbers.shape[1]} numbers"
    yield Contest(f"{of_numbers}, fit", {"Axone": partial(TableEncoder.fit, numbers)})
    transform = partial(TableEncoder.fit(numbers).transform, numbers)
    yield Contest(f"{of_numbers}, transform", {"Axone": transform})


ENCODING = Table(
    "Encoding tables",
    "TableEncoder beside scikit-learn's OneHotEncoder, both to a dense matrix of float64. Axone's "
    "fit decides what every column is, too; scikit-learn has nothing like it for numbers.",
    ("Axone",),
    ("scikit-learn",),
    _encoding,
    by_variant=False,
)
