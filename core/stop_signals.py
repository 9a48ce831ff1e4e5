"""Ctrl-C and SIGTERM as an event that any thread may wait for."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signals() -> Iterator[Event]:
    """The event is set by the first of these signals; a second Ctrl-C raises KeyboardInterrupt.
    Only for the main thread.

    Python runs a handler between two steps of the main thread, so one that comes just before the
    main thread begins to wait, or to another thread, would not end that wait. The byte that a
    signal writes by itself (`signal.set_wakeup_fd`) reaches a thread that sets the event.
    """
    stop = Event()
    count = 0

    def on_signal(sign: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count > 1 and sign == signal.SIGINT:
            raise KeyboardInterrupt

    reading, writing = socket.socketpair()
    writing.setblocking(False)
    watcher = Thread(target=_watch, args=(reading, stop), name="stop signals", daemon=True)
    watcher.start()
    written_before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    before = {sign: signal.signal(sign, on_signal) for sign in SIGNALS}
    try:
        yield stop
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
        signal.set_wakeup_fd(written_before)
        writing.close()
        watcher.join()
        reading.close()


def _watch(reading: socket.socket, stop: Event) -> None:
    """Until the other end is closed."""
    while came := reading.recv(1):
        if came[0] in SIGNALS:
            stop.set()
