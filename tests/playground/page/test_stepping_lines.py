"""Lines as the page writes them: those that the library writes, of the traces of real networks."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import axone as ax
from axone.explanation.numerals import cell_name, numeral, written
from axone.playground.traces import working_data
from axone.traced import Rest

PANEL = Path(ax.__file__).parent / "playground/page/panels/stepping"

SCRIPT = """
import { line, written } from "%(panel)s/working.js";
import { cellName } from "%(panel)s/steps.js";
const rest = (terms, total) => `${terms} more: ${total}`;
let text = "";
for await (const part of process.stdin) text += part;
const found = JSON.parse(text).map(({ working, numerals, symbol, index, shape }) => [
  cellName(symbol, index, shape),
  line(written(working, (value) => new Map(numerals).get(value), rest)),
]);
console.log(JSON.stringify(found));
"""


def lines_of(trace):
    """Every line of a trace: as the page is sent it, and as the library writes it."""
    for step in trace.walk():
        for cell in step.cells:
            working = working_data(cell.working)
            parts = [part for part in working if isinstance(part, dict)]
            numbers = [part.get("number", part.get("total")) for part in parts] + [0.5]
            sent = {
                "working": working,
                "numerals": [[number, numeral(float(number))] for number in numbers],
                "symbol": step.symbol,
                "index": list(cell.index),
                "shape": list(step.array.shape),
            }
            rounded = tuple(rounded_part(part) for part in cell.working)
            name = cell_name(step.symbol, cell.index, step.array.shape)
            yield sent, [name, written(rounded)]


def rounded_part(part):
    if isinstance(part, Rest):
        return Rest(part.terms, float(f"{part.total:.9g}"))
    return part if isinstance(part, str) else float(f"{float(part):.9g}")


@pytest.mark.skipif(shutil.which("node") is None, reason="the page's modules run in Node")
def test_lines_of_working_are_those_of_the_library():
    random = np.random.default_rng(0)
    network = ax.Network(
        ax.Dense(9, "selu"), ax.LayerNorm(), ax.Dense(3, "softmax"), input_shape=12
    )
    parameters = network.initialize(1, "float64")
    trace = ax.explain(
        network,
        parameters,
        random.normal(size=12),
        1,
        loss="cce",
        optimizer="adamw",
        l1=0.1,
        jacobian=True,
        cells=4,
    )
    pairs = list(lines_of(trace))
    assert len(pairs) > 60
    script = SCRIPT % {"panel": PANEL.as_uri()}
    sent = json.dumps([sent for sent, _line in pairs])
    node = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=sent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for found, (_sent, line) in zip(json.loads(node.stdout), pairs, strict=True):
        assert found == line
