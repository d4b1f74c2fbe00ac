"""A population against its networks one after another: the same to rounding, whatever they are."""

import numpy as np
import pytest

import axone as ax
from axone.engines import NativeEngine, population_of, shape_of
from axone.engines.engine import never
from axone.losses import Huber, Quantile
from axone.parameters import Trail

RANDOM = np.random.default_rng(3)
ROWS = 53  # the last batch is shorter
X = RANDOM.normal(size=(ROWS, 7))
CLASSES = RANDOM.integers(0, 3, ROWS)
NUMBERS = RANDOM.normal(size=(ROWS, 3))
SHARES = RANDOM.dirichlet(np.ones(3), ROWS)
COUNTS = RANDOM.poisson(3.0, size=(ROWS, 3)).astype(float)
BITS = (NUMBERS > 0).astype(float)
WEIGHTS = RANDOM.uniform(0.2, 3, ROWS)


def network_of(*layers, output="softmax", outputs=3):
    return ax.Network(*layers, ax.Dense(outputs, output), input_shape=7)


HIDDEN = (ax.Dense(9, "relu"), ax.Dense(6, "tanh"))


def trainer_of(network, seed, *, loss="cce", optimizer=None, dtype="float64", **settings):
    optimizer = ax.Adam(0.01) if optimizer is None else optimizer
    settings = {"batch_size": 8, **settings}
    return ax.Trainer(
        network, loss=loss, optimizer=optimizer, seed=seed, dtype=dtype, engine="native", **settings
    )


def lanes(dtype="float64"):
    network = network_of()
    plan = trainer_of(network, 0, dtype=dtype).plan
    return plan.compiled.vector_bytes // np.dtype(dtype).itemsize


def sessions_alone(trainers, given, epochs):
    found = []
    for trainer, rows in zip(trainers, given, strict=True):
        examples = trainer.examples(rows)
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, trainer.dtype))
        session = trainer.plan.session(state, examples, epochs)
        found.append((state, session.advance(epochs=epochs)))
        session.close()
    return found


def sessions_together(trainers, given, epochs, laps=None):
    population = population_of(trainers[0].plan, len(given[0][0]))
    seats = []
    for trainer, rows in zip(trainers, given, strict=True):
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, trainer.dtype))
        seats.append(population.seat(trainer.plan, state, trainer.examples(rows), epochs))
    found = [[] for _ in seats]
    for count in laps or [epochs]:
        for lap, reports in zip(
            population.advance(dict.fromkeys(seats, (count, None)), never).values(),
            found,
            strict=True,
        ):
            reports.append(lap)
    return [(seat.state, reports) for seat, reports in zip(seats, found, strict=True)]


def assert_same(trainers, given, *, epochs=3, tolerance=1e-12, laps=None):
    assert len({shape_of(trainer.plan, len(given[0][0])) for trainer in trainers}) == 1
    alone = sessions_alone(trainers, given, epochs)
    together = sessions_together(trainers, given, epochs, laps)
    for (state, lap), (other, reports) in zip(alone, together, strict=True):
        close = {"rtol": tolerance, "atol": tolerance}
        np.testing.assert_allclose(other.parameters.vector, state.parameters.vector, **close)
        for name, slot in state.slots.items():
            np.testing.assert_allclose(other.slots[name], slot, **close)
        assert (other.epoch, other.batch, other.step) == (state.epoch, state.batch, state.step)
        np.testing.assert_allclose(other.losses, state.losses, **close)
        for name in ("loss", "penalty", "weight", "hits", "gradient_norms", "dead_shares"):
            told = np.concatenate([getattr(each.reports, name) for each in reports])
            np.testing.assert_allclose(told, getattr(lap.reports, name), err_msg=name, **close)


def several(network, given=(X, CLASSES), **settings):
    count = lanes(settings.get("dtype", "float64"))
    trainers = [trainer_of(network, seed, **settings) for seed in range(count)]
    return trainers, [given] * count


@pytest.mark.parametrize(
    "optimizer",
    [
        ax.SGD(0.1),
        ax.Momentum(0.05, beta=0.8),
        ax.Momentum(0.05, beta=0.8, form="classical"),
        ax.Momentum(0.05, beta=0.8, form="heavy_ball"),
        ax.Nesterov(0.05, beta=0.8),
        ax.Adagrad(0.1),
        ax.Adagrad(0.1, initial_accumulator=0.3),
        ax.RMSProp(0.01),
        ax.Adam(0.01),
        ax.Adam(0.01, form="uncorrected"),
        ax.AdamW(0.01, weight_decay=0.1),
    ],
    ids=repr,
)
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_optimizer_moves_as_alone(optimizer, schedule):
    assert_same(*several(network_of(*HIDDEN), optimizer=optimizer, schedule=schedule))


