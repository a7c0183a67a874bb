"""manage.py prepare_demo"""

from typing import Any

from studies.demo import prepare
from studies.management.command import OperatorCommand


class Command(OperatorCommand):
    """Makes the demonstration study, its log-ins and links; run again it only tells them."""

    help = "Make the demonstration study of phantoms and print addresses, log-ins and reader links."

    def act(self, options: dict[str, Any]) -> None:
        """Makes and tells."""
        self.answer(prepare(), {})
