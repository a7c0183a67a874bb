"""python -m analysis: statistics of reader studies from files alone.

Exit codes: 0 done, 1 the input was refused (the reason is on stderr), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from analysis.commands import agreement, algorithm, froc, model, mrmc, order, paired, power, reader, report

COMMANDS = (reader, mrmc, froc, paired, agreement, algorithm, model, order, power, report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Statistics of reader studies.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add(commands)
    options = parser.parse_args(arguments)
    of_calls = getattr(options, "fom", None) in ("accuracy", "sensitivity", "specificity")
    if of_calls and getattr(options, "covariance", None) == "delong":
        parser.error(
            f"--covariance delong is for --fom auc alone; choose jackknife or unbiased for {options.fom}"
        )
    if getattr(options, "equivalence", False) and options.margin is None:
        parser.error("--equivalence needs --margin")
    from analysis.errors import Refusal

    try:
        print(options.run(options), flush=True)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads our output, `head` for example, has had enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    # The matrices are small: more threads would cost more time to start, and to wait for, than they save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
