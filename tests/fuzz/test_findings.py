"""What the fuzzer found, kept; and a few tries of each kind, the same ones every time."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.fuzz.descriptions import OBJECTS
from tests.fuzz.estimators import ESTIMATORS
from tests.fuzz.kinds import NAMES, kind


def _object(wanted):
    """The place of an object in the list, by what it looks like."""
    return "object", next(n for n, each in enumerate(OBJECTS) if repr(each)[:40] == wanted)


def _parameter(estimator, name):
    return [each.__name__ for each in ESTIMATORS].index(estimator), name


_NO_TOTALS = {"loss": "0x0.0p+0", "penalty": "0x0.0p+0", "weight": True, "rows": 0, "hits": []}


def _edited(key, value, change="word"):
    """A checkpoint of which one word is another, its checksum right."""
    return "edit", ("checkpoint.safetensors", key, {"": value}, change, "history.seconds", "<f8")


_PLANES = (
    {"name": "dense", "units": 1},
    {"name": "reshape", "shape": [1, 1, 1]},
    {"name": "upsample", "size": [1024, 1024]},
)
_LONG_MEMORY = {"training": {"optimizer": {"name": "lbfgs", "memory": 1000}}}


def _nested(levels):
    """Residual blocks within one another, three in each."""
    within = [_nested(levels - 1)] * 3 if levels else [{"name": "dense", "units": 2}]
    return {"name": "residual", "layers": within}


def _designing(*layers, **sections):
    """The question of a page that has these hidden layers, and then goes on for a step."""
    last = [{"name": "global_pool"}] if len(layers) > 3 else [{"name": "dense", "units": 1000}] * 4
    network = {"hidden_layers": [*layers, *(last if sections or len(layers) > 3 else [])]}
    design = {"data": {"source": "spirals"}, "network": network, **sections}
    return "classes", [{"ask": "design", "design": design}, {"ask": "step"}]


KEPT = [
    # A measure that has no end.
    ("descriptions", ("trainer", "measures", _object("range(0, 1000000000)"))),
    ("descriptions", ("fit", "stopping", _object("range(0, 1000000000)"))),
    ("descriptions", ("perceptron", "initial_weights", _object("range(0, 1000000000)"))),
    # Arguments of another type.
    ("descriptions", ("fit", "initial", "x")),
    ("descriptions", ("fit", "start_from", 1)),
    ("descriptions", ("fit", "checkpoint", 0.5)),
    ("descriptions", ("trainer", "engine", {})),
    ("descriptions", ("trainer", "engine", _object("array([], dtype=float64)"))),
    ("descriptions", ("trainer", "engine", _object("array([1, 2])"))),
    ("descriptions", ("trainer", "batch_size", _object("np.int8(3)"))),
    ("descriptions", ("network", "input_shape", _object("array(3)"))),
    ("descriptions", ("member", (3, "dense", "units"), 10**400)),
    ("descriptions", ("member", (3, "dense", "bias"), 0)),
    # What passes as a number or a truth, and is none that arrays, or the compiled engine, take.
    ("descriptions", ("member", (3, "dense", "bias"), _object("np.True_"))),
    ("descriptions", ("member", (0, "prelu", "alpha"), _object("array([1, 2])"))),
    ("descriptions", ("member", (0, "prelu", "alpha"), _object("array([], dtype=float64)"))),
    ("descriptions", ("member", (2, "normal", "standard_deviation"), 1.7e308)),
    ("descriptions", ("member", (5, "adagrad", "initial_accumulator"), 1e300)),
    ("descriptions", ("member", (5, "lbfgs", "memory"), 2**31 - 1)),
    ("descriptions", ("member", (6, "adaptive", "minimum"), 10**20)),
    ("descriptions", ("member", (6, "inverse_scaling", "power"), _object("np.int8(3)"))),
    ("descriptions", ("member", (6, "cosine", "minimum"), _object("Fraction(1, 3)"))),
    ("descriptions", ("trainer", "measures", _object("array(3)"))),
    # A number that varies where a rule belongs, and a setting of that rule.
    ("spaces", ({"training.schedule.minimum": [0.5], "training.schedule": [-6.5]}, "bayes", 3)),
    # Whole numbers that Python does not write out, in scikit-learn's words.
    ("estimators", (_parameter("MLPClassifier", "alpha"), ("object", len(OBJECTS) - 2))),
    ("estimators", (_parameter("MLPClassifier", "tol"), 10**400)),
    ("estimators", (_parameter("MLPClassifier", "l1"), _object("Fraction(1, 3)"))),
    ("estimators", (_parameter("MLPClassifier", "solver"), "x" * 10_000)),
    ("estimators", (_parameter("MLPClassifier", "callbacks"), _object("array(3)"))),
    ("estimators", (_parameter("MLPClassifier", "hidden_layer_sizes"), _object("array(3)"))),
    ("estimators", (_parameter("TabularClassifier", "hidden_layer_sizes"), _object("array(3)"))),
    ("estimators", (_parameter("MLPClassifier", "class_weight"), {"": 1})),
    # What scikit-learn calls like an array: without axes, or without end.
    ("estimators", (_parameter("ConvClassifier", "callbacks"), _object("range(0, 1000000000)"))),
    ("estimators", (_parameter("ConvClassifier", "callbacks"), _object("<class 'int'>"))),
    ("estimators", (_parameter("ConvClassifier", "augmentation"), _object("array(3)"))),
    ("estimators", (_parameter("SequenceRegressor", "layers"), _object("array(3)"))),
    ("estimators", (_parameter("TabularRegressor", "missing"), _object("array(3)"))),
    ("estimators", (_parameter("Forecaster", "periods"), _object("range(0, 1000000000)"))),
    ("estimators", (_parameter("Forecaster", "periods"), [None])),
    ("estimators", (_parameter("Forecaster", "known"), _object("range(0, 1000000000)"))),
    ("estimators", (_parameter("Forecaster", "quantiles"), _object("array(3)"))),
    # A truth, which NumPy takes for no size.
    ("estimators", (_parameter("Forecaster", "horizon"), True)),
    ("estimators", (_parameter("Forecaster", "n_networks"), True)),
    # Sequences of a table that have more targets than they are.
    ("estimators", (_parameter("SequenceClassifier", "id"), "1")),
    ("estimators", (_parameter("SequenceClassifier", "id"), None)),
    # Rows beyond what floats hold.
    ("rows", ("MLPClassifier", "huge whole", "good")),
    ("rows", ("MLPRegressor", "very long", "good")),
    ("rows", ("TabularClassifier", "very long", "good")),
    ("rows", ("TabularRegressor", "huge whole", "good")),
    ("rows", ("TabularRegressor", "read-only", "huge whole")),
    ("rows", ("Forecaster", "very long", "good")),
    ("rows", ("Perceptron", "very long", "good")),
    ("rows", ("Perceptron", "read-only", "huge")),
    ("rows", ("rosenblatt", "very long", "good")),
    ("rows", ("rosenblatt", "complex", "good")),
    ("rows", ("trainer", "huge", "good")),
    ("rows", ("trainer", "ragged", "good")),
    ("rows", ("experiment", "ragged", "good")),
    ("rows", ("experiment", "read-only", "huge")),
    ("rows", ("TabularClassifier", "read-only", "huge")),
    # Masked cells, whose hidden numbers were learnt.
    *(("rows", (door, "masked", "good")) for door in ("MLPClassifier", "trainer", "experiment")),
    *(("rows", (door, "masked", "good")) for door in ("Perceptron", "TabularRegressor")),
    # Checkpoints whose words are not what engines take.
    ("models", _edited("totals", _NO_TOTALS)),
    ("models", _edited("columns", ["epoch"])),
    ("models", _edited("learning_rate", "0x1p+99999")),
    ("models", _edited("position", [0, 0, 10**30])),
    ("models", _edited("format", "axone-checkpoint-1", "shape")),
    ("models", ("header", ("type", "BF16", 0, None))),
    ("models", ("header", ("type", "F8_E4M3", 0, None))),
    ("models", ("header", ("size", "", 2**63, None))),
    # Layers that multiply nothing, and fill the memory at the first step; more layers within one
    # another than a page waits for; an optimiser that remembers gigabytes.
    ("playground", _designing(*_PLANES, *[{"name": "activation", "function": "relu"}] * 60)),
    ("playground", _designing(_nested(7))),
    ("playground", _designing({"name": "dense", "units": 1000}, **_LONG_MEMORY)),
    # A choice that is null, in a folder's experiment file, which has no word for it.
    (
        "settings",
        (("yaml", b"data: {source: iris}\ntuning: {space: {clip_norm: [null, 1.0]}}\n"), "train"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "case"), KEPT, ids=lambda value: f"{value!r:.60}")
def test_what_was_found_stays_mended(name, case, folder):
    kind(name).attempt(case, folder)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_nothing_but_our_errors_goes_out(name, folder):
    module = kind(name)

    @settings(max_examples=15, suppress_health_check=list(HealthCheck), database=None)
    @given(module.cases)
    def look(case):
        with (
            tempfile.TemporaryDirectory(dir=folder) as place,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.chdir(place)
            module.attempt(case, Path(place))

    look()
