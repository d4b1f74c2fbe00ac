"""Every preset on every kind of examples that it takes: small, odd, with few rows; and refusals."""

import itertools

import numpy as np
import pytest

from axone.engines import Recipe
from axone.errors import ConfigurationError, ShapeError, UnknownNameError
from axone.experiments.schema import TrainingSection
from axone.layers import LAYERS
from axone.network import Network
from axone.presets import KINDS, PRESETS, find_preset, preset_for
from axone.presets.entrance import embedding_size
from axone.registry import plain
from axone.training import Trainer

VOCABULARY = 5

SHAPES = {
    "features": [(1,), (4,), (9,), (10,), (64,)],
    "signals": [(1, 1), (3, 2), (1, 7), (2, 33), (6, 100)],
    "images": [(1, 1), (3, 5), (8, 8), (1, 12, 17), (3, 13, 12), (28, 28)],
    "sequences": [(1, 1), (2, 3), (7, 1), (33, 2), (25, 12)],
    "tokens": [(1,), (2,), (9,), (17,)],
}

TAKEN = [
    pytest.param(preset, kind, shape, id=f"{preset.name}-{kind}-{'x'.join(map(str, shape))}")
    for preset in PRESETS.values()
    for kind in KINDS
    for shape in SHAPES[kind]
    if preset.fits(kind, shape)
]

REFUSED = [
    pytest.param(preset, kind, shape, id=f"{preset.name}-{kind}-{'x'.join(map(str, shape))}")
    for preset in PRESETS.values()
    for kind in KINDS
    for shape in SHAPES[kind]
    if not preset.fits(kind, shape)
]


def examples(kind, shape, rows, seed=0):
    random = np.random.default_rng(seed)
    if kind == "tokens":
        return random.integers(0, VOCABULARY, (rows, *shape))
    return random.normal(size=(rows, *shape)).astype(np.float32)


def test_each_is_listed_under_its_own_name_and_has_something_to_say():
    assert all(name == preset.name for name, preset in PRESETS.items())
    assert len({str(preset.summary) for preset in PRESETS.values()}) == len(PRESETS)
    assert all(preset.source and preset.reads in preset.takes for preset in PRESETS.values())


@pytest.mark.filterwarnings("ignore:The compiled engine is not used")
@pytest.mark.parametrize(("preset", "kind", "shape"), TAKEN)
def test_it_trains_on_what_it_takes_and_its_loss_stays_finite(preset, kind, shape):
    X, y = examples(kind, shape, 6), np.arange(6) % 3
    layers = preset.layers(shape, 3, kind=kind, vocabulary=VOCABULARY)
    network = Network(*layers, input_shape=shape)
    training = preset.training(6)
    chosen = {key: training[key] for key in ("optimizer", "schedule") if key in training}
    trainer = Trainer(network, loss="categorical_cross_entropy", batch_size=4, threads=1, **chosen)
    result = trainer.fit((X, y), max_epochs=1)
    assert result.epochs == 1
    assert np.isfinite(result.parameters.vector).all()
    assert network.output_shape == (3,)


@pytest.mark.parametrize(("preset", "kind", "shape"), REFUSED)
def test_what_it_does_not_take_is_refused_with_what_would_fit(preset, kind, shape):
    with pytest.raises(ShapeError) as refusal:
        preset.layers(shape, 3, kind=kind, vocabulary=VOCABULARY)
    said = str(refusal.value)
    assert preset.name in said
    fitting = [other.name for other in PRESETS.values() if other.fits(kind, shape)]
    assert all(name in said for name in fitting)
    assert "mlp" in fitting


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_of_other_axes_is_refused(kind):
    for preset in PRESETS.values():
        assert not preset.fits(kind, (2, 3, 4, 5))
        assert not preset.fits(kind, ())
    with pytest.raises(ShapeError, match="No preset takes such a shape"):
        PRESETS["mlp"].layers((2, 3, 4, 5), 2, kind=kind)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_its_layers_can_be_written_down_and_read_again(preset):
    shape = next(s for s in reversed(SHAPES[preset.reads]) if preset.fits(preset.reads, s))
    layers = preset.layers(shape, 2)
    assert [LAYERS.resolve(plain(layer)) for layer in layers] == layers


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("rows", [1, 2, 50, 999, 1000, 60000, 10**7])
def test_its_training_is_what_a_file_could_say(preset, rows):
    section = TrainingSection.model_validate(preset.training(rows))
    assert 1 <= section.epochs <= 500
    assert section.batch_size == "auto" or section.batch_size >= 1
    share = preset.validation(rows)
    assert share is None or 0 <= share <= 0.15


def test_few_rows_are_all_learnt_from_and_many_are_watched_by_a_small_share():
    cnn = PRESETS["cnn"]
    assert [cnn.validation(rows) for rows in (50, 5000, 60000)] == [0.0, 0.1, 0.05]
    assert PRESETS["mlp"].validation(50) is None


