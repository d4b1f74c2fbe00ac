"""The compiled module refuses what it cannot hold, and says what it knows."""

import contextlib
import copy
from dataclasses import dataclass

import numpy as np
import pytest

import axone as ax
from axone.activations import ACTIVATIONS, ActivationFunction
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe, UnsupportedError, compile_recipe
from axone.engines.native import NativeEngine
from axone.engines.native.translation import plan_settings
from axone.engines.native.variants import load_variant
from axone.layers import LAYERS
from axone.losses import LOSSES, Loss
from axone.optimizers import OPTIMIZERS

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

NETWORK = ax.Network(ax.Dense(4, "prelu"), ax.BatchNorm(), ax.Dense(2), input_shape=3)


def recipe(network=NETWORK, loss="mse", optimizer="sgd", **settings):
    return Recipe(network, LOSSES.resolve(loss), OPTIMIZERS.resolve(optimizer), **settings)


def test_what_it_knows_is_in_the_tables_of_names():
    module = load_variant()
    assert set(module.activations) == set(ACTIVATIONS)
    assert set(module.losses) == set(LOSSES)
    assert set(module.optimizers) == set(OPTIMIZERS)
    # A signal is an image of height 1 to it: one layer for both.
    assert set(module.layers) <= {*LAYERS, "convolution"}
    assert module.compiler


