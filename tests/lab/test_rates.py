"""Learning rates beside each other, against the closed form W = 4/3·(1 − (1 − 15η)ᵗ)."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError


def closed_form(rate, steps):
    weights = 4 / 3 * (1 - (1 - 15 * rate) ** np.arange(steps + 1))
    return weights, 7.5 * (weights - 4 / 3) ** 2 + 1 / 6


@pytest.mark.parametrize("rate", [0.002, 0.01, 0.0667, 0.1, 0.13, 0.14])
def test_factor_arrival_and_loss_are_those_of_the_closed_form(rate):
    weights, losses = closed_form(rate, 60)
    _rate, factor, arrival, last, _word = ax.lab.rates(rates=[rate], steps=60).rows[0]
    close = np.flatnonzero(np.abs(weights - 4 / 3) < 5e-4)
    assert factor == pytest.approx(1 - 15 * rate)
    assert arrival == (close[0] if close.size else None)
    assert last == pytest.approx(losses[-1], rel=1e-9)


def test_each_rate_has_its_word():
    rates = (0.001, 0.01, 0.1, 0.13, 0.14)
    words = ["too small", "right", "right, from side to side", "large", "too large"]
    assert ax.lab.rates(rates=rates, steps=60).column("verdict") == words


def test_the_soonest_is_said_and_how_many_arrive():
    said = ax.lab.rates(rates=(0.001, 1 / 15, 0.1), steps=20).sentences
    assert said[0].startswith("At 2 of 3 rates W comes to within 0.0005 of the lowest point")
    assert said[0].endswith("no rate is sooner there than η = 0.0666667, after 1 step.")
    assert said[2].endswith("every rate here is smaller.")


def test_where_none_arrives_the_nearest_is_said():
    seen = ax.lab.rates(rates=(0.001, 0.002, 0.2), steps=5)
    assert "nearest is η = 0.002" in seen.sentences[0]
    assert "at η = 0.2 each makes the distance 2 times as large" in seen.sentences[2]


def test_where_no_step_leads_nearer_nothing_is_called_nearest():
    seen = ax.lab.rates(rates=(2 / 15, 5), steps=500)
    assert seen.sentences[0].endswith("no step of any leads nearer.")
    assert seen.column("last_loss") == [pytest.approx(13.5), np.inf]
    assert seen.column("verdict") == ["too large", "too large"]


@pytest.mark.parametrize("rates", [(1 / 15,), (5,), (0.001, 0.01, 0.0667, 0.12, 0.14)])
def test_there_is_a_line_for_each_rate(rates):
    axes = ax.lab.rates(rates=rates).figure().axes[0]
    assert len(axes.lines) == len(rates)
    assert len(axes.get_legend().get_texts()) == len(rates)
    low, high = axes.get_ylim()
    assert 0 < low < high < np.inf


def test_one_to_five_rates_are_taken():
    with pytest.raises(ConfigurationError, match="give 1 to 5"):
        ax.lab.rates(rates=())
    with pytest.raises(ConfigurationError, match="give 1 to 5"):
        ax.lab.rates(rates=[0.1] * 6)
    with pytest.raises(ConfigurationError, match="rates must be greater than 0"):
        ax.lab.rates(rates=[0.1, -0.1])
    assert ax.lab.rates(rates=0.1).column("rate") == [0.1]


def test_too_few_steps_are_no_wrong_rate():
    assert ax.lab.rates(rates=(0.06, 0.07), steps=1).column("verdict") == ["not there yet"] * 2
