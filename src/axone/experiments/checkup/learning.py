"""What a check-up looks at in the network: its first loss, one batch learnt by heart, its rate."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from axone.data.examples import Examples
from axone.engines import compile_recipe, never
from axone.experiments.checkup.findings import Check, Verdict
from axone.messages import _
from axone.penalties import Penalty
from axone.training import Trainer
from axone.training.diagnosis.evidence import some_rows
from axone.training.range_test import RangeTest, range_test

_BATCH, _STEPS = 32, 400

_BY_HEART = 0.1
"""Of its first loss: a batch is learnt by heart where less is left."""

_EXCESS = 2.0
"""Above ln K, beyond which first weights or features are too large. Logits of variance v give a
loss of about ln K + v/2, and He's weights, which are the default, on features of variance 1 give
v = 2: the limit is twice that excess."""


def rates_tried(
    trainer: Trainer, train: Examples, interrupted: Callable[[], bool] = never
) -> RangeTest | None:
    """Return what a learning-rate range test says; None where the optimiser needs no rate."""
    recipe = trainer.recipe
    if not recipe.optimizer.stepwise:
        return None
    begin = trainer.plan.initialize()
    return range_test(recipe, trainer.engine_used, some_rows(train), begin, interrupted)


def first_loss(trainer: Trainer, train: Examples) -> Iterator[Check]:
    """The first loss beside that of an answer which knows nothing."""
    recipe = trainer.recipe
    if recipe.loss.task != "classification" or recipe.loss.scale != 1:
        return
    with np.errstate(all="ignore"):
        loss = trainer.plan.evaluate(trainer.plan.initialize(), some_rows(train))[0]
    classes = max(2, recipe.network.output_shape[-1])
    expected = float(np.log(classes))
    verdict: Verdict = "good" if loss < expected + _EXCESS else "look"
    yield Check(
        "first_loss",
        verdict,
        _(
            "The first loss is {loss:.3g}; of an answer that holds all {classes} classes for "
            "equally likely it is ln {classes} = {expected:.3g}.",
            loss=loss,
            classes=classes,
            expected=expected,
        )
        if verdict == "good"
        else _(
            "The first loss is {loss:.3g}, where ln {classes} = {expected:.3g} is that of an "
            "answer that knows nothing: the first weights, or the features, are too large.",
            loss=loss,
            classes=classes,
            expected=expected,
        ),
    )


def one_batch(trainer: Trainer, train: Examples, tested: RangeTest | None) -> Iterator[Check]:
    """Whether the network can learn one batch by heart; who cannot will learn no more rows."""
    batch = train.rows(slice(0, _BATCH))
    optimizer = trainer.recipe.optimizer
    if tested is not None and tested.suggestion is not None:
        optimizer = replace(optimizer, learning_rate=tested.suggestion)
    recipe = replace(
        trainer.recipe,
        optimizer=optimizer,
        penalty=Penalty(),
        augmentation=(),
        batch_size=_BATCH,
        drop_last=False,
        measures=(),
    )
    plan = compile_recipe(recipe, trainer.engine_used, 1).plan
    state = plan.start(plan.initialize())
    session = plan.session(state, batch, _STEPS)
    with np.errstate(all="ignore"):
        try:
            first = plan.evaluate(state.parameters, batch)[0]
            session.advance(epochs=_STEPS)
            last = plan.evaluate(state.parameters, batch)[0]
        finally:
            session.close()
    learnt = bool(np.isfinite(last)) and last < _BY_HEART * first
    yield Check(
        "one_batch",
        "good" if learnt else "look",
        _(
            "One batch of {rows} rows is learnt by heart in {steps} steps: its loss goes from "
            "{first:.3g} to {last:.3g}.",
            rows=len(batch),
            steps=_STEPS,
            first=first,
            last=last,
        )
        if learnt
        else _(
            "One batch of {rows} rows is not learnt by heart in {steps} steps: its loss goes from "
            "{first:.3g} to {last:.3g}. The network is too small, its rate does not suit it, or "
            "the targets have nothing to do with the rows.",
            rows=len(batch),
            steps=_STEPS,
            first=first,
            last=last,
        ),
    )


def rate_checked(tested: RangeTest, rate: float) -> Check:
    """The learning rate beside what the range test suggests."""
    if tested.suggestion is None:
        return Check(
            "learning_rate",
            "look",
            _(
                "At no learning rate from {low:g} to {high:g} did the loss fall.",
                low=float(tested.rates[0]) if len(tested.rates) else 0.0,
                high=float(tested.rates[-1]) if len(tested.rates) else 0.0,
            ),
        )
    near = 0.1 < rate / tested.suggestion < 10
    return Check(
        "learning_rate",
        "good" if near else "look",
        _(
            "The range test suggests a learning rate of {suggestion:.2g}; the experiment has "
            "{rate:.2g} (--lr auto takes the suggestion).",
            suggestion=tested.suggestion,
            rate=rate,
        ),
    )