class TestPlaces:
    def built(self, change):
        settings = copy.deepcopy(plan_settings(recipe(), load_variant()))
        change(settings)
        return load_variant().Plan32(settings, 0)

    def test_the_description_of_a_network_is_taken(self):
        assert self.built(lambda settings: None).hit_counts == 2

    @pytest.mark.parametrize("place", [-1, 5, 10**6, 2**62, 2**63 - 1])
    @pytest.mark.parametrize(
        ("layer", "array"),
        [(0, "weight"), (0, "bias"), (0, "learned"), (1, "weight"), (1, "mean")],
    )
    def test_an_array_beyond_the_flat_vector_is_refused(self, layer, array, place):
        def move(settings):
            settings["parameters"], settings["buffers"] = 5, 5
            where = [{"place": place}] if array == "learned" else place
            settings["layers"][layer][array] = where

        with pytest.raises(ValueError, match="does not lie within the 5"):
            self.built(move)

    @pytest.mark.parametrize("outputs", [2**40, 2**61, 2**62 + 1, 2**63 - 1])
    def test_sizes_that_overflow_are_refused_before_memory_is_taken(self, outputs):
        def grow(settings):
            settings["layers"][0]["outputs"] = outputs

        with pytest.raises(ValueError, match=r"out of range|does not lie within"):
            self.built(grow)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda s: s["layers"][2].update(columns=3), "as wide as the one before"),
            (lambda s: s.update(outputs=3), "at its ends"),
            (lambda s: s.update(columns=0), "'columns' must be at least 1"),
            (lambda s: s["layers"].clear(), "no layers"),
            (lambda s: s["layers"][0].update(kind="mystery"), "unknown layer 'mystery'"),
            (lambda s: s["layers"][0].update(activation="x"), "unknown activation 'x'; known are"),
            (lambda s: s["layers"][0].pop("weight"), "'weight' must be given"),
            (lambda s: s["layers"][1].update(channels=3), "channels do not divide"),
            (lambda s: s["head"].update(loss="x"), "unknown loss"),
            (lambda s: s["optimizer"].update(rule="x"), "unknown optimizer"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(self, change, words):
        with pytest.raises(ValueError, match=words):
            self.built(change)

    def test_settings_in_settings_without_end_are_refused_before_the_stack_is_full(self):
        def nest(settings):
            for _ in range(100_000):
                settings["within"] = {}
                settings = settings["within"]

        with pytest.raises(ValueError, match="too deep"):
            self.built(nest)

    @pytest.mark.parametrize("sizes", [(0, 1, 1), (2, 1, 1), (1, 1, 0), (1, 1, 1025)])
    def test_a_workspace_of_no_size_is_refused(self, sizes):
        with pytest.raises(ValueError, match="must"):
            self.built(lambda settings: None).workspace(*sizes)

    @pytest.mark.parametrize("rows", [2**32 + 1, 2**62, 2**63 - 1])
    def test_a_workspace_larger_than_any_memory_is_refused(self, rows):
        with pytest.raises(MemoryError):
            self.built(lambda settings: None).workspace(1, rows, 1)


SIGNALS = {
    "convolution": [ax.Conv1D(4, 3, padding=1, groups=2)],
    "pool": [ax.MaxPool(2)],
    "upsampling": [ax.Upsample(2)],
    "batch norm": [ax.BatchNorm()],
    "channel dropout": [ax.ChannelDropout(0.2)],
    "global pool": [ax.GlobalPool()],
}
SEQUENCES = {
    "recurrent": [ax.GRU(3, last=True, bidirectional=True)],
    "attention": [ax.Attention(2), ax.LastStep()],
    "layer norm": [ax.LayerNorm(), ax.LastStep()],
    "transpose": [ax.Transpose(), ax.LastStep()],
    "positions": [ax.PositionwiseDense(3), ax.LastStep()],
    "encoding": [ax.PositionalEncoding(), ax.LastStep()],
}
TOKENS = [ax.Embedding(7, 2), ax.LastStep()]


def described(*layers, shape):
    """What the module is told of a network of these layers and a dense one."""
    network = ax.Network(*layers, ax.Flatten(), ax.Dense(2), input_shape=shape)
    return copy.deepcopy(plan_settings(recipe(network), load_variant()))


class TestDescriptions:
    """Whoever writes them by hand may write anything: a plan is made, or it is refused."""

    @pytest.mark.parametrize("layers", [*SIGNALS.values(), *SEQUENCES.values(), TOKENS])
    @pytest.mark.parametrize("is_vast", [False, True])
    def test_of_any_size_come_to_a_plan_or_an_error(self, layers, is_vast):
        settings = described(*layers, shape=(3,) if layers is TOKENS else (2, 6))
        if is_vast and layers is not TOKENS:  # whose table has as many numbers as that
            settings["parameters"] = 2**62
        sizes = [key for key, value in settings["layers"][0].items() if type(value) is int]
        for key in sizes:
            for value in (-(2**63), -1, 0, 2**31, 2**40, 2**61, 2**62 + 1, 2**63 - 1):
                changed = copy.deepcopy(settings)
                changed["layers"][0][key] = value
                # There is a plan where a size is not looked at, or a place lies within.
                with contextlib.suppress(ValueError, MemoryError):
                    load_variant().Plan32(changed, 0)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"groups": 3}, "groups do not divide"),
            ({"groups": 2**40}, "groups do not divide"),
            ({"in_channels": 4, "columns": 24, "groups": 8}, "groups do not divide"),
            ({"stride_width": 0}, "'stride_width' must be at least 1"),
            ({"stride_width": 2**30}, "out of range of its inputs"),
            ({"dilation_width": 2**31}, "out of range"),
            ({"padding_left": -1}, "padding is out of range"),
            ({"padding_left": 3}, "out of range of its inputs"),
            ({"kernel_width": 2**30}, "does not lie within"),
            ({"kernel_width": 2**30, "kernel_height": 2**30}, "out of range|does not lie within"),
            ({"out_width": 2**29}, "out of range"),
            ({"out_width": 2**20}, "out of range of its inputs"),
            ({"in_width": 5}, "do not hold the numbers"),
            ({"activation": "softmax"}, "no activation of a convolution"),
        ],
    )
    def test_of_windows_that_do_not_fit_are_refused_in_words(self, change, words):
        settings = described(*SIGNALS["convolution"], shape=(2, 6))
        settings["layers"][0].update(change)
        with pytest.raises(ValueError, match=words):
            load_variant().Plan32(settings, 0)

    def test_of_a_kernel_as_long_as_can_be_take_no_longer_than_others(self):
        settings = described(*SIGNALS["pool"], shape=(2, 6))
        settings["layers"][0].update(kernel_width=2**30, padding_left=2**29)
        assert load_variant().Plan32(settings, 0)

    @pytest.mark.parametrize("heads", [0, 3, 4, 2**40])
    def test_of_heads_that_do_not_divide_the_features_are_refused(self, heads):
        settings = described(*SEQUENCES["attention"], shape=(5, 2))
        settings["layers"][0]["heads"] = heads
        with pytest.raises(ValueError, match="heads"):
            load_variant().Plan32(settings, 0)

    @pytest.mark.parametrize(("layers", "key"), [("attention", "maps"), ("recurrent", "ways")])
    @pytest.mark.parametrize("count", [0, 3, 5])
    def test_of_lists_of_another_length_are_refused(self, layers, key, count):
        settings = described(*SEQUENCES[layers], shape=(5, 2))
        settings["layers"][0][key] = (settings["layers"][0][key] * 3)[:count]
        with pytest.raises(ValueError, match=r"attention has maps|one way or two"):
            load_variant().Plan32(settings, 0)

    @pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0, float("nan"), float("inf")])
    @pytest.mark.parametrize("layer", [ax.Dropout(0.2), ax.ChannelDropout(0.2)])
    def test_of_rates_that_are_no_shares_are_refused(self, layer, rate):
        settings = described(layer, shape=(2, 6))
        settings["layers"][0]["rate"] = rate
        with pytest.raises(ValueError, match="'rate' must be"):
            load_variant().Plan32(settings, 0)

    def test_of_tokens_behind_other_layers_are_refused(self):
        settings = described(*TOKENS, shape=(3,))
        embedding = settings["layers"][0]
        dense = {"kind": "activation", "columns": 3, "activation": "tanh", "alpha": 0.0}
        behind = settings | {"layers": [dense, *settings["layers"]]}
        with pytest.raises(ValueError, match="tokens come first"):
            load_variant().Plan32(behind, 0)
        block = {"kind": "residual", "columns": 3, "shortcut": []}
        block["layers"] = [embedding | {"dimension": 1}]
        with pytest.raises(ValueError, match="adds no tokens"):
            load_variant().Plan32(settings | {"layers": [block], "outputs": 3}, 0)

    def test_of_changes_of_examples_that_have_other_axes_are_refused(self):
        settings = described(*SIGNALS["convolution"], shape=(2, 6))
        settings["augmentation"] = [{"kind": "crop", "first": 0.5, "second": 0.0}]
        for kind, height, words in (("signals", 2, "no height"), ("features", 1, "has time")):
            axes = {"kind": kind, "channels": 2 // height, "height": height, "width": 6}
            with pytest.raises(ValueError, match=words):
                load_variant().Plan32(settings | {"axes": axes}, 0)


class TestArrays:
    """A wrong type is an error: written into a converted copy, results would be lost."""

    def arguments(self):
        plan = load_variant().Plan64(
            plan_settings(recipe(dtype="float64", optimizer="adam"), load_variant()), 0
        )
        parameters = NETWORK.initialize(0, "float64")
        return plan.workspace(4, 4, 1), {
            "parameters": parameters.vector,
            "buffers": parameters.buffers,
            "slots": [np.zeros_like(parameters.vector) for _ in range(2)],
            "X": np.ones((4, 3)),
            "labels": None,
            "numbers": np.ones((4, 2)),
            "weights": np.ones(4),
            "mask": None,
            "position": (0, 0, 0, 0.0, 0.0, 0.0, 0, []),
            "rates": np.full((1, 1), 0.1),
            "shuffle": False,
            "poll": lambda epoch, batch: False,
        }

    def test_right_ones_are_trained_on(self):
        workspace, given = self.arguments()
        before = given["parameters"].copy()
        assert workspace.run(**given)[0] == "done"
        assert not np.array_equal(given["parameters"], before)

    @pytest.mark.parametrize("name", ["parameters", "buffers", "X", "numbers", "weights", "rates"])
    @pytest.mark.parametrize("dtype", ["float32", "int64"])
    def test_another_type_is_refused(self, name, dtype):
        workspace, given = self.arguments()
        given[name] = given[name].astype(dtype)
        with pytest.raises(TypeError):
            workspace.run(**given)

    def test_so_it_is_among_the_optimizers_vectors(self):
        workspace, given = self.arguments()
        given["slots"][1] = given["slots"][1].astype("float32")
        with pytest.raises(TypeError):
            workspace.run(**given)

    def test_lists_are_refused_and_so_is_memory_that_is_not_in_a_row(self):
        workspace, given = self.arguments()
        with pytest.raises(TypeError):
            workspace.run(**{**given, "X": given["X"].tolist()})
        with pytest.raises(TypeError):
            workspace.run(**{**given, "parameters": np.repeat(given["parameters"], 2)[::2]})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("slots", []),
            ("rates", np.full((1, 2), 0.1)),
            ("position", (0, 5, 5, 0.0, 0.0, 0.0, 0, [])),
            ("position", (0, 1, 0, 0.0, 0.0, 0.0, 0, [])),
            ("position", (0, 0, 0)),
            ("position", (2**63 - 1, 0, 0, 0.0, 0.0, 0.0, 0, [])),
            ("weights", np.ones(3)),
            ("mask", np.ones((3, 3), bool)),
            ("steps", -2),
            ("trail", np.ones((1, 3))),
            ("trail", np.ones((0, NETWORK.layout.size + NETWORK.layout.buffer_size))),
        ],
    )
    def test_numbers_that_do_not_fit_are_refused(self, name, value):
        workspace, given = self.arguments()
        with pytest.raises(ValueError, match=r"another|other|needed|range|or more|no room"):
            workspace.run(**{**given, name: value})

    def test_labels_are_refused_by_a_loss_of_numbers(self):
        workspace, given = self.arguments()
        labels = np.zeros(4, np.int64)
        with pytest.raises(ValueError, match="another loss is needed for labels"):
            workspace.run(**{**given, "labels": labels, "numbers": None})

    @pytest.mark.parametrize(
        ("name", "shape"),
        [("trail", (2, 3)), ("out", (7, 2)), ("out", (8, 1)), ("losses", (3,)), ("X", (4, 2))],
    )
    def test_what_does_not_fit_together_is_not_evaluated(self, name, shape):
        workspace, run = self.arguments()
        given = {
            "trail": np.ones((2, NETWORK.layout.size + NETWORK.layout.buffer_size)),
            **{each: run[each] for each in ("X", "labels", "numbers", "weights", "mask")},
            "out": np.ones((8, 2)),
            "losses": np.ones(2),
        }
        workspace.evaluate_each(**given)
        with pytest.raises(ValueError, match="another"):
            workspace.evaluate_each(**{**given, name: np.ones(shape)})


