"""Loaded before Django: tests run with the settings of the demo, whatever the shell says."""

import os

os.environ["CAMPGRID_DEMO"] = "1"
os.environ["SITE_URL"] = "http://testserver"
os.environ.pop("DEBUG", None)
if "REDIS_URL" in os.environ:
    # Tests clear the cache: each of those that run side by side has one of its own.
    server, _slash, number = os.environ["REDIS_URL"].rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{server}/{(int(number) + 1 + int(worker)) % 16}"
