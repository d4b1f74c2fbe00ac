"""Schedules against PyTorch's, step by step, and the figures that their definitions give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ConfigurationError, UnknownNameError
from axone.schedules import (
    SCHEDULES,
    Adaptive,
    Clock,
    Cosine,
    Exponential,
    InverseScaling,
    OneCycle,
    StepDecay,
    Warmup,
)

EPOCHS, STEPS = 8, 5


def course(schedule, epochs=EPOCHS, steps=STEPS, losses=()):
    """The factors of a whole run."""
    clocks = [Clock(epoch, steps, epochs, 100, losses[:epoch]) for epoch in range(epochs)]
    return np.concatenate([schedule.factors(clock) for clock in clocks])


def torch_course(torch, build, updates):
    """The learning rates of PyTorch's schedule from 1, one for each of `updates` updates."""
    sgd = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule = build(torch.optim.lr_scheduler, sgd)
    rates = []
    for _ in range(updates):
        rates.append(sgd.param_groups[0]["lr"])
        sgd.step()
        schedule.step()
    return np.array(rates)


def test_step_and_exponential_are_those_of_pytorch_an_epoch_at_a_time(torch):
    for schedule, build in [
        (StepDecay(3, 0.4), lambda room, sgd: room.StepLR(sgd, 3, 0.4)),
        (Exponential(0.8), lambda room, sgd: room.ExponentialLR(sgd, 0.8)),
    ]:
        wanted = np.repeat(torch_course(torch, build, EPOCHS), STEPS)
        np.testing.assert_allclose(course(schedule), wanted, rtol=1e-12)


@pytest.mark.parametrize("minimum", [0, 0.1])
def test_cosine_is_that_of_pytorch_a_step_at_a_time(minimum, torch):
    total = EPOCHS * STEPS
    wanted = torch_course(
        torch, lambda room, sgd: room.CosineAnnealingLR(sgd, total, eta_min=minimum), total
    )
    np.testing.assert_allclose(course(Cosine(minimum)), wanted, atol=1e-12)


@pytest.mark.parametrize(("rise", "start"), [(0.3, 0.04), (0.5, 0.1), (0.06, 0.04), (0.9, 1)])
def test_one_cycle_is_that_of_pytorch(rise, start, torch):
    total = EPOCHS * STEPS

    def build(room, sgd):
        return room.OneCycleLR(sgd, 1.0, total_steps=total, pct_start=rise, div_factor=1 / start)

    ours = course(OneCycle(rise, start))
    # PyTorch's last step must not be taken, or it complains of one too many.
    np.testing.assert_allclose(ours[:-1], torch_course(torch, build, total - 1), atol=1e-12)
    assert ours[-1] == pytest.approx(start * 1e-4)


def test_warmup_is_the_linear_one_of_pytorch(torch):
    updates = 3 * STEPS
    wanted = torch_course(
        torch,
        lambda room, sgd: room.LinearLR(
            sgd, start_factor=1 / updates, end_factor=1.0, total_iters=updates - 1
        ),
        EPOCHS * STEPS,
    )
    np.testing.assert_allclose(course(Warmup(3)), wanted, rtol=1e-12)


def test_warmup_multiplies_the_schedule_that_follows():
    both = course(Warmup(2, {"name": "exponential", "factor": 0.5}))
    np.testing.assert_allclose(both, course(Warmup(2)) * course(Exponential(0.5)))
    assert Warmup(2, "cosine").after == Cosine()


def test_inverse_scaling_counts_the_rows_seen():
    by_epoch = course(InverseScaling(0.5))[::STEPS]
    np.testing.assert_allclose(by_epoch, (np.arange(EPOCHS) * 100 + 1) ** -0.5)


class TestAdaptive:
    def test_it_divides_after_more_than_patience_epochs_without_progress(self):
        schedule = Adaptive(divisor=5, patience=2, tolerance=0.01)
        losses = [1.0, 0.5, 0.5, 0.495, 0.499, 0.499, 0.499, 0.499]
        by_epoch = course(schedule, losses=losses)[::STEPS]
        np.testing.assert_allclose(by_epoch, [1, 1, 1, 1, 1, 0.2, 0.2, 0.2])

    def test_it_stops_at_its_minimum(self):
        flat = course(Adaptive(patience=1, minimum=0.03), epochs=12, losses=[1.0] * 12)
        assert flat.min() == 0.03

    @given(losses=st.lists(st.floats(0, 10), max_size=30))
    def test_it_never_rises(self, losses):
        rates = course(Adaptive(patience=1), epochs=len(losses) + 1, losses=losses)
        assert (np.diff(rates) <= 0).all()


@pytest.mark.parametrize("name", list(SCHEDULES))
@given(epochs=st.integers(1, 6), steps=st.integers(1, 6))
def test_every_schedule_gives_one_factor_a_step_between_nothing_and_one(name, epochs, steps):
    factors = course(SCHEDULES.resolve(name), epochs, steps, losses=[1.0] * epochs)
    assert factors.shape == (epochs * steps,)
    assert (factors >= 0).all()
    assert (factors <= 1 + 1e-12).all()


def test_the_trainer_multiplies_its_learning_rate_by_the_factors():
    network = ax.Network(ax.Dense(1), input_shape=1)
    X = np.ones((4, 1))
    trainer = ax.Trainer(
        network, loss="mse", optimizer=ax.SGD(0.5), schedule=StepDecay(2, 0.1), batch_size=2
    )
    result = trainer.fit((X, X[:, 0]), max_epochs=4)
    assert result.history["learning_rate"] == pytest.approx([0.5, 0.5, 0.05, 0.05])


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("inverse_scaling", {"power": 0}, "power must be greater than 0"),
        ("adaptive", {"divisor": 1}, "divisor must be greater than 1"),
        ("adaptive", {"patience": 0}, "patience must be at least 1"),
        ("adaptive", {"tolerance": -1}, "tolerance must be at least 0"),
        ("adaptive", {"minimum": -1}, "minimum must be at least 0"),
        ("step", {"every": 0}, "every must be at least 1"),
        ("step", {"factor": 2}, "factor must be greater than 0 and at most 1, not 2"),
        ("exponential", {"factor": 0}, "factor must be greater than 0"),
        ("cosine", {"minimum": 1.5}, "minimum must be at least 0 and at most 1"),
        ("warmup", {"epochs": 0}, "epochs must be at least 1"),
        ("warmup", {"after": "cosin"}, "unknown schedule 'cosin'. Did you mean 'cosine'"),
        ("one_cycle", {"rise": 1}, "rise must be greater than 0 and less than 1"),
        ("one_cycle", {"start": 0}, "start must be greater than 0 and at most 1"),
    ],
)
def test_wrong_settings_are_refused(name, settings, message):
    with pytest.raises(ConfigurationError, match=message):
        SCHEDULES.resolve({"name": name, **settings})


def test_an_unknown_schedule_is_refused_with_its_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'exponential'"):
        SCHEDULES.resolve("exponentail")


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_a_schedule_says_whether_it_reads_the_losses(name):
    schedule = SCHEDULES.resolve(name)
    alone = course(schedule)
    assert schedule.follows_losses == (name == "adaptive")
    if not schedule.follows_losses:
        np.testing.assert_array_equal(course(schedule, losses=[1.0] * EPOCHS), alone)


def test_a_warm_up_reads_the_losses_where_what_follows_it_does():
    assert Warmup(after="adaptive").follows_losses
    assert Warmup(after={"name": "warmup", "after": "adaptive"}).follows_losses
    assert not Warmup(after="cosine").follows_losses
