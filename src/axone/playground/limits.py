"""How much and how fast: every bound between the page, the server and the worker, with its reason.

What the page sends is refused above a bound, in words where somebody can read them; what would grow
without end in memory is dropped or ends.
"""

UPLOAD_BYTES = 256 * 2**20
"""Of one file that is given to the page: tables that train within minutes have a tenth of it."""

UPLOADS_BYTES = 2**30
"""Of all files of a session together; they lie in the folder of temporary files."""

MOST_UPLOADS = 32
"""Files of a session; whoever tries more begins a new one."""

NAME_CHARACTERS = 80
"""Of an uploaded file's name, its ending included; it is shown in the page again and again."""

NAME_BYTES = 200
"""Of the same name in UTF-8: file systems take 255, and copies add to it."""

UPLOAD_SILENCE = 30.0
"""Seconds without a byte after which an upload is given up."""

MOST_DOWNLOADS = 64
"""Files that the worker has announced and the page may still fetch; older ones are forgotten."""

FORM_BYTES = 4096
"""Of the form with the password."""

TEXT_BYTES = 2**20
"""Of one message from the page: a design of a thousand layers, each with all its settings, has a
tenth of it. uvicorn ends the connection with 1009 above."""

DEEPEST_QUESTION = 64
"""Objects and lists within one another, in a question: a design has eight."""

LONGEST_NUMBER = 40
"""Characters of a number in a question; the longest that JavaScript writes has 25."""

ASKED_PER_SECOND = 200.0
ASKED_AT_ONCE = 600.0
"""Messages of the page a second, in the long run, and beyond that at once. A slider that is drawn
sends 60 a second. Above, the connection is closed with 1008: the page has lost its mind, and every
message costs time that training should have. The count is the session's, so that connecting again
does not begin it anew."""

MOST_WAITING = 64
"""Questions of one page that the worker has not answered yet; those above are refused at once."""

MOST_WAITING_OF_ALL = 4 * MOST_WAITING
"""The same of all pages: one that goes and comes back leaves its questions behind."""

MOST_UNREAD = 1000
"""Texts on their way to a page that does not read: it is let go, and finds all again when it comes
back."""

MOST_PIPE_BYTES = 64 * 2**20
"""Of one message between server and worker: the largest frame, of 1,000 units on a grid of
100 x 100, has 10 MB."""

MOST_NAMES = 512
LONGEST_NAME = 40
"""Columns, inputs and features that the page is told by name, and letters of a name."""

HANG_SECONDS = 20.0
"""A question unanswered for so long, while the worker said nothing at all, tells that it hangs: it
gives a sign each second while it works."""

START_SECONDS = 120.0
"""The same for a worker that has not said anything yet: it imports, and reads the first data."""

OPENING_SECONDS = 20.0
"""After which the page opens, whether the first worker is ready or still reads."""

MOST_RESTARTS = 3
RESTART_WINDOW = 60.0
"""Workers started again within so many seconds; then it stays ended until the page asks anew after
that time. The last of them begins without the design, which may be what ends it."""

END_SECONDS = 2.0
"""What a worker has to end by itself before it is killed."""

STDERR_LINES = 50
STDERR_CHARACTERS = 2000
"""Of what the worker wrote to its standard error: lines kept, and characters of a line."""

FRESH_ADDRESS_SECONDS = 10.0
"""Between two new addresses in the terminal, however often a used one is tried."""

PASSWORD_CHARACTERS = 12
"""The least of a password for other machines: guesses are slowed to a few thousand a day."""

MOST_PASSWORD = 1024

GUESSES_AT_ONCE = 5.0
GUESSES_PER_SECOND = 0.05
"""Passwords tried, by all together."""

MOST_PARAMETERS = 4_000_000
"""Of a network that is drawn while it learns."""

MOST_EPOCHS = 1_000_000
"""Of a run on the page: what each of them showed is kept, some 400 bytes, and a small network makes
tens of thousands a second."""

MOST_GENERATED = 100_000
"""Rows of a generated set: they are made anew with every change of its noise."""

MOST_TABLE_COLUMNS = 5000
"""Of a table: to find out what is in a column takes a millisecond, and a page waits for all."""

MOST_TABLE_CELLS = 50_000_000
"""Of a table: 400 MB as numbers, and records of other names each hold more cells than bytes."""

FEWEST_TOGETHER = 32
"""Rows that pass through a network together, however small its batches are: for pictures of it."""

MOST_KEPT_NUMBERS = 2**27
"""That the layers leave behind in one step: 512 MiB in float32, of which training takes three."""

MOST_PRODUCTS = 5 * 10**10
"""Multiplications of one step forwards: with the way back some seconds, in which nothing else is
answered; after `HANG_SECONDS` the worker would be taken for dead."""

MOST_REMEMBERED = 2**27
"""Numbers that L-BFGS keeps of steps, and as many of changes: 1 GiB together in float32."""

MOST_CONNECTIONS = 100
"""At a time; a browser opens six, and a WebSocket."""

SILENT_SECONDS = 10.0
"""That a connection may last before its first request is whole: whoever opens a hundred and says
nothing would keep the page out."""

HEADER_BYTES = 16 * 2**10
"""Of a request's line and headers."""


class Bucket:
    """A rate as a bucket of tokens that fills again: `take` says whether one is left.

    Parameters
    ----------
    per_second : float
        Tokens that come back each second.
    at_once : float
        Tokens that the bucket holds, at first and at most.
    """

    def __init__(self, per_second: float, at_once: float) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._left = at_once
        self._seen: float | None = None

    def take(self, now: float) -> bool:
        """Take a token at a time in seconds, of any clock that never goes back."""
        passed = 0.0 if self._seen is None else max(0.0, now - self._seen)
        self._seen = now
        self._left = min(self._at_once, self._left + passed * self._per_second)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