@pytest.mark.parametrize(
    ("output", "loss", "targets"),
    [
        ("softmax", "cce", CLASSES),
        ("softmax", "cce", SHARES),
        ("sigmoid", "bce", BITS),
        ("identity", "mse", NUMBERS),
        ("tanh", "mse", NUMBERS),
        ("softmax", "mse", NUMBERS),
        ("identity", "mae", NUMBERS),
        ("identity", Huber(0.4), NUMBERS),
        ("identity", Quantile(0.2), NUMBERS),
        ("exponential", "poisson", COUNTS),
        ("softplus", "poisson", COUNTS),
        ("sigmoid", "cce", CLASSES),
    ],
)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_every_loss_is_that_of_one_alone(output, loss, targets, weights):
    given = (X, targets) if weights is None else (X, targets, weights)
    assert_same(*several(network_of(*HIDDEN, output=output), given, loss=loss))


@pytest.mark.parametrize(
    "activation",
    [
        "identity",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "gelu_tanh",
        "swish",
        "softplus",
    ],
)
def test_every_activation_is_that_of_one_alone(activation):
    layers = (ax.Dense(9, activation), ax.Dense(5), ax.Activation(activation))
    assert_same(*several(network_of(*layers)))


@pytest.mark.parametrize(
    "settings",
    [
        {"l2": 0.3},
        {"l1": 0.05, "l2": 0.1},
        {"clip_value": 0.01},
        {"clip_norm": 0.05},
        {"clip_norm": 0.05, "clip_value": 0.02, "l1": 0.05, "l2": 0.1},
        {"shuffle": False},
        {"drop_last": True},
        {"drop_last": True, "shuffle": False, "clip_norm": 0.05},
        {"schedule": "cosine"},
        {"batch_size": 1000},
        {"batch_size": 1},
        {"measures": ()},
    ],
    ids=str,
)
def test_penalties_bounds_and_schedules_are_those_of_one_alone(settings):
    if settings.get("batch_size") == 1000:
        settings = settings | {"batch_size": 32}
    assert_same(*several(network_of(*HIDDEN), **settings))


def test_each_network_has_masks_of_its_own():
    layers = (ax.Dense(9, "relu"), ax.Dropout(0.4), ax.Dense(6, "tanh"), ax.Dropout(0.2))
    assert_same(*several(network_of(*layers)))
    assert_same(*several(network_of(ax.Dropout(0.3), *HIDDEN)))


@pytest.mark.parametrize("shape", ["without a bias", "one output", "no hidden layer", "reshaped"])
def test_odd_networks_are_those_of_one_alone(shape):
    if shape == "one output":
        network = ax.Network(ax.Dense(5, "relu"), ax.Dense(1, "sigmoid"), input_shape=7)
        given, loss = (X, BITS[:, :1]), "bce"
    else:
        given, loss = (X, CLASSES), "cce"
        layers = {
            "without a bias": (ax.Dense(5, "relu", bias=False),),
            "no hidden layer": (),
            "reshaped": (ax.Reshape((1, 7)), ax.Flatten(), *HIDDEN),
        }[shape]
        network = network_of(*layers)
    assert_same(*several(network, given, loss=loss, l2=0.1, clip_norm=0.1))
    assert_same(*several(network, given, loss=loss, optimizer=ax.AdamW(0.01, weight_decay=0.1)))


def test_settings_and_rows_may_differ_from_lane_to_lane():
    count = lanes()
    network = network_of(ax.Dense(9, "relu"), ax.Dropout(0.2))
    trainers = [
        trainer_of(
            network,
            seed,
            optimizer=ax.Adam(0.01 * (seed + 1), beta_1=0.8 + 0.01 * seed),
            l2=0.1 * seed,
            l1=0.02 * (seed % 2),
            clip_value=0.05 if seed % 3 else None,
            clip_norm=0.2 if seed % 2 else None,
            schedule="cosine" if seed % 2 else "constant",
            drop_last=seed % 3 == 1,
        )
        for seed in range(count)
    ]
    given = [(X[seed:], CLASSES[seed:], WEIGHTS[seed:]) for seed in range(count)]
    assert_same(trainers, given)


def test_forms_of_momentum_may_differ_from_lane_to_lane():
    forms = ("averaged", "classical", "heavy_ball")
    trainers = [
        trainer_of(
            network_of(*HIDDEN),
            seed,
            optimizer=ax.Momentum(0.05, 0.8, forms[seed % 3]),
            schedule="cosine",
        )
        for seed in range(lanes())
    ]
    given = [(X[seed:], CLASSES[seed:]) for seed in range(len(trainers))]
    assert_same(trainers, given, epochs=4, laps=[1, 2, 1])