@dataclass(frozen=True)
class Cubic(ActivationFunction):
    def value(self, z):
        return z**3

    def derivative(self, z, a):
        return 3 * z**2


@dataclass(frozen=True)
class Fourth(Loss):
    def rows(self, prediction, target):
        return ((prediction - target) ** 4).mean(axis=1)

    def row_gradients(self, prediction, target):
        return 4 * (prediction - target) ** 3 / prediction.shape[1]


@dataclass(frozen=True)
class Halving(ax.SGD):
    def update(self, weights, gradient, slots, learning_rate, step):
        weights -= learning_rate / 2 * gradient


OWN = [
    (recipe(optimizer=Halving()), "Halving is an optimizer of your own"),
    (recipe(loss=Fourth()), "Fourth is a loss of your own"),
    (recipe(ax.Network(ax.Dense(2, Cubic()), input_shape=3)), "Cubic is an activation of your own"),
    (
        recipe(ax.Network(ax.Residual(ax.Dense(3, Cubic())), ax.Dense(2), input_shape=3)),
        "Cubic is an activation of your own",
    ),
    (
        recipe(ax.Network(ax.Activation(Cubic()), ax.Dense(2), input_shape=3)),
        "Cubic is an activation of your own",
    ),
]


@pytest.mark.parametrize(("own", "words"), OWN)
def test_what_is_the_users_own_is_an_obstacle_in_words(own, words):
    (obstacle,) = NativeEngine().obstacles(own)
    assert words in obstacle
    with pytest.raises(UnsupportedError, match=words):
        compile_recipe(own, "native")
    with pytest.warns(UserWarning, match=words):
        compiled = compile_recipe(own)
    assert compiled.engine == "reference"
    X, y = np.ones((5, 3), "float32"), np.zeros((5, 2), "float32")
    state = compiled.plan.start(own.network.initialize(0))
    assert len(compiled.plan.session(state, Examples(X, y), 1).advance().reports) == 1


