"""What paints frames beside the training: a thread, a frame at a time, and none that is not wanted.

The bench hands it a moment, with a copy of the weights, whenever it has nothing to do and the page
has asked for a frame; so frames are samples of the training and never queue up behind it.
"""

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from axone.arrays import FloatArray
from axone.errors import AxoneError
from axone.parameters import Parameters
from axone.playground.bench import Bench
from axone.playground.designs import Design
from axone.playground.frames import NamedArray, encode
from axone.playground.views import Stage, View, frame_arrays
from axone.processors import processors
from axone.training import History

_REST = 4.0
"""Times as long as a frame took, where it was painted at the cost of the training."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a bench shows at a moment, and what of it the page has not seen.

    Attributes
    ----------
    stage : Stage
    parameters : Parameters
        Nobody else's.
    history : History
        Which may grow meanwhile.
    since_epoch : int
        How many epochs of it the page has seen.
    epochs : int
        How many of it are to be shown.
    fresh : bool
        Whether the page has not seen the stage.
    flow : array or None
    state : dict
    """

    stage: Stage
    parameters: Parameters
    history: History
    since_epoch: int
    epochs: int
    fresh: bool
    flow: FloatArray | None
    state: dict[str, Any]


class Painter:
    """Paints what it is handed, and sends it.

    What the page has seen is kept where snapshots are made, in the thread of the bench: a page that
    begins anew while a frame is being painted is shown everything by the next one.

    Parameters
    ----------
    send : callable
        Given the bytes of each frame.
    then : callable
        Called when it is ready for another one.
    """

    def __init__(self, send: Callable[[bytes], None], then: Callable[[], None]) -> None:
        self._send, self._then = send, then
        # Of the bench's thread.
        self._wanted = False
        self._offered = -1
        self._design: Design | None = None
        self._stage: Stage | None = None
        self._view: Mapping[str, Any] = {}
        self._seen: tuple[History, int] | None = None
        self._seen_stage: Stage | None = None
        # Handed over.
        self._condition = threading.Condition()
        self._snapshot: Snapshot | None = None
        self._failed = False
        # Of the painting thread.
        self._number = 0
        self._failed_stage: Stage | None = None  # whose mistake is told already
        self._has_a_core_of_its_own = processors() > 1
        self._thread = threading.Thread(target=self._work, name="painter", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Let one more frame be painted, as soon as there is something new to be seen."""
        self._wanted = True

    def begin_anew(self) -> None:
        """Paint everything, as for a page that knows nothing."""
        self._offered, self._seen, self._seen_stage = -1, None, None

    def set_view(self, bench: Bench, data: Mapping[str, Any]) -> Stage:
        """Look from elsewhere, or at other parts.

        Raises
        ------
        AxoneError
            No such view of this design.
        """
        stage = Stage.of(bench.design.prepared, View.from_data(data, bench.design.prepared))
        self._view, self._stage, self._design = data, stage, bench.design
        self._offered = -1
        return stage

    def stage(self, bench: Bench) -> Stage:
        """Return from where the design is looked at: as before, where that can be."""
        if self._stage is None or self._design is not bench.design:
            try:
                return self.set_view(bench, self._view)
            except AxoneError:
                return self.set_view(bench, {})
        return self._stage

    def offer(self, bench: Bench) -> None:
        """Hand over what is to be seen, if a frame is wanted and the one before is painted."""
        if not self._wanted or self._snapshot is not None:
            return
        if self._failed:
            # What the page was to see in that frame it has not seen.
            self._failed, self._seen, self._seen_stage = False, None, None
        if bench.version == self._offered:
            return
        self._wanted, self._offered = False, bench.version
        try:
            snapshot = self._snapshot_of(bench)
        except Exception:
            traceback.print_exc()
            self._send(encode(self._number, bench.state(), []))
            return
        self._offered, self._seen_stage = bench.version, snapshot.stage
        if "curves" in snapshot.stage.view.parts:
            self._seen = snapshot.history, snapshot.epochs
        with self._condition:
            self._snapshot = snapshot
            self._condition.notify()

    def _snapshot_of(self, bench: Bench) -> Snapshot:
        stage, history = self.stage(bench), bench.history()
        known = self._seen is not None and self._seen[0] is history
        return Snapshot(
            stage,
            bench.parameters(),
            history,
            self._seen[1] if self._seen is not None and known else 0,
            history.epochs,
            stage is not self._seen_stage,
            bench.attempt.flow,
            bench.state(),
        )

    def _work(self) -> None:
        while True:
            with self._condition:
                while self._snapshot is None:
                    self._condition.wait()
                snapshot = self._snapshot
            began = time.perf_counter()
            try:
                frame = self._frame(snapshot)
            except Exception:
                # The page waits for a frame, and asks for none before it has come: this one says
                # where the run stands and shows nothing.
                if snapshot.stage is not self._failed_stage:
                    traceback.print_exc()
                self._failed, self._failed_stage = True, snapshot.stage
                frame = encode(self._number, snapshot.state, [])
            self._send(frame)
            if not self._has_a_core_of_its_own:
                time.sleep(_REST * (time.perf_counter() - began))
            self._snapshot = None
            self._then()

    def _frame(self, snapshot: Snapshot) -> bytes:
        self._number += 1
        arrays: list[NamedArray] = frame_arrays(
            snapshot.stage,
            snapshot.parameters,
            snapshot.history,
            snapshot.since_epoch,
            snapshot.epochs,
            snapshot.flow,
            fresh=snapshot.fresh,
        )
        header = {} if snapshot.since_epoch else {"curves": {"from": "start"}}
        return encode(self._number, snapshot.state, arrays, header)
