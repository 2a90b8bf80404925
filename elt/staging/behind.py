"""Work that is done behind the reader's back: in one other thread, in order.

Hashing and compressing leave the interpreter alone for long, so they take nothing from the thread that reads objects.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self

Arguments = ParamSpec("Arguments")

_WAITING = 64
"""How many calls may wait: what they hold stays bounded."""


class Behind:
    """Does calls in one other thread, in their order; a context manager that ends when all are done."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "behind")
        self._waiting: deque[Future[object]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.finish()
        finally:
            self._thread.shutdown(cancel_futures=True)

    def do(self, call: Callable[Arguments, object], *arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        """Have a call done after those before it; raises what an earlier one raised."""
        while len(self._waiting) >= _WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(call, *arguments, **named))

    def finish(self) -> None:
        """Return when all calls are done; raises what one of them raised."""
        while self._waiting:
            self._waiting.popleft().result()
