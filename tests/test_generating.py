"""Texts that a model makes up: the formula, the seed, the bounds, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import axone as ax
from axone.data.beginnings import continuations
from axone.errors import (
    ArgumentTypeError,
    ConfigurationError,
    DataError,
    ModelFileError,
    UnknownNameError,
)
from axone.model import NextCharacter, load, save
from axone.model.generating import beginnings_of, draw, generate_texts, heated

NAMES = ["Anna", "Anton", "Bob", "Clara", "Dora", "Emil", "Emma", "Otto"] * 4
SEXES = ["f", "m", "m", "f", "f", "m", "f", "m"] * 4


def trained(rows, **training):
    """A small generator."""
    settings = {
        "data": {"task": "generation"},
        "training": {"epochs": 30, "batch_size": 16, **training},
    }
    return ax.Experiment.in_memory(settings).run(dataset=rows).model


@pytest.fixture(scope="module")
def names():
    return trained((NAMES, SEXES))


@pytest.fixture(scope="module")
def no_classes():
    return trained(NAMES)


def test_a_temperature_raises_probabilities_to_its_inverse():
    p = np.random.default_rng(0).dirichlet(np.ones(7), size=5)
    for temperature in (0.3, 1.0, 4.0):
        wanted = p ** (1 / temperature)
        wanted /= wanted.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(heated(p, temperature), wanted)
    np.testing.assert_allclose(heated(p, 1e-300), np.eye(7)[p.argmax(axis=1)])
    np.testing.assert_allclose(heated(p, 1e300), np.full((5, 7), 1 / 7))


def test_what_has_no_probability_is_never_drawn():
    p = np.array([[0.0, 0.5, 0.0, 0.5, 0.0]] * 4)
    assert draw(p, np.array([0.0, 0.4999, 0.5, 1 - 2**-32])).tolist() == [1, 1, 3, 3]


def test_texts_come_as_often_as_the_model_holds_them_for_probable(no_classes):
    made = no_classes.generate(4000, seed=5)
    common = sorted(set(NAMES), key=made.count)[-4:]
    p = np.exp(no_classes.log_probabilities(common))
    # A text without a character is not made up: what is left is shared among the others.
    p /= 1 - no_classes.predict_proba(beginnings_of(no_classes).rows([""]))[0, 0]
    counts = [made.count(name) for name in common]
    assert (
        stats.chisquare([*counts, 4000 - sum(counts)], [*(4000 * p), 4000 * (1 - p.sum())]).pvalue
        > 1e-4
    )


def test_the_log_probability_is_that_of_the_text_whatever_the_temperature(names):
    for temperature in (0.5, 2.0):
        for each in generate_texts(names, 20, temperature=temperature):
            if each.ended:
                wanted = names.log_probabilities([each.text], each.class_name)[0]
                assert each.log_probability == pytest.approx(wanted, abs=1e-4)


def test_the_log_probability_is_the_sum_over_the_characters(names):
    step = beginnings_of(names)
    rows = continuations(step, ["Anna"], np.array([0]))
    p = names.predict_proba(rows.X)
    wanted = np.log(p[np.arange(5), rows.following].astype(float)).sum()
    assert names.log_probabilities(["Anna"], "f")[0] == pytest.approx(wanted, rel=1e-6)


def test_without_a_class_all_are_summed_over(names):
    each = [names.log_probabilities(["Anna", "Otto"], name) for name in "fm"]
    np.testing.assert_allclose(
        names.log_probabilities(["Anna", "Otto"]), np.log(np.exp(each).mean(axis=0))
    )
    mixed = names.log_probabilities(["Anna", "Otto"], ["f", "m"])
    np.testing.assert_allclose(mixed, [each[0][0], each[1][1]])


def test_names_of_a_class_are_like_those_of_the_class(names):
    made = {name: names.generate(200, of_class=name, temperature=0.7) for name in "fm"}
    own = {name: {t for t, sex in zip(NAMES, SEXES, strict=True) if sex == name} for name in "fm"}
    for name, other in ("fm", "mf"):
        shares = [np.mean([text in own[of] for text in made[name]]) for of in (name, other)]
        assert shares[0] > 2 * shares[1]


def test_the_seed_decides_and_the_first_of_many_are_the_few(names):
    first = names.generate(20, seed=3)
    assert names.generate(20, seed=3) == first
    assert names.generate(5, seed=3) == first[:5]
    assert names.generate(20, seed=4) != first
    assert len(set(first)) > 5


def test_every_text_begins_as_it_should_and_none_is_empty(names):
    assert all(text.startswith("An") for text in names.generate(50, start="An"))
    assert all(names.generate(300, temperature=3.0))


def test_a_start_may_be_longer_than_any_text(names):
    (text,) = names.generate(1, start="Anna" * 20)
    assert text.startswith("Anna" * 20)
    assert len(text) <= 81


def test_texts_are_cut_at_the_greatest_length(names):
    assert max(map(len, names.generate(200, temperature=5.0))) == max(map(len, NAMES))
    made = generate_texts(names, 200, temperature=5.0, longest=2)
    assert max(len(each.text) for each in made) == 2
    assert not all(each.ended for each in made)
    assert max(map(len, names.generate(200, temperature=50.0, longest=40))) > 5


def test_a_letter_typed_with_its_accent_apart_begins_a_text_too():
    model = trained(["Zoé", "Zoë", "Léo", "Éva"] * 4, epochs=2)
    assert model.generate(1, start="Le\u0301")[0].startswith("L\u00e9")


def test_a_saved_generator_makes_the_same_texts_up(names, tmp_path):
    save(names, tmp_path / "names.safetensors")
    model = load(tmp_path / "names.safetensors")
    assert isinstance(model.target, NextCharacter)
    assert model.target == names.target
    assert model.generate(10) == names.generate(10)


def test_characters_that_the_preprocessing_reads_otherwise_are_refused(names, tmp_path):
    outcomes = names.target.class_names
    for wrong in ((*outcomes[:-1], "ü"), outcomes[:-1], ()):
        model = replace(names, target=NextCharacter(class_names=wrong))
        save(model, tmp_path / "names.safetensors")
        with pytest.raises(ModelFileError, match="characters"):
            load(tmp_path / "names.safetensors")


def test_what_is_predicted_is_the_next_character(names):
    rows = beginnings_of(names).rows(["Ann", "Otto"])
    following = names.predict_proba(rows)
    assert following.shape == (2, len(set("".join(NAMES))) + 1)
    np.testing.assert_array_equal(names.predict(rows), ["a", ""])


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"temperature": 0}, ConfigurationError, "temperature must be greater than 0"),
        ({"temperature": -1}, ConfigurationError, "temperature"),
        ({"temperature": float("nan")}, ConfigurationError, "temperature"),
        ({"temperature": "1"}, ArgumentTypeError, "temperature"),
        ({"count": 0}, ConfigurationError, "count must be at least 1"),
        ({"count": 10**9}, ConfigurationError, "count must be at most 100,000"),
        ({"count": 1.5}, ArgumentTypeError, "count"),
        ({"seed": -1}, ConfigurationError, "seed"),
        ({"start": "Xavier"}, DataError, "no character 'X'"),
        ({"start": 5}, ArgumentTypeError, "start"),
        ({"of_class": "x"}, UnknownNameError, "class 'x'.*f, m"),
        ({"of_class": ""}, UnknownNameError, "class"),
        ({"longest": 0}, ConfigurationError, "longest must be at least 1"),
        ({"longest": 3, "start": "Anna"}, ConfigurationError, "longest must be at least 5"),
        ({"longest": 10**9}, ConfigurationError, "longest must be at most 10,000"),
    ],
)
def test_what_makes_no_sense_is_refused(names, arguments, error, said):
    with pytest.raises(error, match=said):
        names.generate(**arguments)


def test_a_model_without_classes_is_asked_for_none(no_classes):
    with pytest.raises(DataError, match="of no classes"):
        no_classes.generate(of_class="f")
    with pytest.raises(DataError, match="of no classes"):
        no_classes.log_probabilities(["Anna"], "f")


def test_other_models_make_no_texts_up():
    model = ax.Experiment.from_source("iris", {"training": {"epochs": 1}}).run().model
    for ask in (model.generate, lambda: model.log_probabilities(["a"])):
        with pytest.raises(DataError, match="no generator"):
            ask()
