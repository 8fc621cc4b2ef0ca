"""Campgrid's settings, with what the bench measures pages beside."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).resolve().parent / "templates")
STATIC_ROOT = Path(os.environ["BENCH_FOLDER"]) / "static"
