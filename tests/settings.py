"""The settings, with data and static files apart from any real ones."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="readerstudy-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["READERSTUDY_DATA"] = f"{_folder}/data"
os.environ["READERSTUDY_STATIC"] = f"{_folder}/static"
os.environ["READERSTUDY_PLAIN_HTTP"] = "1"
os.environ.pop("READERSTUDY_SIGNING_KEY", None)

from readerstudy.settings import *  # noqa: E402, F403

DECODE_WORKERS = 1  # starting a second process costs more than the few small images of a test
