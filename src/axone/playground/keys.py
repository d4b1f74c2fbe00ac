"""What opens the door: a token that is used once, the cookie it is exchanged for, a password.

All are compared in constant time, and tried at a bounded rate.
"""

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeAlias

from axone.playground.limits import (
    FRESH_ADDRESS_SECONDS,
    GUESSES_AT_ONCE,
    GUESSES_PER_SECOND,
    Bucket,
)

Verdict: TypeAlias = Literal["good", "used", "wrong"]

_REMEMBERED = 20
"""Used tokens that are known as such."""


class Keys:
    """The keys of one server.

    Parameters
    ----------
    port : int
        Part of the cookie's name: browsers send cookies of one port to all ports of a machine.
    password : str or None
        For other machines; None where there are none.
    clock : callable
        Seconds that never go back.
    """

    def __init__(
        self, port: int, password: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cookie_name = f"axone-playground-{port}"
        self.cookie = secrets.token_urlsafe(32)
        self.token = secrets.token_urlsafe(32)
        self._spent = False
        self._used: deque[str] = deque(maxlen=_REMEMBERED)
        self._password = None if password is None else _digest(password)
        self._clock = clock
        self._guesses = Bucket(GUESSES_PER_SECOND, GUESSES_AT_ONCE)
        self._fresh = Bucket(1 / FRESH_ADDRESS_SECONDS, 1.0)

    @property
    def has_password(self) -> bool:
        """Whether a password opens the door, too."""
        return self._password is not None

    def spend(self, token: str) -> Verdict:
        """Try a token: good once, then used."""
        if _same(token, self.token):
            verdict: Verdict = "used" if self._spent else "good"
            self._spent = True
            return verdict
        # All are compared, so that the time tells nothing.
        used = [_same(token, each) for each in self._used]
        return "used" if any(used) else "wrong"

    def fresh(self) -> str | None:
        """Return a new token in place of a used one; None if the last is unused, or just made."""
        if not self._spent or not self._fresh.take(self._clock()):
            return None
        self._used.append(self.token)
        self.token, self._spent = secrets.token_urlsafe(32), False
        return self.token

    def knows(self, cookies: str) -> bool:
        """Whether a header of cookies holds ours; another server here may have set its like."""
        given = (pair.strip().partition("=") for pair in cookies.split(";"))
        found = [
            _same(value, self.cookie) for name, _eq, value in given if name == self.cookie_name
        ]
        return any(found)

    def guess(self, password: str) -> bool | None:
        """Try a password; None if too many were tried just now."""
        if not self._guesses.take(self._clock()):
            return None
        return self._password is not None and hmac.compare_digest(_digest(password), self._password)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(_digest(one), _digest(other))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
