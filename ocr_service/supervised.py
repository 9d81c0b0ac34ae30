"""What a process does that runs under the supervisor (`server.py`)."""

import ctypes
import os
import signal
import sys

PARENT_VARIABLE = "OCR_SERVICE_SUPERVISOR_PID"
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Get a SIGTERM when the supervisor dies, even by SIGKILL; nothing without a supervisor."""
    parent = os.environ.get(PARENT_VARIABLE, "")
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        # It died before we could ask.
        sys.exit(0)
