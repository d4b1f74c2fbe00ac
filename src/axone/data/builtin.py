"""The small classic datasets that scikit-learn carries along: nothing to download.

They lie beside this file, in `classic/`: to import scikit-learn takes longer than to learn iris.
"""

from pathlib import Path

import numpy as np

from axone.data.array_dataset import make_array_dataset
from axone.data.dataset import Dataset, DatasetInfo, TaskChoice

BUILT_IN = {
    info.name: info
    for info in (
        DatasetInfo("iris", "classification", 150, "4", 3, "built in"),
        DatasetInfo("wine", "classification", 178, "13", 3, "built in"),
        DatasetInfo("breast_cancer", "classification", 569, "30", 2, "built in"),
        DatasetInfo("digits", "classification", 1797, "64", 10, "built in"),
        DatasetInfo("diabetes", "regression", 442, "10", None, "built in"),
    )
}


_FOLDER = Path(__file__).parent / "classic"


def load_built_in(name: str, task: TaskChoice = "auto", target: str | None = None) -> Dataset:
    """Load one of `BUILT_IN`; digits as rows of 64 grey values of 0 … 16."""
    with np.load(_FOLDER / f"{name}.npz", allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in ("X", "y", "feature_names", "target_names")}
    return make_array_dataset(name, arrays, task=task, target=target)
