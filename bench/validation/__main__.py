"""python -m bench.validation [--reference FOLDER] [--only PATTERN] [--write FILE] [--json]"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.validation import ratings
from bench.validation.compared import records
from bench.validation.report import as_json, markdown
from bench.validation.run import validate

LIBRARIES = ("numpy", "scipy", "statsmodels")


def main(wish: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.add_argument("--reference", type=Path, help="folder of data and results")
    parser.add_argument("--only", default="", help="records whose name (file: key) this finds")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the table as Markdown")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(wish)
    if asked.write and asked.only:
        parser.error("--write is for all records")
    if asked.reference:
        ratings.use(asked.reference)
    if not (ratings.folder() / "results").is_dir():
        print(f"{ratings.folder()}: no results there; give --reference FOLDER", file=sys.stderr)
        return 2
    found = validate(record for record in records(ratings.folder()) if re.search(asked.only, record.name))
    if asked.only:
        found.stale = []
    with_versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    text = markdown(found, f" on {datetime.now(UTC):%d %B %Y} with {with_versions}")
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")
    print(json.dumps(as_json(found), indent=1) if asked.json else text)
    for record, one in found.unexplained:
        print(f"unexplained: {record.name}: {one.quantity}: {one.ours} {one.theirs}", file=sys.stderr)
    for known in found.stale:
        print(f"stale: nothing differs as this explains: {known.explanation}", file=sys.stderr)
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
