import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.batch_norm import _network
from axone.plots import use_theme


@pytest.fixture(scope="module")
def seen():
    return ax.lab.batch_norm()


def test_with_normalisation_larger_rates_still_learn(seen):
    learning = {
        normalised: [
            row["rate"]
            for row in seen.to_dict()["rows"]
            if row["batch_norm"] is normalised and row["epochs_to_target"] is not None
        ]
        for normalised in (False, True)
    }
    assert max(learning[True]) > max(learning[False])
    assert (
        f"without batch normalisation: {max(learning[False]):g}; with it: "
        f"{max(learning[True]):g}." in str(seen.sentences[0])
    )


def test_what_diverged_has_no_loss_and_is_said(seen):
    for row in seen.to_dict()["rows"]:
        assert row["diverged"] is (row["loss"] is None)
        assert row["diverged"] is (row["accuracy"] is None)
    assert any(seen.column("diverged"))


def test_the_least_losses_are_those_of_the_table(seen):
    for normalised in (False, True):
        rows = [row for row in seen.to_dict()["rows"] if row["batch_norm"] is normalised]
        least = min((row["loss"], row["rate"]) for row in rows if row["loss"] is not None)
        assert f"{least[0]:.3g} (η = {least[1]:g})" in str(seen.sentences[2])


def test_rates_at_which_every_run_diverges_or_none_arrives_are_told_so():
    lost = ax.lab.batch_norm(rates=(3.0,), epochs=5)
    assert "without batch normalisation: every run diverged;" in str(lost.sentences[2])
    slow = ax.lab.batch_norm(rates=(1e-6,), epochs=1, target=1e-3, depth=2)
    assert "without batch normalisation: none; with it: none." in str(slow.sentences[0])
    assert "without batch normalisation: never; with it: never." in str(slow.sentences[1])


def test_the_networks_differ_in_normalisation_alone():
    plain = _network(3, 5, "relu", normalised=False)
    normalised = _network(3, 5, "relu", normalised=True)
    kinds = [type(layer).__name__ for layer in normalised.layers]
    assert kinds == ["Dense", "BatchNorm", "Activation"] * 3 + ["Dense"]
    assert [kind for kind in kinds if kind != "BatchNorm"] == [
        type(layer).__name__ for layer in plain.layers
    ]
    # He's weights have the variance 2/n_in, in both.
    wide = _network(1, 2000, "relu", normalised=True).initialize(0, "float64")
    assert np.var(wide["0.weight"]) == pytest.approx(2 / 2, rel=0.1)


def test_the_same_seed_shows_the_same():
    given = {"rates": (0.1,), "epochs": 2, "depth": 2, "seed": 5}
    assert ax.lab.batch_norm(**given).rows == ax.lab.batch_norm(**given).rows


def test_progress_is_told_up_to_the_end():
    told = []
    ax.lab.batch_norm(rates=(0.1,), epochs=2, depth=1, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    "setting", [{"rates": (0.0,)}, {"depth": 0}, {"activation": "softmax"}, {"rates": ()}]
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.batch_norm(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_both_panels_share_the_scale_and_name_every_rate(seen, ground):
    with use_theme(ground):
        without, normalised = seen.figure().axes
    assert without.get_ylim() == normalised.get_ylim()
    for axes in (without, normalised):
        assert [text.get_text().split(":")[0] for text in axes.texts] == [
            "η = 0.01",
            "η = 0.1",
            "η = 1",
            "η = 3",
        ]
