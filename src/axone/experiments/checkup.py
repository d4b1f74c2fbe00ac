"""The check-up before training: the data, the first loss, one batch learnt by heart, the rate.

What most often goes wrong shows before the first epoch; after Karpathy, "A recipe for training
neural networks" (2019).
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines import compile_recipe, never
from axone.experiments.preparation import Prepared
from axone.experiments.training import build_trainer, learnt_rows
from axone.messages import Message, _, _n, listed, shorten
from axone.model import Classes
from axone.penalties import Penalty
from axone.training import Trainer
from axone.training.diagnosis.case import Features
from axone.training.diagnosis.evidence import labels_of, some_rows
from axone.training.range_test import RangeTest, range_test

Verdict = Literal["good", "look", "wrong"]

_MOST_NAMED = 3
_MOST_FEATURES = 300
"""That are each asked whether they alone tell the target."""

_TELLS_ALL = 0.995
_FAR_OUT = 30.0
"""Usual deviations beyond which a number is an outlier."""

_DEVIATION = 1.4826
"""Times the median distance from the median: the standard deviation of normal numbers."""

_FEW_ROWS = 10
_BATCH, _STEPS = 32, 400
_BY_HEART = 0.1
"""Of its first loss: a batch is learnt by heart where less is left."""

_FIRST_LOSS = 1.5
"""Times ln K, or the loss of the mean, beyond which first weights are not as they should be."""


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes
    ----------
    code : str
    verdict : {"good", "look", "wrong"}
        "look" where somebody should.
    words : Message
        What was found.
    """

    code: str
    verdict: Verdict
    words: Message

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "text": str(self.words),
            "figures": dict(self.words.figures),
        }


@dataclass(frozen=True)
class CheckUp:
    """What a check-up found.

    Attributes
    ----------
    checks : tuple of Check
    range_test : RangeTest or None
        None for an optimiser that finds the length of its steps itself.
    learning_rate : float
        The experiment's own.
    """

    checks: tuple[Check, ...]
    range_test: RangeTest | None
    learning_rate: float

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        tested = self.range_test
        return {
            "checks": [check.to_data() for check in self.checks],
            "learning_rate": self.learning_rate,
            "suggested_learning_rate": None if tested is None else tested.suggestion,
        }


def check_up(
    prepared: Prepared, on_progress: Callable[[float], None] = lambda share: None
) -> CheckUp:
    """Look at an experiment before it is trained.

    Parameters
    ----------
    prepared : Prepared
    on_progress : callable
        Told which share is done.
    """
    trainer = build_trainer(prepared)
    train = trainer.examples(learnt_rows(prepared, "train"))
    checks: list[Check] = []
    looks = (_splits, _constants, _scales, _outliers, _contradictions, _classes, _leaks)
    for number, look in enumerate(looks):
        checks += look(prepared, train)
        on_progress((number + 1) / (len(looks) + 3))
    tested = rates_tried(trainer, train)
    on_progress((len(looks) + 1) / (len(looks) + 3))
    checks += _first_loss(trainer, train)
    checks += _one_batch(trainer, train, tested)
    rate = float(trainer.recipe.optimizer.learning_rate)
    if tested is not None:
        checks.append(_rate(tested, rate))
    on_progress(1.0)
    return CheckUp(tuple(checks), tested, rate)


def rates_tried(
    trainer: Trainer, train: Examples, interrupted: Callable[[], bool] = never
) -> RangeTest | None:
    """Return what a learning-rate range test says; None where the optimiser needs no rate."""
    recipe = trainer.recipe
    if not recipe.optimizer.stepwise:
        return None
    begin = trainer.plan.initialize()
    return range_test(recipe, trainer.engine_used, some_rows(train), begin, interrupted)


