"""Frozen layers: nothing moves them, they run as at prediction, and both engines say the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.agreement import (
    FLOAT64_BATCH_NORM,
    a_rule,
    assert_engines_agree,
    mask_for,
    recipes,
    rows_for,
    trained,
)

import axone as ax
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine, get_engine, shape_of
from axone.engines.native import NativeEngine
from axone.engines.torch import TorchEngine
from axone.errors import UnknownNameError
from axone.layers import Layer
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty

ENGINES = ["reference", "native"]


def a_recipe(frozen, optimizer="adam", layers=None, input_shape=6, **settings):
    layers = layers or [
        ax.Dense(9, "relu"),
        ax.BatchNorm(),
        ax.Dropout(0.4),
        ax.GaussianNoise(0.3),
        ax.Dense(7, "prelu"),
        ax.Dropout(0.2),
        ax.Dense(3, "softmax"),
    ]
    network = ax.Network(*layers, input_shape=input_shape)
    loss = LOSSES.resolve("categorical_cross_entropy")
    rule = ax.LBFGS() if optimizer == "lbfgs" else a_rule(optimizer)
    settings = {"batch_size": 8, "dtype": "float64", "seed": 3, **settings}
    return Recipe(network, loss, rule, frozen=frozen, **settings)


def frozen_arrays(recipe, parameters):
    names = [
        slot.name for slots in recipe.network.layout.by_layer[: recipe.frozen] for slot in slots
    ]
    return {name: parameters[name] for name in names}


@st.composite
def frozen_recipes(draw):
    recipe = draw(recipes())
    layout = recipe.network.layout
    frozen = draw(st.integers(0, max(layout.learning)))
    return Recipe(**{**vars(recipe), "frozen": frozen})


@given(recipe=frozen_recipes(), rows=st.integers(3, 40))
def test_both_engines_train_what_is_not_frozen_alike(recipe, rows):
    has_norm = recipe.network.layout.buffer_size > 0
    if has_norm and 0 < rows % min(recipe.batch_size, rows) < 3:
        rows = 2 * recipe.batch_size  # batch norm of two rows is chaotic
    if has_norm and min(recipe.batch_size, rows) < 3:
        return
    assert_engines_agree(recipe, rows, FLOAT64_BATCH_NORM)


OF_SIGNALS = [
    ax.Conv1D(4, 3, "relu", padding="same"),
    ax.BatchNorm(),
    ax.Residual(ax.Conv1D(4, 3, padding="same"), ax.BatchNorm(), ax.ChannelDropout(0.3)),
    ax.MaxPool(2),
    ax.Transpose(),
    ax.LSTM(5),
    ax.LastStep(),
    ax.Dense(3, "softmax"),
]


@pytest.mark.parametrize("frozen", range(7))
def test_both_engines_freeze_convolutions_blocks_and_recurrent_layers_alike(frozen):
    recipe = a_recipe(frozen, layers=OF_SIGNALS, input_shape=(2, 8))
    assert_engines_agree(recipe, 24, FLOAT64_BATCH_NORM)


@pytest.mark.parametrize("frozen", [1, 2, 5])
def test_frozen_layers_hand_masks_on(frozen):
    layers = [*OF_SIGNALS[:2], ax.Dropout(0.2), *OF_SIGNALS[4:]]
    recipe = a_recipe(frozen, layers=layers, input_shape=(2, 8))
    assert_engines_agree(recipe, 24, FLOAT64_BATCH_NORM, mask=mask_for(24, 8, seed=1))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "lbfgs"])
def test_no_rule_penalty_or_decay_moves_a_frozen_number(engine, optimizer):
    recipe = a_recipe(
        4, optimizer, penalty=Penalty(0.1, 0.2), clipping=Clipping(0.5, 0.1), dtype="float32"
    )
    begun = frozen_arrays(recipe, recipe.network.initialize(recipe.seed, recipe.dtype))
    X, target, _ = rows_for(recipe, 20, 1)
    _, state, _ = trained(get_engine(engine), recipe, X, target, None, 3)
    for name, array in frozen_arrays(recipe, state.parameters).items():
        np.testing.assert_array_equal(array, begun[name])
    assert not np.array_equal(
        state.parameters["4.weight"], recipe.network.initialize(3)["4.weight"]
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_lbfgs_leaves_frozen_layers_alone(engine):
    layers = [ax.Dense(9, "tanh"), ax.Dropout(0.4), ax.Dense(7, "tanh"), ax.Dense(3, "softmax")]
    recipe = a_recipe(2, layers=layers, optimizer="lbfgs")
    begun = recipe.network.initialize(recipe.seed, recipe.dtype)["0.weight"]
    X, target, _ = rows_for(recipe, 30, 1)
    _, state, reports = trained(get_engine(engine), recipe, X, target, None, 6)
    np.testing.assert_array_equal(state.parameters["0.weight"], begun)
    assert reports[-1].loss < reports[0].loss


def test_lbfgs_takes_the_same_steps_in_both_engines():
    layers = [ax.Dense(9, "tanh"), ax.Dense(7, "tanh"), ax.Dense(3, "softmax")]
    recipe = a_recipe(1, layers=layers, optimizer="lbfgs", penalty=Penalty(0, 0.3))
    assert_engines_agree(recipe, 30, 1e-6, epochs=6)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_gradient_of_frozen_layers_is_zero_and_their_penalty_counts_for_nothing(engine):
    recipe = a_recipe(2, penalty=Penalty(0.0, 0.4))
    parameters = recipe.network.initialize(3, "float64")
    X, target, _ = rows_for(recipe, 8, 1)
    plan = get_engine(engine).compile(recipe)
    loss, gradient = plan.loss_and_gradient(parameters, Examples(X, target), step=1)
    assert not gradient.vector[: recipe.frozen_size].any()
    assert gradient.vector[recipe.frozen_size :].any()
    free = get_engine(engine).compile(Recipe(**{**vars(recipe), "penalty": Penalty()}))
    without, _ = free.loss_and_gradient(parameters, Examples(X, target), step=1)
    learnt = (parameters["4.weight"] ** 2).sum() + (parameters["6.weight"] ** 2).sum()
    assert loss - without == pytest.approx(0.4 / (2 * 8) * learnt)


@pytest.mark.parametrize("engine", ENGINES)
def test_training_with_frozen_layers_is_pytorchs_without_their_gradients(engine, torch):
    layers = [
        ax.Dense(9, "relu"),
        ax.BatchNorm(),
        ax.Dropout(0.5),
        ax.Dense(7, "tanh"),
        ax.Dense(3, "softmax"),
    ]
    recipe = a_recipe(3, layers=layers, optimizer="sgd", shuffle=False)
    X, target, _ = rows_for(recipe, 16, 1)
    _, state, _ = trained(get_engine(engine), recipe, X, target, None, 4)

    body = torch.nn.Sequential(
        torch.nn.Linear(6, 9), torch.nn.ReLU(), torch.nn.BatchNorm1d(9), torch.nn.Dropout(0.5)
    ).double()
    head = torch.nn.Sequential(
        torch.nn.Linear(9, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3)
    ).double()
    begun = recipe.network.initialize(recipe.seed, "float64")
    with torch.no_grad():
        for place, module in {0: body[0], 3: head[0], 4: head[2]}.items():
            module.weight.copy_(torch.from_numpy(begun[f"{place}.weight"]))
            module.bias.copy_(torch.from_numpy(begun[f"{place}.bias"]))
    body.requires_grad_(False).eval()
    optimizer = torch.optim.SGD(head.parameters(), lr=0.01)
    for _ in range(4):
        for start in (0, 8):
            rows = slice(start, start + 8)
            logits = head(body(torch.from_numpy(X[rows])))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits, torch.from_numpy(target[rows])).backward()
            optimizer.step()
    for place, module in {3: head[0], 4: head[2]}.items():
        wanted = module.weight.detach().numpy()
        np.testing.assert_allclose(state.parameters[f"{place}.weight"], wanted, rtol=1e-10)


class NeverBack(Layer):
    """The identity, which nobody may differentiate."""

    def output_shape(self, input_shape):
        return input_shape

    def forward(self, parameters, x, context):
        assert not context.training
        assert context.random is None
        return x, ()

    def backward(self, parameters, cache, dy):
        raise AssertionError("a frozen layer was asked for a gradient")


def test_the_backward_pass_ends_at_the_first_layer_that_learns():
    layers = [
        ax.Dense(4, "tanh"),
        NeverBack(),
        ax.Dense(5, "tanh"),
        ax.Dropout(0.1),
        ax.Dense(3, "softmax"),
    ]
    recipe = a_recipe(2, layers=layers)
    X, target, _ = rows_for(recipe, 12, 1)
    trained(ReferenceEngine(), recipe, X, target, None, 2)


def test_random_layers_that_are_frozen_do_not_stand_in_the_way_of_lbfgs():
    frozen = a_recipe(6, optimizer="lbfgs")
    assert not ReferenceEngine().obstacles(frozen)
    assert ReferenceEngine().obstacles(a_recipe(4, optimizer="lbfgs"))


def test_freezing_every_layer_with_weights_is_refused():
    with pytest.raises(ax.ConfigurationError, match="Freeze at most 6"):
        a_recipe(7)
    with pytest.raises(ax.ConfigurationError, match="frozen"):
        a_recipe(-1)
    layers = [ax.Dense(3), ax.Activation("softmax")]
    with pytest.raises(ax.ConfigurationError, match="Freeze at most 0"):
        a_recipe(1, layers=layers)


def test_pytorchs_engine_says_that_it_freezes_nothing():
    pytest.importorskip("torch")
    assert any("frozen layers" in str(each) for each in TorchEngine().obstacles(a_recipe(1)))


def test_networks_with_frozen_layers_are_not_packed_into_lanes():
    layers = [ax.Dense(4, "tanh"), ax.Dense(3, "softmax")]
    assert shape_of(NativeEngine(1).compile(a_recipe(0, layers=layers)), 12)
    assert shape_of(NativeEngine(1).compile(a_recipe(1, layers=layers)), 12) is None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ["momentum", "adam", "lbfgs"])
def test_what_a_run_remembers_of_layers_frozen_since_moves_them_no_more(engine, optimizer):
    layers = [ax.Dense(5, "tanh"), ax.Dense(4, "tanh"), ax.Dense(3, "softmax")]
    network = ax.Network(*layers, input_shape=6, layer_names=["edges", "forms", "classes"])
    settings = {"loss": "cce", "optimizer": optimizer, "engine": engine, "dtype": "float64"}
    random = np.random.default_rng(0)
    rows = random.normal(size=(30, 6)), random.integers(0, 3, 30)
    before = ax.Trainer(network, **settings).fit(rows, max_epochs=3)
    trainer = ax.Trainer(network, **settings, frozen="edges")
    after = trainer.fit(rows, max_epochs=6, start_from=before.final)
    begun, ended = before.final.state.parameters, after.final.state.parameters
    np.testing.assert_array_equal(ended["0.weight"], begun["0.weight"])
    assert not np.array_equal(ended["1.weight"], begun["1.weight"])


def test_a_layers_name_says_up_to_where_layers_are_frozen():
    network = ax.Network(
        ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=6, layer_names=["edges", "classes"]
    )
    assert ax.Trainer(network, loss="cce", frozen="edges").recipe.frozen == 1
    with pytest.raises(UnknownNameError, match="edges"):
        ax.Trainer(network, loss="cce", frozen="egdes")


def test_a_checkpoint_is_continued_with_the_same_layers_frozen_only(tmp_path):
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=6)
    random = np.random.default_rng(0)
    rows = random.normal(size=(30, 6)), random.integers(0, 3, 30)
    saved = tmp_path / "run.safetensors"
    settings = {"loss": "cce", "seed": 1}
    whole = ax.Trainer(network, **settings, frozen=1).fit(rows, max_epochs=6)
    ax.Trainer(network, **settings, frozen=1).fit(rows, max_epochs=3, checkpoint=saved)
    with pytest.raises(ax.ModelFileError, match="other settings"):
        ax.Trainer(network, **settings).fit(rows, max_epochs=6, checkpoint=saved, resume=True)
    resumed = ax.Trainer(network, **settings, frozen=1).fit(
        rows, max_epochs=6, checkpoint=saved, resume=True
    )
    np.testing.assert_array_equal(resumed.parameters.vector, whole.parameters.vector)


def test_fingerprints_of_runs_that_freeze_nothing_are_those_of_before():
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=6)
    settings = {"loss": "cce", "engine": "reference"}
    assert ax.Trainer(network, **settings).fingerprint() == "bb56d41d"
    assert ax.Trainer(network, **settings, frozen=1).fingerprint() != "bb56d41d"
