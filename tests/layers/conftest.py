"""What the tests of layers share: random parameters for one layer."""

import numpy as np
import pytest

import axone as ax


@pytest.fixture(scope="session")
def arrays_of():
    """Random parameters of one layer; running variances positive, biases with their starts."""

    def parameters(layer, input_shape, seed):
        parameters = ax.Network(layer, input_shape=input_shape).initialize(seed, "float64")
        random = np.random.default_rng(seed)
        parameters.vector += random.normal(scale=0.3, size=parameters.vector.shape)
        parameters.buffers[...] = random.uniform(0.5, 2, parameters.buffers.shape)
        return parameters

    return parameters
