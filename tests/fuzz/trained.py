"""Good models to damage: trained once, small."""

import functools
import tempfile
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from axone.cli import app


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="axone-fuzz-")


@functools.cache
def run_folder(source):
    """The result folder of a run on iris, on images, texts or on a table."""
    home = Path(_folder().name)
    if source == "images":
        random = np.random.default_rng(0)
        np.savez(
            home / "images.npz",
            X=random.integers(0, 256, (40, 8, 8), dtype=np.uint8),
            y=np.arange(40) % 2,
        )
        source = str(home / "images.npz")
    task = "auto"
    if source == "texts":
        (home / "texts.txt").write_text("Anna\nBob\nClara\nDora\nEmil\n")
        source, task = str(home / "texts.txt"), "generation"
    folder = home / Path(source).stem
    result = CliRunner().invoke(
        app,
        [
            *("train", source, "-q", "--epochs", "2", "--hidden", "4"),
            *("--task", task, "--out", str(folder)),
        ],
    )
    assert result.exit_code == 0, result.output
    return folder
