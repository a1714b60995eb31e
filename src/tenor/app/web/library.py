"""Writes the chart library to stdout: a process of its own, because what makes it is large."""

from __future__ import annotations

import sys

from tenor.report.page import chart_library

if __name__ == "__main__":
    sys.stdout.buffer.write(chart_library().encode())
