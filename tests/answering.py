"""Answers case after case in a process of its own: python -m tests.answering FOLDER; a line for each kept."""

import sys
import uuid
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from studies import audit, enrolment, participation, submission  # noqa: E402
from tests.viewer.reading import open_planted  # noqa: E402


def main(folder: Path) -> None:
    """Migrates, opens the planted study, and answers case after case for both readers."""
    call_command("migrate", verbosity=0)
    study = open_planted(folder)
    for reader in study.readers.all():
        assignment = enrolment.enrol(reader, audit.OPERATOR)[0]
        participation.consent(reader)
        participation.keep_profile(reader, {"specialty": "thoracic"})
        participation.begin_session(reader)
        while slot := participation.current_reading(assignment):
            answers = {"quality": 2, "diagnosis": f"finding {slot.pk}"}
            submission.submit(slot, submission.Submission(uuid.uuid4(), answers), f"reader:{reader.pk}")
            print(slot.pk, flush=True)
    print("all", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
