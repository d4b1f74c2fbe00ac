"""The trainer: everything that decides how a network is trained, checked and compiled once.

It leaves every equation to the engine's plan, and every run to `Run`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from axone.arrays import DType
from axone.augmentation import Augmentation, augmentations_of
from axone.checks import check_choice, check_integer, check_number, check_truth, items_of
from axone.data.examples import Examples
from axone.data.stored import store_examples
from axone.engines import MEASURES, Plan, Recipe, compile_recipe
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError
from axone.files import require_folder
from axone.losses import LOSSES, Loss
from axone.messages import Message, _, at, listed
from axone.network import Network
from axone.optimizers import OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.schedules import SCHEDULES, Schedule
from axone.training.checkpoint import Checkpoint, load_checkpoint
from axone.training.events import (
    EpochCallback,
    Every,
    ProgressCallback,
    RunSettings,
    ValidationScore,
)
from axone.training.fingerprint import (
    checksum_of_rows,
    fingerprint,
    fingerprint_of_version_1,
)
from axone.training.history import History
from axone.training.result import TrainingResult
from axone.training.rows import GivenRows, examples_of
from axone.training.run import Run
from axone.training.stopping import StoppingRule

_TRAINING = _("training")


@dataclass(frozen=True, eq=False, repr=False)
class Trainer:
    """Trains a network.

    Its fields are the one list of what can be set: the keywords of experiment files, estimators and
    the command line name them, and a checkpoint's fingerprint is made of them.

    Parameters
    ----------
    network : Network
    loss : str, mapping or Loss
    optimizer : str, mapping or Optimizer, default "adam"
    batch_size : int, default 32
        Small batches make more steps an epoch, which small networks need.
    drop_last : bool, default False
        Whether an epoch leaves out its last batch where that is smaller than the others; in the
        next epoch it is made of other rows, if they are shuffled. By default it is learnt from, as
        in PyTorch, whose loader has the same setting. An epoch's training scores are those of the
        rows learnt from. Nothing for an optimiser that takes all rows at once.
    schedule : str, mapping or Schedule, default "constant"
    l1, l2 : float, default 0
        Penalties λ₁/m·Σ|W| and λ₂/(2m)·ΣW².
    clip_value, clip_norm : float, optional
    augmentation : sequence of str, mapping or Augmentation, default ()
        What changes the training rows of every step at random, in this order:
        ``[ax.Shift(2), ax.Rotate(10)]``. Other rows than those of training are never changed.
    dtype : {"float32", "float64"}, default "float32"
    engine : str, default "auto"
        "native", "reference", or the faster of the two that can run the network.
    threads : int, optional
        Of the compiled engine, which by default takes several only where they are faster. How many
        there are changes no result.
    seed : int, default 0
        Decides initial weights, shuffles, masks, noise and augmentation.
    shuffle : bool, default True
    frozen : int or str, default 0
        How many layers, the first ones, learn nothing, or the name of the last of them: no
        gradient, no step, no penalty and no weight decay. They run as at prediction, without
        dropout or noise, batch norm by the averages that it has. For weights learnt elsewhere; see
        `axone.transfer`.
    measures : sequence of str, default ("gradient_norm", "dead_units")
        What is measured of every layer at the end of each epoch; the rest costs nothing.

    Attributes
    ----------
    recipe : Recipe
    plan : Plan
        The recipe, compiled. It never changes, so that several fits may go on at once.
    engine_used : str
        Which engine runs it.
    engine_reason : Message
        Why that one.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]); y = np.array([0, 1, 1, 0])
    >>> network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    >>> trainer = ax.Trainer(network, loss="binary_cross_entropy", optimizer=ax.Adam(0.1), seed=1)
    >>> result = trainer.fit((X, y), max_epochs=200)
    >>> (network.predict(result.parameters, X)[:, 0] > 0.5).astype(int).tolist()
    [0, 1, 1, 0]
    """

    network: Network
    _: KW_ONLY
    loss: Loss | str | Mapping[str, Any]
    optimizer: Optimizer | str | Mapping[str, Any] = "adam"
    batch_size: int = 32
    drop_last: bool = False
    schedule: Schedule | str | Mapping[str, Any] = "constant"
    l1: float = 0.0
    l2: float = 0.0
    clip_value: float | None = None
    clip_norm: float | None = None
    augmentation: Sequence[Augmentation | str | Mapping[str, Any]] = ()
    dtype: DType = "float32"
    engine: str = "auto"
    threads: int | None = None
    seed: int = 0
    shuffle: bool = True
    frozen: int | str = 0
    measures: Sequence[str] = MEASURES
    recipe: Recipe = field(init=False)
    plan: Plan = field(init=False)
    engine_used: str = field(init=False)
    engine_reason: Message = field(init=False)

    def __post_init__(self) -> None:
        recipe = Recipe(
            network=self.network,
            loss=LOSSES.resolve(self.loss),
            optimizer=OPTIMIZERS.resolve(self.optimizer),
            batch_size=self.batch_size,
            drop_last=self.drop_last,
            schedule=SCHEDULES.resolve(self.schedule),
            penalty=Penalty(self.l1, self.l2),
            clipping=Clipping(self.clip_value, self.clip_norm),
            dtype=self.dtype,
            seed=self.seed,
            shuffle=self.shuffle,
            measures=_named_measures(self.measures),
            frozen=self.network.layers_up_to(self.frozen),
            augmentation=augmentations_of(self.augmentation),
        )
        compiled = compile_recipe(recipe, self.engine, self.threads)
        object.__setattr__(self, "recipe", recipe)
        object.__setattr__(self, "plan", compiled.plan)
        object.__setattr__(self, "engine_used", compiled.engine)
        object.__setattr__(self, "engine_reason", compiled.reason)

    def fit(
        self,
        train: GivenRows,
        validation: GivenRows | None = None,
        *,
        after_epoch: EpochCallback | None = None,
        on_progress: ProgressCallback | None = None,
        **options: Any,
    ) -> TrainingResult:
        """Train until a rule, the last epoch or Ctrl-C ends it.

        Parameters
        ----------
        train, validation : (X, y), (X, y, weights) or Examples
            As the network takes them, already scaled.
        after_epoch, on_progress : callable, optional
            Called after every epoch with the history, where True ends the run; and now and then
            with the share of the run that is done.
        **options
            As of `start`: ``max_epochs``, ``stopping``, …

        Raises
        ------
        DataError, ShapeError, ConfigurationError
            As of `start`.
        """
        every: Every = "lap" if after_epoch is None else "epoch"
        run = self.start(train, validation, **{"every": every, **options})
        run.on_progress = on_progress
        return run.to_the_end(after_epoch)

    def start(
        self,
        train: GivenRows,
        validation: GivenRows | None = None,
        *,
        max_epochs: int = 100,
        stopping: Sequence[StoppingRule] = (),
        warmup_epochs: int = 0,
        restore_best: bool = True,
        initial: Parameters | None = None,
        start_from: Checkpoint | None = None,
        validation_score: ValidationScore | None = None,
        checkpoint: Path | str | None = None,
        checkpoint_seconds: float = 5.0,
        resume: bool = False,
        every: Every = "epoch",
        pooled: bool = False,
    ) -> Run:
        """Return a run that trains as it is gone through: ``for event in run: …``.

        Parameters
        ----------
        train, validation : (X, y), (X, y, weights) or Examples
            As the network takes them, already scaled.
        max_epochs : int
        stopping : sequence of StoppingRule
        warmup_epochs : int
            Epochs during which no rule stops the run.
        restore_best : bool
            Return the weights of the best validation score (if a `Plateau` rule watches it, equal
            scores ranked by loss), else of the best validation loss.
        initial : Parameters, optional
            Weights to start from, not changed; drawn from the seed if left out.
        start_from : Checkpoint, optional
            Go on from where another run ended, its `TrainingResult.final`, which stays as it is:
            weights, the optimiser's memory, history and best weights are copied, in this trainer's
            precision. L-BFGS looks at its first weights anew, for the rows may be others.
            `max_epochs` and `warmup_epochs` count the epochs of both.
        validation_score : callable, optional
            Computes the column ``validation_score`` in place of the usual scores.
        checkpoint : path, optional
            Where to save the run, at most every `checkpoint_seconds`, when interrupted and at the
            end.
        resume : bool
            Continue from that file: the same bits as if never stopped.
        every : {"step", "epoch", "lap"}
            How often there is an event; see `Every`.
        pooled : bool
            Whether R² of several outputs is that of all together, 1 − ΣΣ(y − ŷ)²/ΣΣ(y − ȳ)², and
            not the mean of each output's: of many outputs some may hardly vary.

        Raises
        ------
        DataError, ShapeError, ConfigurationError
            Data that do not fit the network, fewer rows than a batch where `drop_last` leaves out
            what is no whole one, rules that need validation data, the memory of another optimiser.
        """
        check_integer("max_epochs", max_epochs, at_least=1)
        check_integer("warmup_epochs", warmup_epochs, at_least=0)
        check_choice("every", every, ("step", "epoch", "lap"))
        check_number("checkpoint_seconds", checkpoint_seconds, at_least=0)
        check_truth("restore_best", restore_best)
        check_truth("resume", resume)
        check_truth("pooled", pooled)
        examples = self.examples(train)
        self.recipe.check_rows(len(examples))
        held_out = None if validation is None else self.examples(validation, _("validation"))
        for rule in _checked_rules(stopping):
            if held_out is None and rule.watches_validation:
                raise ConfigurationError(
                    _(
                        "The stopping rule {name!r} watches validation data: there are none. Give "
                        "validation rows, or leave the rule out.",
                        name=rule.name,
                    )
                )
        settings = RunSettings(
            int(max_epochs),
            tuple(stopping),
            int(warmup_epochs),
            bool(restore_best),
            validation_score,
            _checked_path(checkpoint),
            checkpoint_seconds,
            every,
            bool(pooled),
        )
        sums: list[Any] = []
        mark = ""
        if settings.checkpoint is not None:
            # What can never be written is told before anything is trained.
            require_folder(settings.checkpoint)
            rows = [examples, *([] if held_out is None else [held_out])]
            sums = [checksum_of_rows(each) for each in rows]
            mark = self.fingerprint(sums)
        begin = self._beginning(initial, start_from, mark)
        first = begin.state.parameters.copy()
        if resume:
            if settings.checkpoint is None:
                raise ConfigurationError(_("To resume a run, name the checkpoint file it left."))
            known = {mark}
            if not self.recipe.augmentation:  # which checkpoints of the first form know nothing of
                known.add(fingerprint_of_version_1(self.recipe, self.engine_used, sums))
            begin = load_checkpoint(settings.checkpoint, begin.state, known)
            begin = replace(begin, fingerprint=mark)
        return Run(self.plan, self.engine_used, examples, held_out, settings, begin, first)

    def examples(self, rows: GivenRows, part: str = _TRAINING) -> Examples:
        """Return rows as the engine takes them, checked.

        Parameters
        ----------
        rows : (X, y), (X, y, weights) or Examples
        part : str
            What they are, for messages.

        Raises
        ------
        DataError, ShapeError
            They do not fit the network or the loss, or hold what is not finite.
        """
        network, loss = self.network, self.recipe.loss
        try:
            return examples_of(network, loss, self.dtype, rows)
        except (DataError, ShapeError) as error:
            raise type(error)(at(part, error.message)) from error

    def store(self, chunks: Iterable[GivenRows], folder: Path | str) -> Examples:
        """Check rows that come in chunks and keep them in a folder, for tables larger than memory.

        What is returned is trained on without being read as a whole, in any order of the rows, to
        the same bits as rows in memory. Another process reads it with `load_examples`.

        Parameters
        ----------
        chunks : iterable of (X, y), (X, y, weights) or Examples
            As `fit` takes them, already scaled. Only the one in hand is in memory.
        folder : path
            Made if it is not there; it must not hold such rows already.

        Raises
        ------
        DataError, ShapeError
            As of `examples`, with the number of the chunk; chunks that are not alike, or none; a
            folder that cannot be written to. Then nothing is left there.

        Examples
        --------
        >>> import numpy as np, tempfile, axone as ax
        >>> random = np.random.default_rng(0)
        >>> def chunks():
        ...     for _ in range(3):
        ...         X = random.normal(size=(100, 2))
        ...         yield X, (X[:, 0] > X[:, 1]).astype(int)
        >>> trainer = ax.Trainer(ax.Network(ax.Dense(2, "softmax"), input_shape=2), loss="cce")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     examples = trainer.store(chunks(), folder)
        ...     result = trainer.fit(examples, max_epochs=5)
        >>> len(examples), result.epochs
        (300, 5)
        """
        checked = (
            self.examples(rows, _("chunk {number}", number=number))
            for number, rows in enumerate(chunks, start=1)
        )
        return store_examples(checked, Path(folder))

    def fingerprint(self, rows: Sequence[Any] = ()) -> str:
        """Identify what is trained, how, and on which rows; the number of epochs is no part of it.

        Parameters
        ----------
        rows : sequence
            Checksums of the rows.
        """
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        resolved = {name: getattr(self.recipe, name, value) for name, value in given.items()}
        for name in _WITHOUT_EFFECT:
            del resolved[name]
        # Checkpoints of before there were these settings are of runs without them.
        for name in ("drop_last", "augmentation", "frozen"):
            if not resolved[name]:
                del resolved[name]
        return fingerprint(resolved | {"engine": self.engine_used, "data": list(rows)})

    def _beginning(
        self, initial: Parameters | None, start_from: Checkpoint | None, mark: str
    ) -> Checkpoint:
        """Return where a run begins: afresh, or where another one ended."""
        recipe = self.recipe
        if start_from is not None:
            return self._taken_over(start_from, mark)
        if initial is None:
            weights = self.plan.initialize()
        else:
            if not isinstance(initial, Parameters):
                raise ArgumentTypeError(
                    _("initial must be Parameters of this network, not {found!r}.", found=initial)
                )
            recipe.network.check_parameters(initial)
            weights = initial.astype(recipe.dtype)
        state = self.plan.start(weights)
        return Checkpoint(mark, state, state.parameters.copy(), 0, History(), 0.0)

    def _taken_over(self, saved: Checkpoint, mark: str) -> Checkpoint:
        if not isinstance(saved, Checkpoint):
            raise ArgumentTypeError(
                _("start_from must be the `final` of a TrainingResult, not {found!r}.", found=saved)
            )
        recipe, state = self.recipe, saved.state
        recipe.network.check_parameters(state.parameters)
        parameters = state.parameters.astype(recipe.dtype)
        wanted, nothing = recipe.optimizer.slots, _("nothing")
        fresh = recipe.optimizer.fresh_slots(parameters.vector)
        if tuple(state.slots) != wanted:
            raise ConfigurationError(
                _(
                    "start_from: the run before remembers {slots}, but {kind} needs {wanted}: give "
                    "the optimizer of that run, or start from its weights alone "
                    "(initial=result.parameters).",
                    slots=listed(state.slots) or nothing,
                    kind=type(recipe.optimizer).__name__,
                    wanted=listed(wanted) or nothing,
                )
            )
        for name, slot in state.slots.items():
            if slot.shape != fresh[name].shape:
                raise ConfigurationError(
                    _(
                        "start_from: {name} of the run before has the shape {found}, not {wanted}: "
                        "give the optimizer of that run, or start from its weights alone "
                        "(initial=result.parameters).",
                        name=name,
                        found=slot.shape,
                        wanted=fresh[name].shape,
                    )
                )
        slots = recipe.optimizer.without_rows(
            {name: slot.astype(fresh[name].dtype) for name, slot in state.slots.items()}
        )
        slots = recipe.optimizer.without_frozen(slots, recipe.frozen_size)
        moved = replace(
            state.copy(),
            parameters=parameters,
            slots=slots,
            learning_rate=float(recipe.optimizer.learning_rate),
        )
        best, history = saved.best.astype(recipe.dtype), History(saved.history)
        return replace(saved, fingerprint=mark, state=moved, best=best, history=history)


_WITHOUT_EFFECT = ("threads", "measures")
"""Settings that change no weight: a run may be resumed with others."""


def _named_measures(given: Any) -> tuple[str, ...]:
    """Return the measures that are asked for; which there are is checked by the recipe."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ArgumentTypeError(
            _(
                "measures must be a list of names, {names!r}, not {found!r}.",
                names=listed(MEASURES),
                found=given,
            )
        )
    return items_of(given, len(MEASURES))


def _checked_rules(given: Any) -> Sequence[StoppingRule]:
    """Refuse stopping rules that are none."""
    rules = given if isinstance(given, (list, tuple)) else (given,)
    for rule in rules:
        if not isinstance(rule, StoppingRule):
            raise ArgumentTypeError(
                _(
                    "stopping must be a list of stopping rules, such as ValidationLoss(), not "
                    "{found!r}.",
                    found=given,
                )
            )
    return rules


def _checked_path(given: Any) -> Path | None:
    """Return the path of the checkpoint, or say that it is none."""
    if given is not None and not isinstance(given, (str, Path)):
        raise ArgumentTypeError(_("checkpoint must be a path, not {found!r}.", found=given))
    return None if given is None else Path(given)
