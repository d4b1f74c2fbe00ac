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


@dataclass(frozen=True, eq=False)
class Sight:
    """What is to be seen of a bench at a moment.

    Attributes
    ----------
    version : int
        Of the bench.
    stage : Stage
    parameters : Parameters
        Nobody else's.
    history : History
        Which may grow meanwhile.
    epochs : int
        How many of it are to be shown.
    flow : array or None
    state : dict
    """

    version: int
    stage: Stage
    parameters: Parameters
    history: History
    epochs: int
    flow: FloatArray | None
    state: dict[str, Any]


_REST = 4.0
"""Times as long as a frame took, where it was painted at the cost of the training."""


class Painter:
    """Paints what it is handed, and sends it.

    Parameters
    ----------
    send : callable
        Given the bytes of each frame.
    then : callable
        Called when it is ready for another one.
    """

    def __init__(self, send: Callable[[bytes], None], then: Callable[[], None]) -> None:
        self._send, self._then = send, then
        self._wanted = False
        self._painted = -1
        self._design: Design | None = None
        self._stage: Stage | None = None
        self._view: Mapping[str, Any] = {}
        self._sight: Sight | None = None
        self._told: tuple[int, History | None] = (0, None)
        self._shown: Stage | None = None
        self._pages = 0
        self._number = 0
        self._has_a_core_of_its_own = processors() > 1
        self._condition = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="painter", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Let one more frame be painted, as soon as there is something new to be seen."""
        self._wanted = True

    def begin_anew(self) -> None:
        """Paint everything, as for a page that knows nothing."""
        with self._condition:
            self._painted, self._told, self._shown = -1, (0, None), None
            self._pages += 1

    def set_view(self, bench: Bench, data: Mapping[str, Any]) -> Stage:
        """Look from elsewhere, or at other parts.

        Raises
        ------
        AxoneError
            No such view of this design.
        """
        stage = Stage.of(bench.design.prepared, View.from_data(data, bench.design.prepared))
        self._view, self._stage, self._design = data, stage, bench.design
        self._painted = -1
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
        if not self._wanted or self._sight is not None or bench.version == self._painted:
            return
        attempt, epochs = bench.attempt, bench.history().epochs
        sight = Sight(
            bench.version,
            self.stage(bench),
            bench.parameters(),
            bench.history(),
            epochs,
            attempt.flow,
            bench.state(),
        )
        with self._condition:
            self._wanted, self._painted, self._sight = False, sight.version, sight
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                while self._sight is None:
                    self._condition.wait()
                sight = self._sight
            began = time.perf_counter()
            try:
                self._send(self._frame(sight))
            except AxoneError:
                traceback.print_exc()
            finally:
                if not self._has_a_core_of_its_own:
                    time.sleep(_REST * (time.perf_counter() - began))
                self._sight = None
                self._then()

    def _frame(self, sight: Sight) -> bytes:
        with self._condition:
            page, shown, (told, of) = self._pages, self._shown, self._told
        since = told if of is sight.history else 0
        arrays: list[NamedArray] = frame_arrays(
            sight.stage,
            sight.parameters,
            sight.history,
            since,
            sight.epochs,
            sight.flow,
            fresh=sight.stage is not shown,
        )
        with self._condition:
            # What a page that came meanwhile knows nothing of was not told to it.
            if page == self._pages:
                self._shown, self._told = sight.stage, (sight.epochs, sight.history)
        self._number += 1
        header = {"curves": {"from": "start"}} if since == 0 else {}
        return encode(self._number, sight.state, arrays, header)
