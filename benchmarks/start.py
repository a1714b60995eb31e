"""How long `tenor --help` takes, beside a bare Python and beside loading the libraries it leaves alone.

python benchmarks/start.py [runs]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "bare python": "pass",
    "tenor --help": "from tenor.app.cli import run; run(['--help'])",
    "import altair, duckdb, pydantic, scipy.stats": "import altair, duckdb, pydantic, scipy.stats",
}


def seconds(code: str) -> float:
    """Return how long one fresh process takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Interleave the commands and print medians and their ratio to bare Python."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, code in COMMANDS.items():
            times[name].append(seconds(code))
    bare = statistics.median(times["bare python"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:46} {middle:.3f} s   {middle - bare:+.3f} s   {middle / bare:.1f} x bare python")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
