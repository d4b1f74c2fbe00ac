"""Rows whose target is a number, in standard units."""

import pytest
from sklearn.datasets import load_diabetes


@pytest.fixture(scope="module")
def numbers():
    data, y = load_diabetes(return_X_y=True)
    return data / data.std(axis=0), (y - y.mean()) / y.std()
