"""The small classic datasets that scikit-learn carries along: nothing to download."""

from typing import Any

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


def load_built_in(name: str, task: TaskChoice = "auto", target: str | None = None) -> Dataset:
    """Load one of `BUILT_IN`; digits as rows of 64 grey values of 0 … 16."""
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    # scikit-learn names the classes of classification sets only.
    target_names = getattr(bunch, "target_names", ["disease_progression"])
    arrays = {
        "X": np.asarray(bunch.data, dtype=np.float64),
        "y": np.asarray(bunch.target),
        "feature_names": np.array(bunch.feature_names, dtype=str),
        "target_names": np.array(target_names).astype(str),
    }
    return make_array_dataset(name, arrays, task=task, target=target)
