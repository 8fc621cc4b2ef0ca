"""Loaded before Django: tests run with the settings of the demo, whatever the shell says."""

import os

os.environ["CAMPGRID_DEMO"] = "1"
os.environ["SITE_URL"] = "http://testserver"
os.environ.pop("DEBUG", None)