def test_the_fewer_rows_the_more_epochs():
    for preset in PRESETS.values():
        epochs = [preset.training(rows).get("epochs", 0) for rows in (10, 100, 1000, 10000)]
        assert all(few >= many for few, many in itertools.pairwise(epochs))


def test_numbers_are_predicted_by_an_output_layer_without_softmax():
    layers = PRESETS["fcn-1d"].layers((2, 30), 3, activation="identity")
    assert plain(layers[-1]) == {"name": "dense", "units": 3}
    smoothed = [p for p in PRESETS.values() if "label_smoothing" in p.training(100)]
    assert all("label_smoothing" not in p.training(100, "regression") for p in smoothed)


def test_lenet_has_the_sizes_of_the_paper_on_handwritten_digits():
    network = Network(*PRESETS["lenet"].layers((28, 28), 10), input_shape=(28, 28))
    shapes = [row.output_shape for row in network.summary().rows]
    # LeCun et al. 1998, figure 2: C1 6@28×28, S2 6@14×14, C3 16@10×10, S4 16@5×5, 120, 84, 10.
    assert shapes[1:5] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)]
    assert shapes[6:] == [(120,), (84,), (10,)]
    # C3 of the paper sees some of the maps only; every reading since then sees all.
    assert network.parameter_count == 61706


def test_the_courses_network_has_the_lengths_of_the_course():
    network = Network(*PRESETS["course-1d"].layers((1, 10), 2), input_shape=(1, 10))
    rows = network.summary().rows
    assert [row.output_shape for row in rows] == [(1, 8), (1, 4), (4,), (8,), (2,)]
    flat = PRESETS["course-1d"].layers((10,), 2, kind="features")
    assert Network(*flat, input_shape=(10,)).parameter_count == network.parameter_count == 62


def test_the_fully_convolutional_network_is_wangs():
    network = Network(*PRESETS["fcn-1d"].layers((1, 150), 2), input_shape=(1, 150))
    arrays = network.initialize().by_layer
    kernels = [a["weight"].shape for a in arrays if "weight" in a and a["weight"].ndim == 3]
    # Wang, Yan & Oates 2017, section II-B: filters {128, 256, 128}, kernels {8, 5, 3}.
    assert kernels == [(128, 1, 8), (256, 128, 5), (128, 256, 3)]


def test_square_numbers_of_features_are_images_to_those_who_read_them():
    assert plain(PRESETS["cnn"].layers((64,), 10, kind="features")[0]) == {
        "name": "reshape",
        "shape": [1, 8, 8],
    }
    with pytest.raises(ShapeError, match="10 features are the pixels of no square"):
        PRESETS["cnn"].layers((10,), 2, kind="features")


def test_tokens_need_to_be_counted():
    with pytest.raises(ConfigurationError, match="how many tokens"):
        PRESETS["gru"].layers((12,), 2, kind="tokens")
    assert embedding_size(1) == 8
    assert embedding_size(10**6) == 64


def test_masks_of_shorter_rows_pass_through_those_that_read_along_time():
    mask = np.arange(9) < np.array([[9], [4], [1], [6]])
    for preset in PRESETS.values():
        if preset.reads not in ("signals", "sequences") or preset.name == "course-1d":
            continue
        network = Network(*preset.layers((2, 9), 3, kind="signals"), input_shape=(2, 9))
        Recipe(network, "categorical_cross_entropy", "sgd")
        parameters = network.initialize(seed=1)
        X = examples("signals", (2, 9), 4)
        elsewhere = np.where(mask[:, None], X, 99)
        np.testing.assert_allclose(
            network.predict(parameters, X, mask),
            network.predict(parameters, elsewhere, mask),
            rtol=1e-5,
        )


def test_a_name_is_found_whatever_its_case_and_a_wrong_one_is_corrected():
    assert find_preset(" FCN_1D ") is PRESETS["fcn-1d"]
    with pytest.raises(UnknownNameError, match="Did you mean 'lenet'"):
        find_preset("lenett")


@pytest.mark.parametrize(
    ("kind", "shape", "reads"),
    [
        ("images", (28, 28), "images"),
        ("images", (3, 32, 32), "images"),
        ("images", (5, 1), "images"),
        ("signals", (6, 100), "signals"),
        ("signals", (1, 1), "signals"),
    ],
)
def test_images_and_signals_get_one_that_reads_them(kind, shape, reads):
    assert preset_for(kind, shape, 100).reads == reads


def test_sequences_and_tokens_get_one_that_fits():
    assert preset_for("sequences", (25, 12), 270).fits("sequences", (25, 12))
    assert preset_for("tokens", (12,), 1000).fits("tokens", (12,))


def test_features_keep_the_network_of_tables():
    assert preset_for("features", (30,), 500) is None
    assert preset_for("images", (2, 3, 4, 5), 10) is None
