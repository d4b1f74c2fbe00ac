import math

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.plots import use_theme


@pytest.fixture(scope="module")
def seen():
    return ax.lab.regularization()


def test_without_anything_the_validation_loss_lies_far_above_that_of_training(seen):
    rows = {row["method"]: row for row in seen.to_dict()["rows"]}
    assert list(rows) == ["nothing", "dropout", "L2", "both"]
    assert rows["nothing"]["gap"] > 0.5
    for method in ("dropout", "L2", "both"):
        assert rows[method]["gap"] < rows["nothing"]["gap"] / 2
        assert rows[method]["validation_loss"] < rows["nothing"]["validation_loss"]
    assert rows["L2"]["norm"] < rows["nothing"]["norm"] / 2


def test_the_gap_is_the_difference_of_the_losses(seen):
    for row in seen.to_dict()["rows"]:
        assert row["gap"] == pytest.approx(row["validation_loss"] - row["train_loss"])


def test_nobody_is_better_than_the_best_rule_there_is(seen):
    # Opposite signs are one class, at corners ±1 with deviation 0.7: right where both or neither
    # coordinate kept its sign.
    kept = 0.5 * (1 + math.erf(1 / (0.7 * math.sqrt(2))))
    best = kept**2 + (1 - kept) ** 2
    deviation = math.sqrt(best * (1 - best) / 500)
    assert all(0.7 < share < best + 4 * deviation for share in seen.column("test_accuracy"))


def test_the_sentences_name_who_is_least_and_most(seen):
    rows = {row["method"]: row for row in seen.to_dict()["rows"]}
    narrowest = min(rows, key=lambda method: rows[method]["gap"])
    lowest = min(rows, key=lambda method: rows[method]["validation_loss"])
    assert f"smallest with {narrowest}, {rows[narrowest]['gap']:.3g};" in str(seen.sentences[1])
    assert f"least with {lowest}, " in str(seen.sentences[1])
    assert "largest with nothing" in str(seen.sentences[2])


def test_a_rate_and_a_lambda_of_nought_change_nothing():
    seen = ax.lab.regularization(rate=0, l2=0, epochs=5, units=8)
    assert len({row[1:] for row in seen.rows}) == 1
    assert "smallest with nothing and dropout and L2 and both," in str(seen.sentences[1])


def test_the_norm_is_that_of_the_weights_alone():
    # L2 at such a λ leaves nothing of the weights but what Adam's last steps made of them.
    seen = ax.lab.regularization(l2=100, epochs=100, units=8)
    norms = dict(zip(map(str, seen.column("method")), seen.column("norm"), strict=True))
    assert norms["L2"] < 0.3 < 2 < norms["nothing"]


def test_where_the_gap_is_none_it_is_told_so():
    told = {
        str(ax.lab.regularization(epochs=1, units=2, noise=0.01, seed=seed).sentences[0])
        for seed in range(6)
    }
    assert any("which is no larger" in sentence for sentence in told)
    assert any("above it" in sentence for sentence in told)


def test_progress_is_told_up_to_the_end():
    told = []
    ax.lab.regularization(epochs=2, units=2, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    "setting", [{"rate": 1.0}, {"l2": -1.0}, {"units": 0}, {"rows": 5}, {"noise": 0.0}]
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.regularization(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_picture_has_boundaries_above_and_losses_below(seen, ground):
    with use_theme(ground):
        panels = np.array(seen.figure().axes).reshape(2, 4)
    assert [axes.get_title(loc="left") for axes in panels[0]] == [
        "nothing",
        "dropout",
        "L2",
        "both",
    ]
    assert {axes.get_yscale() for axes in panels[1]} == {"log"}
