"""The flat vector of parameters and its named views."""

import copy
import pickle

import numpy as np
import pytest

import axone as ax
from axone.errors import ShapeError
from axone.parameters import Parameters

NETWORK = ax.Network(
    ax.Dense(3, "relu"), ax.BatchNorm(), ax.Residual(ax.Dense(3)), ax.Dropout(0.1), input_shape=2
)


def test_every_array_is_a_view_of_the_one_vector():
    parameters = NETWORK.initialize(0)
    assert dict(parameters.shapes) == {
        "0.weight": (3, 2),
        "0.bias": (3,),
        "1.weight": (3,),
        "1.bias": (3,),
        "1.running_mean": (3,),
        "1.running_variance": (3,),
        "2.0.weight": (3, 3),
        "2.0.bias": (3,),
    }
    parameters.vector[...] = np.arange(parameters.vector.size)
    assert parameters["0.weight"].tolist() == [[0, 1], [2, 3], [4, 5]]
    parameters["0.bias"][...] = -1
    assert parameters.vector[6:9].tolist() == [-1, -1, -1]
    parameters["1.running_mean"][...] = 7
    assert parameters.buffers.tolist() == [7, 7, 7, 1, 1, 1]
    assert parameters.by_layer[2]["0.bias"].base is not None
    assert len(parameters) == 8
    assert list(parameters) == list(parameters.shapes)


def test_layers_without_weights_have_an_empty_slice():
    assert NETWORK.layout.layer_slice(3) == slice(0, 0)
    assert NETWORK.layout.layer_slice(1) == slice(9, 15)


def test_the_text_names_shapes_and_precision():
    text = repr(ax.Network(ax.Dense(1), input_shape=2).initialize())
    assert text == "Parameters(0.weight (1, 2), 0.bias (1,); float32)"


def test_copies_have_memory_of_their_own():
    parameters = NETWORK.initialize(0)
    for other in (parameters.copy(), parameters.astype("float32"), parameters.zeros_like()):
        other.vector[...] = 9
        other.buffers[...] = 9
        assert 9 not in parameters.vector
        assert 9 not in parameters.buffers
    assert parameters.astype("float64")["1.running_variance"].dtype == np.float64


def test_replaced_sets_some_arrays_of_a_copy():
    parameters = NETWORK.initialize(0)
    other = parameters.replaced({"0.bias": [1, 2, 3]})
    assert other["0.bias"].tolist() == [1, 2, 3]
    assert parameters["0.bias"].tolist() == [0, 0, 0]
    np.testing.assert_array_equal(other["0.weight"], parameters["0.weight"])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"0.weigth": 1}, "No parameter '0.weigth': there are 0.weight, 0.bias"),
        ({"0.bias": [1, 2]}, r"'0.bias' has shape \(3,\), not \(2,\)"),
    ],
)
def test_replacing_what_does_not_fit_is_refused(arrays, message):
    with pytest.raises(ShapeError, match=message):
        NETWORK.initialize(0).replaced(arrays)


def test_a_vector_of_another_length_is_refused():
    with pytest.raises(ShapeError, match=r"has 27 parameters and 6 buffers.*\(5,\) and \(6,\)"):
        Parameters(NETWORK.layout, np.zeros(5))


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_the_views_of_a_copy_share_memory_with_its_own_vector(copier):
    params = ax.Network(ax.Dense(2), input_shape=3).initialize()
    assert params["0.weight"].shape == (2, 3)
    other = copier(params)
    other.vector[:] = 7
    assert (other["0.weight"] == 7).all()
    assert (params["0.weight"] != 7).all()
