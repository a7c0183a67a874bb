"""manage.py find_text SLUG [--json]"""

from typing import Any

from studies import looks
from studies.burned_in.search import search
from studies.management.command import StudyCommand
from studies.models import Study

SAID = {
    "tesseract": "{} images searched by tesseract",
    "strokes": "{} images ranked by strokes in their margins, for tesseract is not on this machine",
}


class Command(StudyCommand):
    help = "Searches pictures for burned-in text, which ranks the gallery in which a person looks at all."
    offers_json = True

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        counts = search(study)
        said = "; ".join(SAID[method].format(count) for method, count in counts.items()) or "no images"
        address = looks.address(study)
        self.answer(f"{said}. Look at them: {address}", {"study": study.slug, **counts, "address": address})
