"""How long this process has run."""

import os
from pathlib import Path

__all__ = ["seconds_since_process_start"]

_START_TICKS_FIELD = 19
"""Process start time among the fields of /proc/self/stat behind the name (proc(5), field 22)."""


def seconds_since_process_start() -> float:
    """Tell how long this process has run: imports count against the budget too (Linux; else 0)."""
    stat, uptime = Path("/proc/self/stat"), Path("/proc/uptime")
    if not stat.exists() or not uptime.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    started = int(fields[_START_TICKS_FIELD]) / os.sysconf("SC_CLK_TCK")
    return max(0.0, float(uptime.read_text().split()[0]) - started)
