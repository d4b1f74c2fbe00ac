"""Where a model is named on the command line: a folder of `axone train`, or a model file."""

from pathlib import Path

from axone.experiments import load_run
from axone.model import Model, load


def model_at(path: Path) -> Model:
    """Return the model of a result folder or of a file that `axone.save` wrote.

    Raises
    ------
    ModelFileError
        Neither of them, or damaged.
    """
    return load(path) if path.is_file() else load_run(path)[1]
