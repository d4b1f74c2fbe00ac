"""Optimisers against PyTorch's: whole training runs from the same weights on the same batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.optimizers import OPTIMIZERS

ROWS, BATCH, EPOCHS = 23, 5, 2
"""Five steps an epoch, the last on three rows: ten steps in all."""


def classification():
    random = np.random.default_rng(7)
    return random.normal(size=(ROWS, 4)), random.integers(0, 3, ROWS)


def ours(network, start, data, **settings):
    trainer = ax.Trainer(network, dtype="float64", batch_size=BATCH, shuffle=False, **settings)
    result = trainer.fit(data, max_epochs=EPOCHS, initial=start)
    assert result.steps == (EPOCHS if trainer.recipe.full_batch else 10)
    return result


class Twin:
    """The same network in PyTorch, trained by PyTorch on the same batches."""

    def __init__(self, torch, start, modules):
        self.torch = torch
        self.module = torch.nn.Sequential(*modules).double()
        with torch.no_grad():
            learned = [slot for slot in start.layout.slots if slot.spec.trainable]
            for parameter, slot in zip(self.module.parameters(), learned, strict=True):
                parameter.copy_(torch.tensor(start[slot.name]))
        self.weights = [p for p in self.module.parameters() if p.ndim == 2]
        self.others = [p for p in self.module.parameters() if p.ndim != 2]

    def train(self, optimizer, data, loss, batch=BATCH, before_step=None, penalty=None):
        X, y = (self.torch.tensor(array) for array in data)
        for _ in range(EPOCHS):
            for rows in range(0, ROWS, batch):
                optimizer.zero_grad()
                value = loss(self.module(X[rows : rows + batch]), y[rows : rows + batch])
                if penalty is not None:
                    value = value + penalty(self.weights) / len(X[rows : rows + batch])
                value.backward()
                if before_step is not None:
                    before_step(self.module.parameters())
                optimizer.step()
        return np.concatenate([p.detach().numpy().ravel() for p in self.module.parameters()])


def averaged_momentum(torch, twin):
    """v ← βv + (1 − β)g from v = 0: PyTorch damps no first gradient unless a buffer stands."""
    parameters = list(twin.module.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.3, momentum=0.9, dampening=0.9)
    for parameter in parameters:
        optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
    return optimizer


def adamw(torch, twin):
    groups = [
        {"params": twin.weights, "weight_decay": 0.1},
        {"params": twin.others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.02)


def simple(name, **settings):
    return lambda torch, twin: getattr(torch.optim, name)(twin.module.parameters(), **settings)


TWINS = {
    "gradient_descent": [(ax.GradientDescent(0.2), simple("SGD", lr=0.2))],
    "sgd": [(ax.SGD(0.1), simple("SGD", lr=0.1))],
    "momentum": [
        (ax.Momentum(0.05, 0.8, "classical"), simple("SGD", lr=0.05, momentum=0.8)),
        (ax.Momentum(0.3, 0.9, "averaged"), averaged_momentum),
        # Averaging is classical momentum with a learning rate 1 − β times smaller.
        (ax.Momentum(0.3, 0.9), simple("SGD", lr=0.03, momentum=0.9)),
        # Where the rate stands still a heavy ball and the classical form take the same path.
        (ax.Momentum(0.05, 0.8, "heavy_ball"), simple("SGD", lr=0.05, momentum=0.8)),
    ],
    "nesterov": [(ax.Nesterov(0.05, 0.9), simple("SGD", lr=0.05, momentum=0.9, nesterov=True))],
    "adagrad": [
        (ax.Adagrad(0.1), simple("Adagrad", lr=0.1)),
        (
            ax.Adagrad(0.2, 1e-3, initial_accumulator=0.5),
            simple("Adagrad", lr=0.2, eps=1e-3, initial_accumulator_value=0.5),
        ),
    ],
    "rmsprop": [(ax.RMSProp(0.01, 0.95), simple("RMSprop", lr=0.01, alpha=0.95))],
    "adam": [
        (ax.Adam(0.02), simple("Adam", lr=0.02)),
        (ax.Adam(0.02, 0.7, 0.95, 1e-3), simple("Adam", lr=0.02, betas=(0.7, 0.95), eps=1e-3)),
    ],
    "adamw": [(ax.AdamW(0.02, weight_decay=0.1), adamw)],
}

PAIRS = [
    pytest.param(optimizer, build, id=f"{name}-{number}")
    for name, pairs in TWINS.items()
    for number, (optimizer, build) in enumerate(pairs)
]


def test_every_stepwise_optimizer_has_a_twin():
    assert {*TWINS, "lbfgs"} == set(OPTIMIZERS)


@pytest.mark.parametrize(("optimizer", "build"), PAIRS)
def test_ten_steps_are_those_of_pytorch(optimizer, build, torch):
    network = ax.Network(
        ax.Dense(6, "tanh"), ax.Dense(5, "gelu"), ax.Dense(3, "softmax"), input_shape=4
    )
    start = network.initialize(3, "float64")
    nn = torch.nn
    modules = [nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5), nn.GELU(), nn.Linear(5, 3)]
    twin = Twin(torch, start, modules)
    data = classification()
    batch = ROWS if optimizer.full_batch else BATCH
    wanted = twin.train(build(torch, twin), data, nn.CrossEntropyLoss(), batch)
    result = ours(network, start, data, loss="cce", optimizer=optimizer)
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-10)
    assert np.abs(result.parameters.vector - start.vector).max() > 1e-2


def test_ten_steps_with_batch_norm_and_binary_labels_are_those_of_pytorch(torch):
    network = ax.Network(ax.Dense(6, "relu"), ax.BatchNorm(), ax.Dense(1, "sigmoid"), input_shape=4)
    start = network.initialize(4, "float64")
    nn = torch.nn
    twin = Twin(torch, start, [nn.Linear(4, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 1)])
    X, y = classification()
    y = (y > 0) * 1.0
    wanted = twin.train(
        torch.optim.Adam(twin.module.parameters(), lr=0.02),
        (X, y[:, None]),
        nn.BCEWithLogitsLoss(),
    )
    result = ours(network, start, (X, y), loss="bce", optimizer=ax.Adam(0.02))
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-10)
    running_mean = twin.module[2].running_mean.numpy()
    np.testing.assert_allclose(result.parameters["1.running_mean"], running_mean, atol=1e-10)


def regression(torch):
    network = ax.Network(ax.Dense(6, "swish"), ax.Dense(2), input_shape=4)
    start = network.initialize(5, "float64")
    nn = torch.nn
    twin = Twin(torch, start, [nn.Linear(4, 6), nn.SiLU(), nn.Linear(6, 2)])
    X, _ = classification()
    return network, start, twin, (X, np.random.default_rng(1).normal(size=(ROWS, 2)))


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_ten_steps_of_a_regression_are_those_of_pytorch(loss, torch):
    network, start, twin, data = regression(torch)
    losses = {"mse": torch.nn.MSELoss, "mae": torch.nn.L1Loss, "huber": torch.nn.HuberLoss}
    sgd = torch.optim.SGD(twin.module.parameters(), lr=0.05)
    wanted = twin.train(sgd, data, losses[loss]())
    result = ours(network, start, data, loss=loss, optimizer=ax.SGD(0.05))
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("l1", "l2"), [(0, 0.5), (0.2, 0), (0.1, 0.4)])
def test_ten_steps_with_penalties_in_the_loss_are_those_of_pytorch(l1, l2, torch):
    network, start, twin, data = regression(torch)

    def penalty(weights):
        return sum(l1 * w.abs().sum() + l2 / 2 * (w * w).sum() for w in weights)

    adam = torch.optim.Adam(twin.module.parameters(), lr=0.02)
    wanted = twin.train(adam, data, torch.nn.MSELoss(), penalty=penalty)
    result = ours(network, start, data, loss="mse", optimizer=ax.Adam(0.02), l1=l1, l2=l2)
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-10)


def test_ten_steps_clipped_by_value_are_those_of_pytorch(torch):
    network, start, twin, data = regression(torch)
    sgd = torch.optim.SGD(twin.module.parameters(), lr=0.05)
    clip = torch.nn.utils.clip_grad_value_
    wanted = twin.train(sgd, data, torch.nn.MSELoss(), before_step=lambda p: clip(p, 0.05))
    result = ours(network, start, data, loss="mse", optimizer=ax.SGD(0.05), clip_value=0.05)
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-10)


def test_ten_steps_clipped_by_norm_are_those_of_pytorch(torch):
    network, start, twin, data = regression(torch)
    sgd = torch.optim.SGD(twin.module.parameters(), lr=0.5)
    clip = torch.nn.utils.clip_grad_norm_
    norms = []
    wanted = twin.train(
        sgd,
        data,
        torch.nn.MSELoss(),
        before_step=lambda parameters: norms.append(clip(parameters, 0.4).item()),
    )
    result = ours(network, start, data, loss="mse", optimizer=ax.SGD(0.5), clip_norm=0.4)
    assert max(norms) > 0.4
    # PyTorch divides by norm + 1e-6, so that its steps are a millionth shorter.
    np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=5e-6)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "lbfgs"])
@given(seed=st.integers(0, 2**32 - 1))
def test_a_step_only_reads_the_gradient_and_stays_float32(name, seed):
    random = np.random.default_rng(seed)
    optimizer = OPTIMIZERS.resolve(name)
    weights, gradient, *slots = random.normal(size=(2 + len(optimizer.slots), 6)).astype("float32")
    slots = [np.abs(slot) for slot in slots]
    before = gradient.copy()
    optimizer.update(weights, gradient, slots, 0.1, 3)
    np.testing.assert_array_equal(gradient, before)
    assert {array.dtype.name for array in (weights, gradient, *slots)} == {"float32"}


RATES_AND_GRADIENTS = st.lists(
    st.tuples(st.floats(1e-3, 1), st.lists(st.floats(-10, 10), min_size=3, max_size=3)),
    min_size=2,
    max_size=12,
)


def moved(optimizer, steps):
    """The weights after steps of changing rates, from 1, 1, 1."""
    weights = np.ones(3)
    slots = [*optimizer.fresh_slots(weights).values()]
    for number, (rate, gradient) in enumerate(steps, start=1):
        optimizer.update(weights, np.array(gradient), slots, rate, number)
    return weights


@given(steps=RATES_AND_GRADIENTS, beta=st.floats(0, 0.99))
def test_a_heavy_ball_is_scikit_learns_momentum_whatever_the_rates(steps, beta):
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    weights = [np.ones(3)]
    theirs = SGDOptimizer(weights, momentum=beta, nesterov=False)
    for rate, gradient in steps:
        theirs.learning_rate = rate
        theirs.update_params(weights, [np.array(gradient)])
    np.testing.assert_allclose(moved(ax.Momentum(beta=beta, form="heavy_ball"), steps), weights[0])


@given(steps=RATES_AND_GRADIENTS, beta=st.floats(0, 0.99))
def test_classical_momentum_is_pytorchs_whatever_the_rates(steps, beta, torch):
    weights = torch.ones(3, dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.SGD([weights], lr=1.0, momentum=beta)
    for rate, gradient in steps:
        theirs.param_groups[0]["lr"] = rate
        weights.grad = torch.tensor(gradient, dtype=torch.float64)
        theirs.step()
    found = moved(ax.Momentum(beta=beta, form="classical"), steps)
    np.testing.assert_allclose(found, weights.detach().numpy(), atol=1e-12)


def test_the_forms_of_momentum_part_where_the_rate_falls():
    # g = 1 throughout, β = 0.5, η = 1 and then 0.1: v is 1, then 1.5, 0.75 and 0.6.
    steps = [(1.0, [1.0] * 3), (0.1, [1.0] * 3)]
    ends = {
        form: float(moved(ax.Momentum(beta=0.5, form=form), steps)[0])
        for form in ("averaged", "classical", "heavy_ball")
    }
    assert ends == pytest.approx(
        {
            "averaged": 1 - 0.5 - 0.1 * 0.75,
            "classical": 1 - 1 - 0.1 * 1.5,
            "heavy_ball": 1 - 1 - (0.5 * 1 + 0.1),
        }
    )


def test_adagrad_begins_with_its_rate_and_falls_like_one_over_the_root():
    weights, slots = np.zeros(2), [np.zeros(2)]
    steps = []
    for number in range(1, 101):
        before = weights.copy()
        ax.Adagrad().update(weights, np.array([3.0, -1e-3]), slots, 0.5, number)
        steps.append(weights - before)
    np.testing.assert_allclose(steps[0], [-0.5, 0.5], rtol=1e-6)
    np.testing.assert_allclose(steps[-1], [-0.05, 0.05], rtol=1e-6)


@pytest.mark.parametrize("optimizer", [ax.Adagrad(), ax.RMSProp(), ax.Adam(), ax.AdamW()])
def test_a_gradient_of_zero_moves_nothing(optimizer):
    weights, slots = np.ones(3), [np.zeros(3) for _ in optimizer.slots]
    optimizer.update(weights, np.zeros(3), slots, 0.1, 1)
    assert weights.tolist() == [1, 1, 1]


def test_weight_decay_shrinks_weights_and_spares_biases_and_batch_norm():
    network = ax.Network(ax.Dense(2), ax.BatchNorm(), input_shape=2)
    start = network.initialize(0, "float64")
    start.vector[...] = 1
    trainer = ax.Trainer(
        network, loss="mse", optimizer=ax.AdamW(0.5, weight_decay=0.2), dtype="float64"
    )
    X = np.zeros((4, 2))
    result = trainer.fit((X, np.ones((4, 2))), max_epochs=1, initial=start)
    # Every gradient is 0 (ŷ = y), so that only the decay is left: 1 − 0.5·0.2.
    np.testing.assert_allclose(result.parameters["0.weight"], 0.9)
    assert set(result.parameters["0.bias"]) == {1.0}
    assert set(result.parameters["1.weight"]) | set(result.parameters["1.bias"]) == {1.0}


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("sgd", {"learning_rate": 0}, "learning_rate must be greater than 0, not 0"),
        ("gradient_descent", {"learning_rate": -1}, "greater than 0, not -1"),
        ("adam", {"learning_rate": float("inf")}, "greater than 0, not inf"),
        ("momentum", {"beta": 1}, "beta must be at least 0 and less than 1, not 1"),
        (
            "momentum",
            {"form": "heavy"},
            "form must be one of 'averaged', .*'heavy_ball', not 'heavy'",
        ),
        ("adagrad", {"epsilon": 0}, "epsilon must be greater than 0"),
        ("adagrad", {"initial_accumulator": -1}, "initial_accumulator must be at least 0"),
        ("nesterov", {"beta": -0.1}, "beta must be at least 0 and less than 1"),
        ("rmsprop", {"rho": 1}, "rho must be at least 0 and less than 1"),
        ("rmsprop", {"epsilon": 0}, "epsilon must be greater than 0"),
        ("adam", {"beta_1": 1}, "beta_1 must be at least 0 and less than 1"),
        ("adam", {"beta_2": 2}, "beta_2 must be at least 0 and less than 1"),
        ("adamw", {"epsilon": -1}, "epsilon must be greater than 0"),
        ("adamw", {"weight_decay": -1}, "weight_decay must be at least 0"),
        ("lbfgs", {"memory": 0}, "memory must be at least 1, not 0"),
        ("lbfgs", {"gradient_tolerance": -1}, "gradient_tolerance must be at least 0"),
        ("lbfgs", {"max_evaluations": 0}, "max_evaluations must be at least 1"),
    ],
)
def test_wrong_settings_are_refused_with_the_optimizer_and_the_bounds(name, settings, message):
    with pytest.raises(ConfigurationError, match=f"optimizer '{name}': .*{message}"):
        OPTIMIZERS.resolve({"name": name, **settings})


def test_a_learning_rate_that_is_no_number_is_refused():
    with pytest.raises(ArgumentTypeError, match="learning_rate must be a number, not 'fast'"):
        ax.Adam("fast")


def test_unknown_optimizers_and_settings_are_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match=r"unknown optimizer 'adm'. Did you mean 'adam'"):
        OPTIMIZERS.resolve("adm")
    with pytest.raises(UnknownNameError, match=r"'adam': unknown setting 'beta1'. Did you mean"):
        OPTIMIZERS.resolve({"name": "adam", "beta1": 0.9})
