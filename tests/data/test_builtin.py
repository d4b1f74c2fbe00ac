"""The classic datasets are scikit-learn's, to the last bit and name."""

import numpy as np
import pytest
from sklearn import datasets

from axone.data.builtin import BUILT_IN, load_built_in


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_classic_dataset_is_that_of_scikit_learn(name):
    bunch = getattr(datasets, f"load_{name}")()
    found = load_built_in(name)
    np.testing.assert_array_equal(found.X, bunch.data)
    assert list(found.feature_names) == list(bunch.feature_names)
    if found.task == "classification":
        assert list(found.class_names) == [str(each) for each in bunch.target_names]
    np.testing.assert_array_equal(np.ravel(found.y), bunch.target)
    info = BUILT_IN[name]
    assert found.X.shape == (info.rows, int(info.features))