def _splits(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Rows of other parts that stand in training, word for word."""
    known = _fingerprints(train.X)
    for name, part in prepared.parts.items():
        if name == "train":
            continue
        twice = sum(each in known for each in _listed(part.X))
        if twice:
            yield Check(
                "duplicates_across_splits",
                "look",
                _n(
                    "{count} of the {rows:,} {part} rows stands in training too: scores on them "
                    "say less about new rows.",
                    "{count:,} of the {rows:,} {part} rows stand in training too: scores on them "
                    "say less about new rows.",
                    twice,
                    rows=len(part),
                    part=name,
                ),
            )
        else:
            yield Check(
                "duplicates_across_splits",
                "good",
                _("No {part} row stands in training.", part=name),
            )


def _listed(X: FloatArray) -> list[bytes]:
    flat = np.ascontiguousarray(X).reshape(len(X), -1)
    return [row.tobytes() for row in flat]


def _fingerprints(X: FloatArray) -> set[bytes]:
    return set(_listed(X))


def _names(prepared: Prepared, count: int) -> list[str]:
    """Return what the numbers that the network gets are called."""
    names = [str(name) for name in prepared.preprocessing.output_names]
    return names if len(names) == count else [str(number) for number in range(count)]


def _named(names: list[str], which: Any) -> str:
    """Name the first of some features, and how many more there are."""
    chosen = [names[number] for number in which]
    shown = listed(shorten(name, 24) for name in chosen[:_MOST_NAMED])
    more = len(chosen) - _MOST_NAMED
    return f"{shown}, … (+{more})" if more > 0 else str(shown)


def _flat(train: Examples) -> FloatArray | None:
    """Return the features of rows as numbers; None of tokens."""
    X = np.asarray(train.X)
    return None if X.dtype.kind in "iu" else X.reshape(len(X), -1).astype(np.float64)


def _constants(prepared: Prepared, train: Examples) -> Iterator[Check]:
    table, flat = prepared.dataset.X, _flat(train)
    if hasattr(table, "columns"):
        # Of a table the columns: what is the same everywhere does not reach the network.
        names = [str(name) for name in table.columns]
        constant = [n for n, name in enumerate(table.columns) if table[name].nunique() < 2]
    elif flat is not None:
        names = _names(prepared, flat.shape[1])
        constant = np.flatnonzero(flat.max(axis=0) == flat.min(axis=0)).tolist()
    else:
        return
    if constant:
        yield Check(
            "constant_features",
            "look",
            _n(
                "{count} feature is the same in every row and says nothing: {names}.",
                "{count:,} features are the same in every row and say nothing: {names}.",
                len(constant),
                names=_named(names, constant),
            ),
        )
    else:
        yield Check("constant_features", "good", _("Every feature varies."))


def _scales(prepared: Prepared, train: Examples) -> Iterator[Check]:
    flat = _flat(train)
    if flat is None:
        return
    features = Features(np.sqrt((flat * flat).mean(axis=0)), flat.std(axis=0))
    if features.unscaled:
        largest = int(features.sizes.argmax())
        yield Check(
            "unscaled_features",
            "wrong",
            _(
                "The features are not scaled: {name} has a root mean square of {size:.3g}; of a "
                "standardised one it is 1. Set scaling = standard.",
                name=_named(_names(prepared, flat.shape[1]), [largest]),
                size=features.largest,
            ),
        )
    else:
        yield Check(
            "unscaled_features",
            "good",
            _(
                "The features are scaled: the largest has a root mean square of {size:.3g}.",
                size=features.largest,
            ),
        )


def _outliers(prepared: Prepared, train: Examples) -> Iterator[Check]:
    flat = _flat(train)
    if flat is None:
        return
    # By the middle of the rows: one number far out would make a standard deviation its own.
    away = np.abs(flat - np.median(flat, axis=0))
    usual = _DEVIATION * np.median(away, axis=0)
    apart = away / np.where(usual > 0, usual, np.inf)
    # Of a category that is rare every cell is far out.
    numbers = np.array([len(np.unique(column[:1000])) > 2 for column in flat.T])
    far = (apart > _FAR_OUT) & numbers
    if far.any():
        row, feature = np.unravel_index(int(np.where(numbers, apart, 0).argmax()), apart.shape)
        yield Check(
            "outliers",
            "look",
            _n(
                "{count} number lies more than {limit:.0f} usual deviations from the middle of its "
                "feature; the farthest, {far:.0f}, in {name}, training row {row}.",
                "{count:,} numbers lie more than {limit:.0f} usual deviations from the middle of "
                "their feature; the farthest, {far:.0f}, in {name}, training row {row}.",
                int(far.sum()),
                limit=_FAR_OUT,
                far=float(apart[row, feature]),
                name=_named(_names(prepared, flat.shape[1]), [int(feature)]),
                row=int(row),
            ),
        )
    else:
        yield Check("outliers", "good", _("No number lies far outside of its feature."))


def _contradictions(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Rows that are alike and have different targets."""
    del prepared
    targets: dict[bytes, set[bytes]] = {}
    wanted = np.ascontiguousarray(train.target).reshape(len(train), -1)
    for row, target in zip(_listed(train.X), wanted, strict=True):
        targets.setdefault(row, set()).add(target.tobytes())
    against = sum(len(found) > 1 for found in targets.values())
    if against:
        yield Check(
            "contradictions",
            "look",
            _n(
                "{count} example stands in training with different targets: no network learns it.",
                "{count:,} examples stand in training with different targets: no network learns "
                "them.",
                against,
            ),
        )
    else:
        yield Check("contradictions", "good", _("No two rows alike have different targets."))


def _classes(prepared: Prepared, train: Examples) -> Iterator[Check]:
    target = prepared.target
    if not isinstance(target, Classes):
        return
    counts = np.bincount(labels_of(train.target), minlength=len(target.class_names))
    few = np.flatnonzero(counts < _FEW_ROWS)
    if len(few):
        yield Check(
            "rare_classes",
            "look",
            _n(
                "{count} class has fewer than {few} training rows: {names}.",
                "{count:,} classes have fewer than {few} training rows: {names}.",
                len(few),
                few=_FEW_ROWS,
                names=_named(list(target.class_names), few),
            ),
        )
    share = float(counts.max() / counts.sum())
    yield Check(
        "class_balance",
        "look" if share > 0.9 else "good",
        _(
            "The most frequent class, {name}, has {share:.1%} of the training rows.",
            name=shorten(target.class_names[int(counts.argmax())], 24),
            share=share,
        ),
    )


def _leaks(prepared: Prepared, train: Examples) -> Iterator[Check]:
    """Features that alone tell the target: mostly because they were made of it."""
    from sklearn.model_selection import cross_val_score
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    rows = some_rows(train)
    flat = _flat(rows)
    if flat is None or flat.shape[1] > _MOST_FEATURES or len(rows) < 3 * _FEW_ROWS:
        return
    classes = prepared.target.task == "classification"
    y = labels_of(rows.target) if classes else np.asarray(rows.target, dtype=float)
    if classes and np.bincount(y).max() == len(y):
        return
    tree = (
        DecisionTreeClassifier(max_depth=6, random_state=0)
        if classes
        else DecisionTreeRegressor(max_depth=10, random_state=0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = [
            float(np.mean(cross_val_score(tree, flat[:, [n]], y, cv=3)))
            for n in range(flat.shape[1])
        ]
    constant = float(np.bincount(y).max() / len(y)) if classes else 0.0
    telling = [n for n, score in enumerate(scores) if score > max(_TELLS_ALL, constant + 0.01)]
    if telling and flat.shape[1] > 1:
        yield Check(
            "leak",
            "look",
            _n(
                "{count} feature alone tells the target ({score:.1%}): {names}. Was it known "
                "before the target was? Else leave it out.",
                "{count:,} features tell the target each alone ({score:.1%}): {names}. Were they "
                "known before the target was? Else leave them out.",
                len(telling),
                score=max(scores),
                names=_named(_names(prepared, flat.shape[1]), telling),
            ),
        )
    else:
        yield Check("leak", "good", _("No feature alone tells the target."))


def _first_loss(trainer: Trainer, train: Examples) -> Iterator[Check]:
    """The first loss beside that of an answer which knows nothing."""
    rows = some_rows(train)
    recipe = trainer.recipe
    begin = trainer.plan.initialize()
    with np.errstate(all="ignore"):
        loss = trainer.plan.evaluate(begin, rows)[0]
    if recipe.loss.task != "classification" or recipe.loss.scale != 1:
        return
    classes = max(2, recipe.network.output_shape[-1])
    expected = float(np.log(classes))
    verdict: Verdict = "good" if loss < _FIRST_LOSS * expected + 0.5 else "look"
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


def _one_batch(trainer: Trainer, train: Examples, tested: RangeTest | None) -> Iterator[Check]:
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


def _rate(tested: RangeTest, rate: float) -> Check:
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