def test_a_lane_that_has_done_its_epochs_rests():
    trainers, given = several(network_of(*HIDDEN))
    given = [(X[: 20 + 4 * n], CLASSES[: 20 + 4 * n]) for n in range(len(trainers))]
    assert_same(trainers, given, epochs=4, laps=[1, 2, 1])
    # Some fewer epochs than others, in one call.
    population = population_of(trainers[0].plan, 20)
    seats = []
    for trainer, rows in zip(trainers, given, strict=True):
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, "float64"))
        seats.append(population.seat(trainer.plan, state, trainer.examples(rows), 9))
    laps = population.advance({seat: (1 + seat.number, None) for seat in seats}, never)
    assert [len(laps[seat].reports) for seat in seats] == [1 + seat.number for seat in seats]
    for seat, trainer, rows in zip(seats, trainers, given, strict=True):
        [(state, _)] = sessions_alone([trainer], [rows], 1 + seat.number)
        np.testing.assert_allclose(
            seat.state.parameters.vector, state.parameters.vector, rtol=1e-12, atol=1e-12
        )


def test_a_trail_of_each_lane_holds_its_weights_after_every_epoch():
    network = network_of(ax.Dense(5, "tanh"))
    trainers = [trainer_of(network, seed) for seed in range(3)]
    population, seats = None, []
    for each in trainers[: lanes()]:
        examples = each.examples((X, CLASSES))
        population = population or population_of(each.plan, len(X))
        state = each.plan.start(network.initialize(each.seed, "float64"))
        seats.append(population.seat(each.plan, state, examples, 9))
    trails = [Trail(network.layout, 4, "float64") for _ in seats]
    turns = {seat: (2 + seat.number, trail) for seat, trail in zip(seats, trails, strict=True)}
    population.advance(turns, never)
    for each, seat, trail in zip(trainers, seats, trails, strict=False):
        state = each.plan.start(network.initialize(each.seed, "float64"))
        session = each.plan.session(state, each.examples((X, CLASSES)), 9)
        for parameters in trail[: 2 + seat.number]:
            session.advance()
            close = {"rtol": 1e-12, "atol": 1e-12}
            np.testing.assert_allclose(parameters.vector, state.parameters.vector, **close)
        np.testing.assert_array_equal(trail[1 + seat.number].vector, seat.state.parameters.vector)


def test_an_interrupted_population_goes_on_where_it_stood():
    trainers, given = several(network_of(*HIDDEN), batch_size=1)
    rows = [(np.tile(x, (40, 1)), np.tile(y, 40)) for x, y in given]
    epochs, calls = 40, 0
    whole = sessions_together(trainers, rows, epochs)
    population = population_of(trainers[0].plan, len(rows[0][0]))
    seats = []
    for trainer, each in zip(trainers, rows, strict=True):
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, "float64"))
        seats.append(population.seat(trainer.plan, state, trainer.examples(each), epochs))
    while any(seat.state.epoch < epochs for seat in seats):
        population.advance(dict.fromkeys(seats, (epochs, None)), lambda: True)
        calls += 1
    assert calls > 1
    for seat, (state, _) in zip(seats, whole, strict=True):
        assert seat.state.parameters.vector.tobytes() == state.parameters.vector.tobytes()
        assert seat.state.losses == state.losses


