"""Tables of text with every kind of cell, and files of them changed at random.

Beside the oracle of all tries there is a promise: what could be learnt from can be predicted and
evaluated, and the same rows become the same inputs then.
"""

import gzip
import io
import zipfile

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.hostile import WORDS
from tests.fuzz.oracle import Finding, watched

from axone.data import Preprocessing, TableOptions, load_dataset, read_rows
from axone.data.look import look
from axone.data.reading import CHOICES

ROWS = 24

CELLS = [
    ["1", "2", "30"], ["1.5", "2", "-3.25"], ["1,5", "2", "1.234,5"], ["1.000", "900", "1.100"],
    ["1.234", "2.345"], ["12 %", "13,5 %"], ["€ 12", "$3", "12 CHF"], ["(12,50)", "12,50-", "−3"],
    ["1e5", "2E-3", "1e400"], ["007", "12"], ["9007199254740993", "-18446744073709551616"],
    ["inf", "-inf", "1"], ["nan", "NA", "3"], ["<0.5", ">3", "1"], ["1 234", "1\u202f234,5"],
    ["2024-01-31", "9999-12-31", "0001-01-01"], ["31/01/2024", "01/02/2024"], ["01/02/2024"],
    ["5 janv. 2024", "Jan 5, 2024"], ["2024-01-31T10:00:00+02:00", "2024-02-30"], ["12:30", "7 PM"],
    ["20240131", "20240230", "202401"], ["2024-Q1", "2024-W05", "01.2024"], ["yes", "no"],
    ["TRUE", "false", "1"], ["None", "Mild", "Severe"], ["a", "b", "c"], ["", "x"], ["-", "?", "."],
    ["1" * 400, "0." + "0" * 400], ["=1+1", "@x", "+1"], ["½", "①", "٣"], ["a=b", "x\ty"],
]  # fmt: skip
"""Cells of columns: each column takes its own from one of these, or from several."""

_cell = st.sampled_from([cell for cells in CELLS for cell in cells] + WORDS) | st.text(max_size=8)
_column = st.one_of(
    st.sampled_from(CELLS).flatmap(
        lambda cells: st.lists(st.sampled_from(cells), min_size=ROWS, max_size=ROWS)
    ),
    st.tuples(
        st.sampled_from(CELLS).flatmap(
            lambda cells: st.lists(st.sampled_from(cells), min_size=ROWS - 1, max_size=ROWS - 1)
        ),
        _cell,
    ).map(lambda pair: [*pair[0], pair[1]]),
    st.lists(_cell, min_size=ROWS, max_size=ROWS),
)
_names = st.lists(
    st.sampled_from(["a", "b", "Größe", " a ", "", "x=y", "id", "[1]"]) | st.text(max_size=5),
    min_size=2,
    max_size=4,
)
ENDINGS = [".csv", ".tsv", ".txt", ".csv.gz", ".csv.zip", ".json", ".arff", ".parquet", ".xlsx"]

cases = st.tuples(
    _names,
    st.lists(_column, min_size=4, max_size=4),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]),
    st.sampled_from(ENDINGS) | st.just(".csv"),
    st.none() | st.tuples(st.binary(max_size=6), st.floats(0, 1)),
    st.none() | st.tuples(st.integers(0, 3), st.sampled_from(CHOICES)),
    st.sampled_from([(), ("NA",), ("1", "")]),
)


def written(names, columns, separator, encoding):
    """The bytes of a table, as a careless program writes it: no quotes, whatever cells hold."""
    rows = [names, *zip(*columns[: len(names)], strict=True)]
    text = "\n".join(separator.join(map(str, row)) for row in rows) + "\n"
    return text.encode(encoding, "replace")


def packed(content, ending):
    """The bytes as a file of that ending has them, where that is easily said."""
    if ending.endswith(".gz"):
        return gzip.compress(content)
    if ending.endswith(".zip"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("table.csv", content)
        return buffer.getvalue()
    return content


def attempt(case, folder):
    """Look at a table, learn how its inputs are made, and make them of the same rows again."""
    names, columns, separator, encoding, ending, damage, choice, missing = case
    content = packed(written(names, columns, separator, encoding), ending)
    if damage is not None:
        piece, share = damage
        place = int(share * len(content))
        content = content[:place] + piece + content[place + len(piece) :]
    path = folder / f"table{ending}"
    path.write_bytes(content)
    with watched():
        report = look(path)
        assert str(report)
        assert report.to_data()
        found = [column.name for column in report.columns]
        chosen = {} if choice is None else {found[choice[0] % len(found)]: choice[1]}
        options = TableOptions(chosen, missing)
        target = found[-1]
        dataset = load_dataset(path, target=target, table=options)
        learnt = Preprocessing.fit(dataset.X, read=dataset.read)
        inputs = learnt.transform(dataset.X, "float64")
        again = learnt.transform(read_rows(path, options).X, "float64")
        if len(again) == len(inputs) and not np.array_equal(again, inputs):
            raise Finding("the same rows become other inputs later", repr(case)[:500])
