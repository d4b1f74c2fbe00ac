import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.contenders import SUITED, contender, spiral_trainer
from axone.lab.training_runs import spiral_rows
from axone.plots import use_theme


def test_each_remembers_what_its_rule_says():
    seen = ax.lab.race(seeds=2, epochs=2, rows=40, units=4)
    parameters = (2 * 4 + 4) + (4 * 4 + 4) + (4 + 1)
    remembered = dict(zip(seen.column("optimizer"), seen.column("numbers_per_weight"), strict=True))
    for name in ("gradient_descent", "sgd"):
        assert remembered[name] == 0
    for name in ("momentum", "nesterov", "adagrad", "rmsprop"):
        assert remembered[name] == 1
    for name in ("adam", "adamw"):
        assert remembered[name] == 2
    assert remembered["lbfgs"] > 20  # ten pairs of vectors
    held = dict(zip(seen.column("optimizer"), seen.column("bytes"), strict=True))
    assert held["adam"] == 2 * 4 * parameters
    assert "0, are remembered by gradient_descent and sgd, and the most" in str(seen.sentences[2])
    assert str(seen.sentences[2]).endswith("by lbfgs.")


def test_losses_are_those_of_fits_alone():
    seen = ax.lab.race(names="adam", seeds=3, epochs=6, rows=60, units=5, seed=11)
    rows, ends = spiral_rows(60, 11), []
    for seed in (11, 12, 13):
        trainer = spiral_trainer(contender("adam", 0.0), 5, seed)
        fitted = trainer.fit(rows, rows, max_epochs=6, restore_best=False)
        ends.append(fitted.history["validation_loss"][-1])
    assert seen.column("loss") == [pytest.approx(np.mean(ends), rel=1e-4)]
    assert seen.column("spread") == [pytest.approx(np.std(ends), rel=1e-3)]


def test_full_batches_fail_where_momentum_never_does():
    seen = ax.lab.race(names=("gradient_descent", "momentum"), seeds=4)
    assert seen.column("failed") == [4, 0]
    assert seen.column("epochs")[0] is None
    assert seen.column("milliseconds")[0] is None
    assert seen.column("milliseconds")[1] > 0
    assert str(seen.sentences[1]) == (
        "Stability: all 4 runs reached that loss with: momentum; not one with: gradient_descent."
    )
    assert "the fewest epochs those of momentum" in str(seen.sentences[0])


def test_a_loss_that_nobody_reaches_is_told_so():
    seen = ax.lab.race(names="sgd", seeds=2, epochs=1, rows=20, target=1e-6)
    assert str(seen.sentences[0]).startswith("Speed: no run reached a loss of 1e-06")
    assert "with: none; not one with: sgd." in str(seen.sentences[1])


def test_progress_is_told_up_to_the_end():
    told = []
    names = ("sgd", "adam")
    ax.lab.race(names=names, seeds=2, epochs=1, rows=20, on_progress=told.append)
    assert told == [0.5, 1.0]


@pytest.mark.parametrize("setting", [{"names": ("newton",)}, {"seeds": 1}, {"rate": 11.0}])
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.race(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_picture_has_a_panel_each_for_speed_stability_and_memory(ground):
    seen = ax.lab.race(seeds=2, epochs=2, rows=40, units=4)
    with use_theme(ground):
        panels = seen.figure().axes
    assert [axes.get_title(loc="left") for axes in panels] == ["Speed", "Stability", "Memory"]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == list(SUITED)
