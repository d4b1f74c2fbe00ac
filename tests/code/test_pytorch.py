"""Scripts of PyTorch: with Axone's first weights the same weights, otherwise as good a model."""

import numpy as np
import pytest

from axone.code import source_of
from axone.code.pytorch_layers import LAYERS, beyond, modules
from axone.errors import ConfigurationError
from axone.experiments import prepare
from axone.layers import GRU, LSTM, Attention, Conv1D, Dense, GaussianNoise, MaxPool, RNNCell
from axone.layers import Recurrent as Scan

torch = pytest.importorskip("torch")

DENSE = {"name": "dense", "units": 3, "activation": "softmax"}
CONVOLUTIONS = [
    {"name": "conv2d", "channels": 4, "kernel_size": 3, "padding": "same", "stride": 2},
    "batch_norm",
    {"name": "activation", "function": "relu"},
    {"name": "max_pool", "size": 2, "padding": "same"},
    {
        "name": "residual",
        "layers": [{"name": "conv2d", "channels": 6, "kernel_size": 3, "padding": "same"}],
        "shortcut": [{"name": "conv2d", "channels": 6, "kernel_size": 1}],
    },
    {"name": "average_pool", "size": 2, "padding": 1},
    "global_pool",
    {"name": "layer_norm"},
    DENSE,
]


def weights(module):
    return np.concatenate([each.detach().numpy().ravel() for each in module.parameters()])


def exactly(script, described):
    return weights(script(described, "pytorch", exact=True)["model"])


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        ("iris", {}),
        ("wine", {"l2": 0.5, "optimizer": "momentum"}),
        ("iris", {"l1": 0.1, "optimizer": "nesterov", "schedule": "step", "drop_last": True}),
        ("iris", {"optimizer": "adamw", "schedule": "one_cycle", "clip_value": 0.05}),
        ("iris", {"optimizer": "sgd", "schedule": {"name": "warmup", "epochs": 3}}),
        ("diabetes", {"optimizer": "rmsprop", "schedule": "cosine", "loss": "huber"}),
        ("diabetes", {"optimizer": "adagrad", "schedule": "exponential", "loss": "mae"}),
        ("diabetes", {"optimizer": "gd"}),
    ],
)
def test_exact_scripts_take_the_steps_of_the_run(experiment, script, learnt, source, settings):
    network = {"hidden": [8], "activation": "tanh"}
    training = {"epochs": 12} | settings
    described = experiment(source, {"network": network, "training": training})
    wanted = learnt(described)
    first = prepare(described).network.initialize(0, "float64").vector
    assert np.abs(wanted - first).max() > 1e-3
    np.testing.assert_allclose(exactly(script, described), wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("source", ["iris", "diabetes"])
def test_in_single_precision_an_epoch_is_the_same_within_its_rounding(
    experiment, script, learnt, source
):
    described = experiment(source, {"dtype": "float32", "training": {"epochs": 1}})
    np.testing.assert_allclose(exactly(script, described), learnt(described), atol=1e-5)


def test_a_lone_sigmoid_has_its_loss(experiment, script, learnt):
    layers = [{"name": "dense", "units": 1, "activation": "sigmoid"}]
    settings = {"network": {"layers": layers}, "training": {"epochs": 3}}
    described = experiment("breast_cancer", settings)
    np.testing.assert_allclose(exactly(script, described), learnt(described), atol=1e-12)


def test_convolutions_pools_and_blocks_are_the_same(experiment, script, learnt, images):
    settings = {"network": {"layers": CONVOLUTIONS}, "training": {"epochs": 3}}
    described = experiment(images, settings)
    np.testing.assert_allclose(exactly(script, described), learnt(described), atol=1e-10)


@pytest.mark.parametrize("source", ["wine", "diabetes"])
def test_plain_scripts_find_as_good_a_model(experiment, script, source):
    """From other first weights: of three seeds the mean of the scores is near Axone's.

    That the steps are the same is held above, to rounding; here a script that learns nothing, or
    other rows, would show. Of 15 % test rows diabetes has too few to tell by: there R² was 0.27 in
    PyTorch and 0.19 here over three seeds, 0.26 and 0.28 over five.
    """

    def score(names):
        return float(names["printed"].split(":")[1])

    ours, theirs = [], []
    for seed in range(3):
        settings = {"network": {"hidden": [8]}, "training": {"epochs": 40}}
        described = experiment(source, {"seed": seed, "data": {"test": 0.3}} | settings)
        ours.append(score(script(described)))
        theirs.append(score(script(described, "pytorch")))
    assert np.mean(theirs) == pytest.approx(np.mean(ours), abs=0.06)


def test_plain_scripts_of_small_tables_need_no_axone(experiment):
    source = source_of(prepare(experiment("iris")), "pytorch")
    assert "import axone" not in source
    assert "from axone" not in source


@pytest.mark.parametrize("name", ["lenet", "cnn"])
def test_presets_of_images_run(experiment, script, images, name):
    settings = {"network": {"preset": name}, "training": {"epochs": 1}}
    described = experiment(images, settings)
    names = script(described, "pytorch")
    assert sum(p.numel() for p in names["model"].parameters()) == (
        prepare(described).network.parameter_count
    )


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([GRU(5, last=True)], (7, 3)),
        ([LSTM(5, bidirectional=True)], (7, 3)),
        ([Scan(RNNCell(4, "relu"), last=True, bidirectional=True)], (7, 3)),
        ([Conv1D(4, 3, padding="same", dilation=2), MaxPool(3, 2), GaussianNoise(0.1)], (2, 12)),
    ],
)
def test_modules_give_shapes_as_the_layers_do(layers, shape):
    from axone.code.pytorch_layers import HELPERS
    from axone.layers.sequence import output_shapes

    names = {"torch": torch, "nn": torch.nn}
    exec("\n\n".join(HELPERS.values()), names)
    module = eval(f"nn.Sequential({', '.join(modules(layers, shape))})", names)
    assert module(torch.zeros(2, *shape)).shape[1:] == tuple(output_shapes(layers, shape)[-1])


def test_every_layer_that_is_written_the_translation_knows():
    from axone.engines.torch.translation import LAYERS as TRANSLATED

    assert set(LAYERS) <= set(TRANSLATED)


def test_what_is_in_no_table_is_named():
    assert [str(each) for each in beyond([Attention(1)], (4, 2))] == ["the layer Attention"]
    assert [str(each) for each in beyond([Dense(2, "z**2")], (4,))] == ["the activation formula"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"training": {"schedule": "adaptive"}}, "the schedule adaptive"),
        ({"training": {"stopping": {"patience": 3}}}, "the stopping rule patience"),
        ({"training": {"optimizer": "lbfgs"}}, "the optimizer lbfgs"),
        ({"network": {"frozen": 1}}, "frozen layers"),
    ],
)
def test_what_pytorch_cannot_express_is_refused_with_who_can(experiment, settings, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        source_of(prepare(experiment("iris", settings)), "pytorch")
    assert "python, toml" in str(refused.value)


def test_exact_code_of_dropout_is_refused_with_the_way_out(experiment):
    described = experiment("iris", {"network": {"hidden": [4], "dropout": 0.5}})
    with pytest.raises(ConfigurationError, match="Without --exact it can"):
        source_of(prepare(described), "pytorch", exact=True)
