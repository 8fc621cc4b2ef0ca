"""The settings of the demo, whatever the shell says, with a database and a part of the cache that no other run has."""

import os
import secrets
import tempfile
from pathlib import Path

#: Names this run; the processes of pytest-xdist inherit it. Set it yourself to keep a database (`--reuse-db`).
RUN = os.environ.setdefault("TEST_RUN", f"run_{secrets.token_hex(4)}")

os.environ["CAMPGRID_DEMO"] = "1"
os.environ["DEBUG"] = "0"
os.environ["SITE_URL"] = "http://testserver"
# In the environment, so that the server that the browser tests start has it too.
os.environ["CACHE_PREFIX"] = f"{RUN}-{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

# A file, not memory: the threads of a test must meet each other as processes do.
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["TEST"] = {
    "NAME": str(Path(tempfile.gettempdir(), f"campgrid-{RUN}.sqlite3")) if IS_SQLITE else f"campgrid_{RUN}"
}
# Passwords are those of the admin alone, and made to take long.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nothing needs to be collected first. That the collected files work is for the browser tests.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
