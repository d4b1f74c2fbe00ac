"""Settings of an experiment: read from its signature, and checked by it before anything is done."""

from typing import Annotated

import numpy as np
import pytest

from axone.bounds import LARGEST_COUNT, LARGEST_SEED
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.lab import gradient_descent
from axone.lab.knobs import Knob, Seed, experiment, settings_of
from axone.messages import _


@experiment
def made_up(
    *,
    rate: Annotated[float, Knob(_("A rate."), above=0, at_most=10)] = 0.1,
    shift: Annotated[float, Knob(_("A shift."), at_least=-1)] = 0.0,
    steps: Annotated[int, Knob(_("A count."), at_least=1, at_most=100)] = 10,
    below: Annotated[int, Knob(_("A count below 0."), at_least=-5, at_most=0)] = 0,
    rows: Annotated[int, Knob(_("Rows."))] = 3,
    word: Annotated[str, Knob(_("A word."), choices=("tanh", "relu"))] = "tanh",
    words: Annotated[tuple[str, ...], Knob(_("Words."), choices=("a", "b"), most=2)] = ("a",),
    rates: Annotated[tuple[float, ...], Knob(_("Rates."), above=0)] = (0.1, 0.2),
    counts: Annotated[tuple[int, ...], Knob(_("Counts."), at_least=1)] = (1, 2),
    on: Annotated[bool, Knob(_("Whether."))] = True,
    seed: Seed = 42,
    on_progress: object = None,
) -> dict[str, object]:
    """Return what it was given."""
    return dict(locals())


def test_settings_stand_in_their_order_with_kind_and_default():
    found = settings_of(made_up)
    assert list(found) == [name for name in made_up() if name != "on_progress"]
    assert found["rates"].kind is float
    assert found["rates"].several
    assert not found["rate"].several
    assert found["counts"].default == (1, 2)
    assert found["seed"].knob.at_most == LARGEST_SEED
    assert list(settings_of(gradient_descent)) == ["rate", "steps"]


def test_what_is_not_given_has_its_default():
    assert made_up()["rates"] == (0.1, 0.2)
    assert made_up(on_progress=print)["on_progress"] is print
    assert made_up.__doc__ == "Return what it was given."


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("steps", 1, 100), ("below", -5, 0), ("rows", 0, LARGEST_COUNT), ("seed", 0, LARGEST_SEED)],
)
def test_whole_numbers_keep_within_both_bounds(name, least, most):
    assert made_up(**{name: least})[name] == least
    assert made_up(**{name: most})[name] == most
    for value, words in ((least - 1, "at least"), (most + 1, "at most")):
        with pytest.raises(ConfigurationError, match=f"{name} must be {words}"):
            made_up(**{name: value})


def test_numbers_keep_within_bounds_and_may_not_reach_an_open_one():
    assert made_up(rate=10, shift=-1) | {"rate": 10.0} == made_up(rate=10.0, shift=-1.0)
    for wrong in (0, -1, 10.1, float("nan"), float("inf")):
        with pytest.raises(ConfigurationError, match="rate must be greater than 0 and at most 10"):
            made_up(rate=wrong)
    with pytest.raises(ConfigurationError, match="shift must be at least -1"):
        made_up(shift=-1.5)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"rate": "fast"}, "rate must be a number, not 'fast'"),
        ({"rate": True}, "rate must be a number, not True"),
        ({"steps": 2.0}, "steps must be a whole number, not 2.0"),
        ({"steps": True}, "steps must be a whole number, not True"),
        ({"on": 1}, "on must be true or false, not 1"),
        ({"counts": (1, 2.5)}, "counts must be a whole number, not 2.5"),
        ({"rates": "0.1"}, "rates must be a number, not '0.1'"),
    ],
)
def test_another_kind_is_refused(setting, said):
    with pytest.raises(ArgumentTypeError, match=said):
        made_up(**setting)


@pytest.mark.parametrize("wrong", ["TANH", "", 3, None])
def test_a_word_is_one_of_its_choices(wrong):
    with pytest.raises((ConfigurationError, ArgumentTypeError), match="word"):
        made_up(word=wrong)
    assert made_up(word="relu")["word"] == "relu"


def test_several_are_a_tuple_whatever_they_came_as():
    assert made_up(rates=[1, 2])["rates"] == (1.0, 2.0)
    assert made_up(rates=0.5)["rates"] == (0.5,)
    assert made_up(words="b")["words"] == ("b",)
    assert made_up(rates=iter([1.0]))["rates"] == (1.0,)


def test_none_and_too_many_are_refused_and_each_is_checked():
    with pytest.raises(ConfigurationError, match=r"words: give 1 to 2 of them, not \(\)"):
        made_up(words=())
    with pytest.raises(ConfigurationError, match="words: give 1 to 2"):
        made_up(words=("a", "b", "a"))
    with pytest.raises(ConfigurationError, match="rates: give 1 to 8"):
        made_up(rates=range(10**9))
    with pytest.raises(ConfigurationError, match="rates must be greater than 0, not -1"):
        made_up(rates=(1.0, -1.0))
    with pytest.raises(ConfigurationError, match="words"):
        made_up(words=("a", "c"))


def test_numbers_of_numpy_become_those_of_python():
    given = made_up(
        rate=np.float32(0.5), steps=np.int64(3), on=np.bool_(False), counts=np.array([1, 2])
    )
    assert [type(given[name]) for name in ("rate", "steps", "on")] == [float, int, bool]
    assert [type(item) for item in given["counts"]] == [int, int]


def test_a_setting_that_is_none_is_refused_as_python_does():
    with pytest.raises(TypeError, match="unexpected keyword argument 'speed'"):
        made_up(speed=3)
    with pytest.raises(TypeError, match="positional"):
        made_up(0.1)