@dataclass(frozen=True)
class Steep(Cubic):
    """An activation whose setting has the name of one of Axone's, and is something else."""

    alpha: str = "steep"


@dataclass(frozen=True)
class Scheduled(Halving):
    """The same of an optimiser."""

    beta: tuple[float, ...] = (0.9, 0.99)


@pytest.mark.parametrize(("activation", "optimizer"), [(Steep(), None), ("relu", Scheduled())])
def test_settings_of_what_is_the_users_own_are_not_looked_at(activation, optimizer):
    network = ax.Network(ax.Dense(4, activation), ax.Dense(2), input_shape=3)
    own = recipe(network, optimizer=optimizer or "sgd")
    with pytest.warns(UserWarning, match="of your own"):
        assert compile_recipe(own).engine == "reference"


def test_every_obstacle_is_listed():
    network = ax.Network(ax.Dense(4, Cubic()), ax.Dense(2), input_shape=3)
    found = NativeEngine().obstacles(recipe(network, Fourth(), Halving()))
    assert len(found) == 3


def test_what_the_module_does_not_know_is_an_obstacle_though_it_has_a_name(monkeypatch):
    engine = NativeEngine()

    class Smaller:
        layers, losses = ("dense",), engine.module.losses
        activations, optimizers = ("identity", "prelu"), ()

    engine.module = Smaller
    assert engine.obstacles(recipe()) == (
        "SGD runs on the reference engine.",
        "BatchNorm runs on the reference engine.",
    )
