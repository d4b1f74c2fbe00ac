"""A fit of a network's estimator: checked rows go to `Trainer`, its result to attributes.

An estimator says by its `Design` how its network is built and trained; everything between `fit` and
the fitted attributes that scikit-learn's users know is called from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from axone.arrays import FloatArray
from axone.data import SCALINGS, Examples, NumericRows, Preprocessing, Reshaping, Scaler, Step
from axone.engines import RunState
from axone.estimators.going_on import later_seed, require_same_network
from axone.estimators.objectives import Objective
from axone.estimators.reporting import (
    EpochWatch,
    say,
    show_fitted,
    tell_how_it_ended,
    warn,
)
from axone.estimators.rows import checked, divided, dtype_of
from axone.estimators.scoring import validation_score
from axone.estimators.settings import (
    SAID_OTHERWISE,
    Training,
    TrainingParameters,
    resolved,
    trainer_settings,
)
from axone.layers import Dense
from axone.messages import _
from axone.model import Model
from axone.network import Network
from axone.optimizers import Optimizer
from axone.parameters import Parameters
from axone.schedules import Clock, InverseScaling
from axone.training import Checkpoint, History, NoImprovement, Run, Trainer, ValidationScore

_AUTO_BATCH = 200
_SLOWEST_RATE = 1e-6
_RATE_DIVISOR = 5.0


@dataclass
class Continuation:
    """What `partial_fit` and a warm start need to know of the fits before.

    Attributes
    ----------
    final : Checkpoint
        Where the last fit ended.
    seed : int
        Of shuffles and masks.
    divisions : int
        How often the learning rate has been divided by 5.
    divided_at : int
        The epoch of the last time.
    """

    final: Checkpoint
    seed: int
    divisions: int = 0
    divided_at: int = 0


@dataclass(frozen=True)
class _Fit:
    """One call of `fit` or `partial_fit`: all that it is made of but the row of epochs."""

    estimator: TrainingParameters
    training: Training
    objective: Objective
    train: Examples
    held_out: Examples | None
    score: ValidationScore | None
    one_epoch: bool


def fit(
    estimator: TrainingParameters,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    validation_data: Any = None,
    *,
    one_epoch: bool = False,
) -> None:
    """Train an estimator, from the start or on from the fits before."""
    if one_epoch and estimator.early_stopping:
        raise ValueError(_("partial_fit does not support early_stopping=True"))
    fresh = not hasattr(estimator, "model_") or not (estimator.warm_start or one_epoch)
    X, y = checked(estimator, X, y, reset=fresh)
    random = check_random_state(estimator.random_state)
    if fresh:
        # The first partial_fit may know of more classes than its rows show.
        if not (one_epoch and hasattr(estimator, "_objective")):
            estimator._objective = estimator._objective_for(y)
    elif estimator.warm_start:
        estimator._require_known(y)
    objective, design = estimator._objective, estimator._design
    network = design.network(X.shape[1], objective)
    if fresh:
        parameters = design.initial(network, dtype_of(X), random)
        if estimator.warm_start or one_epoch:
            design.preset(network, parameters)
    else:
        parameters = estimator.parameters_
        require_same_network(network, estimator.network_)
    raw, raw_held_out = divided(estimator, X, y, sample_weight, validation_data, random)
    if fresh:
        estimator.scaler_ = _fitted_scaler(estimator, raw.X)
    names = tuple(map(str, getattr(estimator, "feature_names_in_", ())))
    preprocessing = _preprocessing(X.shape[1], names, estimator.scaler_, network)
    model = Model(
        network, (parameters,), objective.loss, preprocessing, objective.target,
        engine=estimator.engine,
    )  # fmt: skip
    train = raw.examples(preprocessing.transform, objective)
    held_out, score = None, None
    if raw_held_out is not None:
        held_out = raw_held_out.examples(preprocessing.transform, objective)
        score = validation_score(estimator.monitor, objective, model, raw_held_out, held_out)
    if fresh:
        seed = int(random.randint(np.iinfo(np.int32).max))
        going_on = Continuation(_first_checkpoint(parameters), seed)
        estimator.loss_curve_, estimator.t_ = [], 0
    else:
        going_on = _continued(
            estimator._continuation, parameters, held_out is not None, keep_memory=one_epoch
        )
    _train(
        _Fit(estimator, design.training(), objective, train, held_out, score, one_epoch),
        model,
        going_on,
    )


def _fitted_scaler(estimator: TrainingParameters, X: FloatArray) -> Scaler | None:
    given = estimator.scale
    if given is False:
        return None
    scaling: Any = "standard" if given is True else given
    return resolved(estimator, "scale", SCALINGS, scaling).fit(X)


def _preprocessing(
    features: int, names: tuple[str, ...], scaler: Scaler | None, network: Network
) -> Preprocessing:
    """Return the way from rows of columns to the network: scaled column by column, then shaped."""
    steps: list[Step] = [NumericRows((features,), names)]
    if scaler is not None:
        steps.append(scaler)
    if network.input_shape != (features,):
        steps.append(Reshaping(network.input_shape))
    return Preprocessing(tuple(steps))


def _first_checkpoint(parameters: Parameters) -> Checkpoint:
    state = RunState(parameters, {}, 0.0)
    return Checkpoint("", state, parameters.copy(), 0, History(), 0.0)


def _continued(
    before: Continuation, parameters: Parameters, with_validation: bool, *, keep_memory: bool
) -> Continuation:
    """Return where to go on, from the weights as they are now."""
    final = before.final
    state = final.state
    state.parameters = parameters
    history = final.history
    if with_validation != ("validation_loss" in history):
        # Epochs with and without validation rows do not fit into one table.
        history = History()
        state.epoch, state.losses = 0, []
    going_on = before
    if not keep_memory:
        state.slots, state.step = {}, 0
        going_on = Continuation(final, later_seed(before.seed, history.epochs))
    going_on.final = replace(final, history=history, best=parameters.copy())
    return going_on


def _train(this: _Fit, model: Model, going_on: Continuation) -> None:
    """Run the trainer as often as the learning rate is divided, and take its result over."""
    estimator, training, one_epoch = this.estimator, this.training, this.one_epoch
    rule = _stopping_rule(this)
    before = going_on.final.history.epochs
    max_epochs = before + estimator.max_iter
    follow = _rate_follower(training)
    watch = EpochWatch(estimator, this.objective, before, one_epoch, follow)
    seen = max(before, going_on.divided_at) if not one_epoch else going_on.divided_at
    while True:
        trainer = _trainer(this, model.network, going_on)
        _complete_slots(going_on.final, training.optimizer)
        run = trainer.start(
            this.train,
            this.held_out,
            max_epochs=max_epochs,
            stopping=[rule] if training.optimizer.stepwise and not one_epoch else [],
            warmup_epochs=seen,
            restore_best=estimator.early_stopping,
            start_from=going_on.final,
            validation_score=this.score,
            every="epoch" if watch.wanted else "lap",
        )
        watch.run = run
        result = run.to_the_end(watch if watch.wanted else None)
        going_on.final = result.final
        stale = result.stopped_by == rule.name
        if one_epoch:
            stale = rule.reason(result.history, seen) is not None
        rate = _rate(training, going_on)
        if not stale or not training.divides or rate <= _SLOWEST_RATE:
            break
        going_on.divisions += 1
        going_on.divided_at = seen = result.epochs
        if training.remembers_steps:
            _scale_velocity(going_on.final.state, _RATE_DIVISOR)
        say(estimator, _("Setting learning rate to {rate:f}", rate=rate / _RATE_DIVISOR))
        stale = False
        if one_epoch or result.epochs >= max_epochs:
            break
    estimator._continuation = going_on

    def first_loss() -> float:
        examples = trainer.examples(this.train)
        return trainer.plan.loss_and_gradient(result.parameters, examples, 1)[0]

    learnt = trainer.recipe.rows_learnt(len(this.train))
    show_fitted(estimator, result, this.objective, before, learnt, first_loss)
    estimator.model_ = replace(model, members=(result.parameters,), engine=result.engine)
    estimator.network_, estimator.parameters_ = model.network, result.parameters
    # As scikit-learn counts: the input, and every layer of sums.
    estimator.n_layers_ = 1 + sum(isinstance(layer, Dense) for layer in model.network.layers)
    tell_how_it_ended(estimator, result, rule, stale, one_epoch)


def _trainer(this: _Fit, network: Network, going_on: Continuation) -> Trainer:
    estimator, training, train = this.estimator, this.training, this.train
    rows = len(train)
    batch_size: Any = training.batch_size
    if batch_size == "auto":
        batch_size = min(_AUTO_BATCH, rows)
    elif batch_size > rows:
        if training.tells_of_smaller_batches:
            warn(
                _(
                    "Got `batch_size` less than 1 or larger than sample size. It is going to "
                    "be clipped"
                )
            )
        batch_size = rows
    optimizer = training.optimizer
    if going_on.divisions and optimizer.stepwise:
        rate: dict[str, Any] = {"learning_rate": _rate(training, going_on)}
        optimizer = replace(optimizer, **rate)
    # The penalty is shared among the rows' weights, as scikit-learn shares it: a row of weight
    # two counts as two rows.
    share = rows / train.total_weight
    return Trainer(
        network,
        loss=this.objective.loss,
        optimizer=optimizer,
        batch_size=batch_size,
        schedule=training.schedule,
        l1=float(estimator.l1) * share,
        l2=training.l2 * share,
        dtype=dtype_of(train.X),
        seed=going_on.seed,
        **trainer_settings(estimator, SAID_OTHERWISE),
    )


def _rate_follower(training: Training) -> Callable[[Run, int], None] | None:
    """Return what keeps a velocity that holds steps right, epoch by epoch, if there is one."""
    schedule = training.schedule
    if not training.remembers_steps or not isinstance(schedule, InverseScaling):
        return None

    def follow(run: Run, epoch: int) -> None:
        rows = run.recipe.rows_learnt(len(run.examples))
        before, now = (
            float(schedule.factors(Clock(number, 1, 1, rows))[0]) for number in (epoch - 1, epoch)
        )
        _scale_velocity(run.state, before / now)

    return follow


def _rate(training: Training, going_on: Continuation) -> float:
    if not training.optimizer.stepwise:
        return 0.0
    return float(training.optimizer.learning_rate) / _RATE_DIVISOR**going_on.divisions


def _stopping_rule(this: _Fit) -> NoImprovement:
    estimator = this.estimator
    watched: str | dict[str, float] = {
        "train_loss": this.objective.reported_share,
        "train_penalty": 1.0,
    }
    if estimator.early_stopping and this.held_out is not None:
        watched = "validation_loss" if estimator.monitor == "loss" else "validation_score"
    return NoImprovement(estimator.n_iter_no_change, float(estimator.tol), watched)


def _complete_slots(checkpoint: Checkpoint, optimizer: Optimizer) -> None:
    """Give the optimiser its vectors; those of another one are of no use to it."""
    state = checkpoint.state
    if tuple(state.slots) != optimizer.slots:
        state.slots = optimizer.fresh_slots(state.parameters.vector)
        state.step = 0


def _scale_velocity(state: RunState, factor: float) -> None:
    state.slots["velocity"] *= factor
