"""Runs a module that must not outlive its parent.

`python -m core.processes.supervised MODULE [ARG ...]`

The parent holds the other end of this process's standard input. However the parent ends, the pipe
closes and this process stops, so that its port is free for the next start.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 5.0


def main() -> None:
    """Watch the parent on a thread, then run the module."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _stop_with_parent() -> None:
    while os.read(0, 1024):
        pass
    # The module gets a chance to finish its work; if it ignores the signal, it is ended.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    main()
