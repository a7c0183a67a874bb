"""The application on a loopback port, static files by whitenoise as in production."""

from collections.abc import Iterator

import pytest
from django.test.testcases import LiveServerThread


@pytest.fixture
def served(transactional_db: None) -> Iterator[str]:
    """The address of a running server over the test's database."""
    thread = LiveServerThread("127.0.0.1", static_handler=lambda application: application)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
