"""Spaces: read from files, options and keywords, refused in words, laid over experiments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.errors import ConfigurationError
from axone.experiments import Experiment
from axone.tuning.candidates import candidates, size
from axone.tuning.parameters import Choices, Range, shown
from axone.tuning.reading import read_options, read_space
from axone.tuning.settings import settings_that_vary
from axone.tuning.space import default_space, with_values


@pytest.fixture
def iris():
    return Experiment.from_source("iris")


def space(**values):
    return read_space(values, "test")


def test_options_files_and_keywords_describe_the_same_space(here):
    (here / "run.toml").write_text("""
data.source = "iris"
[tuning.space]
learning_rate = {low = 1e-4, high = 1e-1, log = true}
network.hidden = [32, [64], [64, 32]]
"network.dropout" = {low = 0.0, high = 0.5, step = 0.1}
batch_size = {low = 8, high = 64}
""")
    settings = Experiment.from_file("run.toml").settings
    from_file = read_space(settings.tuning.space, "run.toml")
    options = [
        "lr=1e-4..1e-1:log",
        "hidden=32|64|64,32",
        "dropout=0..0.5:step=0.1",
        "batch-size=8..64",
    ]
    from_options = read_space(read_options(options), "--vary")
    assert from_file.parameters == from_options.parameters
    assert from_file.parameters["training.batch_size"] == Range(8, 64, integer=True)
    assert from_file.parameters["network.hidden"].labels == ["32", "64", "64,32"]
    assert from_options.titles["training.optimizer.learning_rate"] == "learning_rate"


def test_none_is_a_word_of_files_that_have_no_other_for_it_and_of_scaling_a_rule():
    """TOML has no null; what a file of YAML or JSON gave is written as this word."""
    wanted = {"clip_norm": [None, 1.0], "hidden": [[], [8]], "network.initializer": [None, "he"]}
    worded = {"clip_norm": ["none", 1.0], "hidden": ["none", 8], "initializer": ["none", "he"]}
    assert read_space(worded, "a file") == read_space(wanted, "a file")
    assert read_space({"scaling": "none|minmax"}, "a file").parameters["data.scaling"].values == (
        "none",
        "minmax",
    )


def test_words_numbers_nothing_and_tables_are_choices():
    found = space(
        activation='relu|tanh|{"name": "leaky_relu", "alpha": 0.2}',
        clip_norm="none|1|2.5",
        hidden="none|8|[8, 4]",
        batch_norm="true|false",
    ).parameters
    assert found["network.activation"].values[2] == {"name": "leaky_relu", "alpha": 0.2}
    assert found["network.activation"].value(found["network.activation"].labels[2])["alpha"] == 0.2
    assert found["training.clip_norm"].values == (None, 1, 2.5)
    assert found["network.hidden"].labels == ["none", "8", "8,4"]
    assert found["network.batch_norm"].values == (True, False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rat": [1]}, r"unknown setting to vary 'learning_rat'. Did you mean 'learning_"),
        ({"seed": [1, 2]}, "seed does not vary: it decides the folds"),
        ({"threads": [1, 2]}, "threads does not vary: how many there are changes no bit"),
        ({"calibrate": ["none"]}, "training.calibrate does not vary: a trial is judged before"),
        ({"engine": ["native"]}, "engine does not vary: which one computes changes roundings"),
        ({"data": {"source": ["iris"]}}, "unknown setting to vary 'data.source'"),
        ({"gamma_": [1]}, "Allowed: .*activation"),
        ({"l2": 0.1}, "give a list of choices or a range"),
        ({"l2": []}, "give a list of choices or a range"),
        ({"l2": [0.1, 0.1]}, "a choice is given twice"),
        ({"l2": {"low": 0.1}}, "needs both low and high"),
        ({"l2": {"low": 1, "high": 0}}, "low must be below high; found 1 and 0"),
        ({"l2": {"low": 0, "high": 1, "log": True}}, "must begin above 0; found 0"),
        ({"l2": {"low": 0, "high": 1, "log": 1}}, "log must be true or false"),
        ({"l2": {"low": 0.1, "high": 1, "log": True, "step": 1}}, "has no step"),
        ({"l2": {"low": 0, "high": 1, "step": 0}}, "step must be above 0"),
        (
            {"l2": {"low": 0, "high": 1, "points": 1}},
            "points must be a whole number from 2 to 1,000",
        ),
        ({"l2": {"low": 0, "high": 1, "pints": 5}}, "unknown key of a range 'pints'"),
        ({"l2": {"low": "a", "high": 1}}, "low must be a number, not 'a'"),
        ({"l2": {"low": float("nan"), "high": 1}}, "low must be a number, not nan"),
        ({"epochs": {"low": 1.5, "high": 3}}, "low must be a whole number, not 1.5"),
        ({"l2": [0, 1], "training.l2": [0, 1]}, "training.l2 is given twice"),
        ({"l2": {"low": 0, "high": 10**400}}, r"high must be .* at most 1e\+300, not 1e\+400"),
        ({"l2": {"low": 0, "high": 1e308}}, r"high must be .* at most 1e\+300, not 1e\+308"),
        ({"l2": {"low": 0, "high": 1, "points": 10**9}}, "points must be .* found 1000000000"),
        ({"l2": {"low": 0, "high": 1, "step": 1e-300}}, "so small a step makes more than 100,000"),
        ({"l2": list(range(5000))}, "5,000 choices, at most 1,000 are allowed"),
        ({"l2": "0.." + "9" * 5000}, "high must be a number, not inf"),
        ({1: [1]}, "named by a text, not by 1"),
        ({None: [1]}, "named by a text, not by None"),
        ({"l2": "a..b"}, "'a' is not a number"),
        ({"beta": [0.1], "name": [1]}, "unknown setting|may be"),
    ],
)
def test_what_is_no_space_is_refused_with_its_place(values, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        read_space(values, "run.toml: tuning.space")
    assert str(caught.value).startswith("run.toml: tuning.space")


def test_a_short_name_of_two_settings_must_be_written_in_full(monkeypatch):
    names = {"a.rate": False, "b.rate": False}
    monkeypatch.setattr("axone.tuning.settings.settings_that_vary", lambda: names)
    with pytest.raises(ConfigurationError, match=r"may be a\.rate or b\.rate: write it in full"):
        read_space({"rate": [1, 2]}, "test")


def test_a_run_s_own_setting_comes_before_a_schedule_s_of_the_same_name():
    assert list(space(epochs=[1, 2])) == ["training.epochs"]
    assert "training.schedule.epochs" in settings_that_vary()


@pytest.mark.parametrize("option", ["l2", "=1|2", "l2="])
def test_an_option_that_is_no_name_with_values_is_refused(option):
    with pytest.raises(ConfigurationError, match="--vary takes NAME=LOW"):
        read_options([option])


def test_an_option_given_twice_is_refused():
    with pytest.raises(ConfigurationError, match="--vary: l2 is given twice"):
        read_options(["l2=0|1", "l2=2|3"])


def test_values_are_laid_over_an_experiment(iris):
    values = {
        "training.optimizer.learning_rate": 0.5,
        "training.optimizer": "momentum",
        "training.stopping.patience": 3,
        "network.hidden": [7],
    }
    settings = with_values(iris, values).settings
    assert type(settings.training.optimizer).__name__ == "Momentum"
    assert settings.training.optimizer.learning_rate == 0.5
    assert settings.training.stopping.patience == 3
    assert settings.network.hidden == [7]
    assert iris.settings.network.hidden == [64, 32]


def test_hidden_sizes_replace_a_list_of_layers_and_nothing_else_may_pretend_to(iris):
    layers = [{"name": "dense", "units": 3, "activation": "softmax"}]
    listed = with_values(iris, {"network.layers": layers})
    assert with_values(listed, {"network.hidden": [5]}).settings.network.layers is None
    with pytest.raises(ConfigurationError, match=r"lists every layer, so varying network\.dropout"):
        space(dropout="0..0.5").check(listed)
    assert set(default_space(listed)) == {
        "training.optimizer.learning_rate",
        "training.l2",
        "training.batch_size",
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"l2": [0.1, -1]}, r"test: training\.l2: .*greater than or equal to 0; found -1"),
        ({"dropout": {"low": 0, "high": 1.5}}, r"network\.dropout: .*less than 1; found 1\.5"),
        ({"activation": ["relu", "rellu"]}, "unknown activation 'rellu'. Did you mean 'relu'"),
        ({"training.optimizer.momentum": [1]}, "unknown setting"),
        ({"training.optimizer.beta": [0.5]}, "unknown setting 'beta'"),
        ({"learning_rate": {"low": -1, "high": 1}}, "learning_rate must be greater than 0"),
    ],
)
def test_values_that_the_settings_do_not_allow_are_refused_before_any_trial(iris, values, words):
    with pytest.raises(ConfigurationError, match=words):
        read_space(values, "test").check(iris)


def test_a_rule_s_own_setting_need_only_fit_one_of_the_rules_tried(iris):
    tried = {"training.optimizer": ["lbfgs", "sgd"], "learning_rate": [0.1, 0.2]}
    read_space(tried, "test").check(iris)
    with pytest.raises(ConfigurationError, match="lbfgs"):
        read_space(tried | {"training.optimizer": ["lbfgs"]}, "test").check(iris)


def test_the_default_space_can_be_carried_out_and_leaves_l_bfgs_its_own_steps(iris):
    for grid in (False, True):
        default = default_space(iris, grid=grid)
        default.check(iris)
        assert "network.hidden" in default.parameters
    assert len(candidates(default, "grid", None, 0)) == 18
    lbfgs = with_values(iris, {"training.optimizer": "lbfgs"})
    assert "training.optimizer.learning_rate" not in default_space(lbfgs).parameters


def test_a_grid_takes_every_combination_in_scikit_learn_s_order():
    from sklearn.model_selection import ParameterGrid

    tried = space(l2=[0.0, 0.1], hidden=[[4], [8]], learning_rate="1e-3..1e-1:log:points=3")
    grid = candidates(tried, "grid", None, 0)
    labels = {
        "training.l2": [0.0, 0.1],
        "network.hidden": ["4", "8"],
        "training.optimizer.learning_rate": [0.001, 0.01, 0.1],
    }
    assert grid == list(ParameterGrid(labels))


def test_grids_of_ranges_keep_to_steps_and_whole_numbers():
    assert space(dropout="0..0.5:step=0.1").parameters["network.dropout"].grid() == [
        0.0, 0.1, 0.2, 0.3, 0.4, 0.5,
    ]  # fmt: skip
    assert space(epochs="1..3:points=9").parameters["training.epochs"].grid() == [1, 2, 3]
    assert space(epochs="1..100:log:points=3").parameters["training.epochs"].grid() == [1, 10, 100]


def test_grids_too_large_are_refused_with_their_size():
    tried = space(l2="0..1", l1="0..1:points=5")
    with pytest.raises(ConfigurationError, match=r"4 × 5 = 20 candidates, more than the 7 trials"):
        candidates(tried, "grid", 7, 0)
    wide = space(l2="0..1:points=200", l1="0..1:points=200")
    with pytest.raises(ConfigurationError, match=r"40,000 candidates, more than 10,000"):
        candidates(wide, "grid", None, 0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_random_candidates_lie_in_the_space_and_a_longer_list_begins_with_the_shorter(
    seed, few, more
):
    few, more = sorted((few, more))
    for tried in (
        space(l2="1e-6..1:log", dropout="0..0.5", epochs="3..9", batch_size="1..64:log"),
        space(l2=[0, 1, 2, 3], hidden=[[1], [2], [3]]),
    ):
        drawn = candidates(tried, "random", more, seed)
        assert candidates(tried, "random", few, seed) == drawn[:few]
        assert len(drawn) == min(more, size(tried))
        for candidate in drawn:
            for name, parameter in tried.parameters.items():
                distribution = parameter.distribution()
                stored = distribution.to_internal_repr(candidate[name])
                assert distribution._contains(stored)
                assert type(candidate[name]) in (int, float, str)


def test_random_candidates_of_lists_never_repeat():
    drawn = candidates(space(l2=[0, 1, 2, 3], hidden=[[1], [2], [3]]), "random", 50, 0)
    assert len({tuple(candidate.items()) for candidate in drawn}) == len(drawn) == 12


def test_values_are_shown_short():
    assert [shown(label) for label in (0.0123456, True, None, "64,32", 8)] == [
        "0.0123", "true", "none", "64,32", "8",
    ]  # fmt: skip
    assert Choices((1, 2)).cast(__import__("numpy").int64(2)) == 2
    assert Range(0.0, 1.0, step=0.5).to_data() == {"low": 0.0, "high": 1.0, "step": 0.5}
