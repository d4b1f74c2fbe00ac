"""What rows that pass together may take: no more for many rows than for few."""

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="the largest size of a process is POSIX's to tell")

SCRIPT = """
import resource, sys
import numpy as np
import axone as ax
from axone.data import Examples
from axone.engines import Recipe, get_engine
from axone.losses import LOSSES

NETWORKS = {
    "lstm": (ax.LSTM(64, last=True), (1000, 2)),
    "attention": (ax.Attention(2), (300, 4)),
    "residual": (ax.Residual(ax.Conv1D(256, 3, padding="same"), ax.Conv1D(1, 1)), (1, 2000)),
    "images": (ax.Conv2D(32, 3), (3, 64, 64)),
}
name, engine, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
layer, shape = NETWORKS[name]
network = ax.Network(layer, ax.Flatten(), ax.Dense(3, "softmax"), input_shape=shape)
plan = get_engine(engine).compile(Recipe(network, LOSSES.resolve("cce"), ax.Adam()))
parameters, X = network.initialize(0), np.zeros((rows, *shape), "f4")
labels = np.zeros(rows, "int64")

def most_memory(some):
    plan.evaluate(parameters, Examples(X[:some], labels[:some]))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # MiB, on Linux

before = most_memory(1)
print(most_memory(rows) - before)
"""
"""In a process of its own, whose largest size so far tells."""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the largest size is Linux's")
@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("name", ["lstm", "attention", "residual", "images"])
def test_many_rows_are_evaluated_in_little_memory(name, engine):
    command = [sys.executable, "-c", SCRIPT, name, engine, "400"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    # All at once would take hundreds of MiB of any of them.
    assert int(told.stdout) < 256