def test_a_network_that_fails_is_told_and_leaves_the_others_alone():
    network = network_of(ax.Dense(9, "relu"), ax.Dense(6, "relu"))
    trainers, given = several(network)
    wild = trainer_of(network, 1, optimizer=ax.Adam(1e300))
    trainers[1] = wild
    population = population_of(wild.plan, ROWS)
    seats = []
    for trainer, rows in zip(trainers, given, strict=True):
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, "float64"))
        seats.append(population.seat(trainer.plan, state, trainer.examples(rows), 3))
    before = seats[1].state.copy()
    laps = population.advance(dict.fromkeys(seats, (3, None)), never)
    assert [lap is None for lap in laps.values()] == [
        seat.number == seats[1].number for seat in seats
    ]
    assert seats[1].state.parameters.vector.tobytes() == before.parameters.vector.tobytes()
    assert seats[1].state.step == 0
    others = [n for n in range(len(trainers)) if n != 1]
    alone = sessions_alone([trainers[n] for n in others], [given[n] for n in others], 3)
    for n, (state, _) in zip(others, alone, strict=True):
        np.testing.assert_allclose(
            seats[n].state.parameters.vector, state.parameters.vector, rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("bound", [{"clip_value": 1.0}, {"clip_norm": 1.0}], ids=str)
def test_a_gradient_that_is_not_finite_is_told_where_a_bound_would_hide_it(bound):
    network = network_of(ax.Dense(9, "relu"), output="identity")
    trainers, given = several(network, (X, NUMBERS), loss="mse", optimizer=ax.SGD(0.01), **bound)
    given[0] = (np.where(np.arange(ROWS)[:, None] == 30, 1e200, X), 1e100 * NUMBERS)
    population = population_of(trainers[0].plan, ROWS)
    seats = []
    for trainer, rows in zip(trainers, given, strict=True):
        state = trainer.plan.start(trainer.network.initialize(trainer.seed, "float64"))
        seats.append(population.seat(trainer.plan, state, trainer.examples(rows), 2))
    laps = population.advance(dict.fromkeys(seats, (2, None)), never)
    assert [lap is None for lap in laps.values()] == [seat is seats[0] for seat in seats]


def test_in_float32_it_is_the_same_to_its_rounding():
    assert_same(*several(network_of(*HIDDEN), dtype="float32"), epochs=2, tolerance=2e-5)


@pytest.mark.parametrize(
    "network",
    [
        network_of(ax.Dense(9, "relu"), ax.BatchNorm()),
        network_of(ax.Dense(9, "prelu")),
        network_of(ax.Dense(9, "softmax")),
        network_of(ax.Dense(9, "a*log(abs(z)), a=1")),
        network_of(ax.Dense(9, "1/z")),
        network_of(ax.Dense(400, "relu"), ax.Dense(400, "relu")),
    ],
    ids=["batch norm", "a learnt slope", "softmax within", "learnt", "formula", "large"],
)
def test_what_runs_in_no_lanes_has_no_shape(network):
    assert shape_of(trainer_of(network, 0).plan, ROWS) is None


def test_what_differs_in_more_than_numbers_has_another_shape():
    network = network_of(*HIDDEN)
    trainers = [
        trainer_of(network, 0),
        trainer_of(network, 0, optimizer=ax.SGD(0.1)),
        trainer_of(network, 0, batch_size=9),
        trainer_of(network, 0, shuffle=False),
        trainer_of(network, 0, dtype="float32"),
        trainer_of(network, 0, loss="mse"),
        trainer_of(network_of(ax.Dense(9, "relu"), ax.Dense(6, "relu")), 0),
    ]
    shapes = {shape_of(trainer.plan, ROWS) for trainer in trainers}
    assert None not in shapes
    assert len(shapes) == len(trainers)
    assert shape_of(ax.Trainer(network, loss="cce", engine="reference").plan, ROWS) is None
    assert shape_of(NativeEngine(threads=2).compile(trainers[0].recipe), ROWS) is None


def test_a_compiled_population_refuses_what_does_not_fit():
    trainer = trainer_of(network_of(*HIDDEN), 0)
    plan = trainer.plan.compiled
    with pytest.raises(ValueError, match="batch size"):
        plan.population(0, True, True)
    with pytest.raises(ValueError, match="runs in no lanes"):
        trainer_of(network_of(ax.Dense(9), ax.BatchNorm()), 0).plan.compiled.population(
            8, True, True
        )
    population = plan.population(8, True, True)
    state = trainer.plan.start(trainer.network.initialize(0, "float64"))
    vector, buffers = state.parameters.vector, state.parameters.buffers
    slots = list(state.slots.values())
    rows = (np.ascontiguousarray(X), CLASSES.astype(np.int64), None, None)
    with pytest.raises(ValueError, match="no such seat"):
        population.take(population.seats, plan, vector, buffers, slots, *rows)
    with pytest.raises(ValueError, match="another length"):
        population.take(0, plan, vector[:-1].copy(), buffers, slots, *rows)
    with pytest.raises(ValueError, match="label is out of range"):
        population.take(0, plan, vector, buffers, slots, rows[0], rows[1] + 1, None, None)
    other = trainer_of(network_of(ax.Dense(4)), 0).plan.compiled
    with pytest.raises(ValueError, match="another network"):
        population.take(0, other, vector, buffers, slots, *rows)
    population.take(0, plan, vector, buffers, slots, *rows)
    with pytest.raises(ValueError, match="one turn a seat"):
        population.run([None], never)
    start = (0, 0, 0, 0.0, 0.0, 0.0, 0, [])
    rest = [None] * (population.seats - 1)
    with pytest.raises(ValueError, match="one learning rate a step"):
        population.run([(start, np.ones((1, 3)), None), *rest], never)
    with pytest.raises(ValueError, match="position is out of range"):
        population.run([((0, 9, 0, 0.0, 0.0, 0.0, 0, []), np.ones((1, 7)), None), *rest], never)
    with pytest.raises(ValueError, match="trail has another width"):
        population.run([(start, np.ones((1, 7)), np.ones((1, 3))), *rest], never)
    with pytest.raises((ValueError, RuntimeError)):
        population.run([None, (start, np.ones((1, 7)), None), *rest[1:]], never)
