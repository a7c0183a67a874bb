"""Adds up what the runners counted, in one closing line: closing_line.py FOLDER (of *.xml and *.tap)."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree


def main(folder: Path) -> int:
    """Prints the line; 1 where anything failed or nothing ran."""
    passed = failed = skipped = 0
    for report in folder.glob("*.xml"):
        for suite in ElementTree.parse(report).iter("testsuite"):
            count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            failed += count["failures"] + count["errors"]
            skipped += count["skipped"]
            passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    for report in folder.glob("*.tap"):
        text = report.read_text()
        passed += sum(map(int, re.findall(r"^# pass (\d+)$", text, re.M)))
        failed += sum(map(int, re.findall(r"^# fail (\d+)$", text, re.M)))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
