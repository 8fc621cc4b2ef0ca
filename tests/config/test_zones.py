"""Times by the newest time zones there are."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tzdata

from bench.processes import ROOT
from config import zones


@pytest.fixture(autouse=True)
def as_before():
    yield
    zoneinfo.reset_tzpath()
    zones.use_newest()


@pytest.mark.parametrize(
    ("first_line", "is_the_packages"),
    [
        ("# version 2025b", True),
        ("# version 9999a", False),
        ("# something else", True),
        ("# version 2025b-\xe9", True),
        (None, True),
    ],
)
def test_the_newer_of_two_is_taken(tmp_path, first_line, is_the_packages):
    if first_line:
        (tmp_path / "tzdata.zi").write_text(f"{first_line}\nR A\n", encoding="latin-1")
    zoneinfo.reset_tzpath(to=[tmp_path])
    assert zones.use_newest() == (tzdata.IANA_VERSION if is_the_packages else "9999a")
    assert list(zoneinfo.TZPATH) == ([] if is_the_packages else [tmp_path])


def test_of_several_folders_the_first_is_the_one_that_is_used(tmp_path):
    """An old one before a newer one elsewhere."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, version in ((old, "2025b"), (new, "9999a")):
        folder.mkdir()
        (folder / "tzdata.zi").write_text(f"# version {version}\n")
    zoneinfo.reset_tzpath(to=[tmp_path / "none", old, new])
    assert zones.use_newest() == tzdata.IANA_VERSION
    assert list(zoneinfo.TZPATH) == []


def test_a_country_that_gave_up_summer_time_has_its_clocks(tmp_path):
    """Morocco, from 20 September 2026 on; a machine that was set up a year before does not know."""
    zoneinfo.reset_tzpath(to=[tmp_path])
    zones.use_newest()
    assert datetime(2027, 1, 1, tzinfo=UTC).astimezone(ZoneInfo("Africa/Casablanca")).utcoffset() == timedelta()


def test_the_product_goes_by_them():
    """However old the machine is on which this runs; in a process of its own, since here they are chosen already."""
    show = (
        "import config.settings; from datetime import *; from zoneinfo import ZoneInfo; "
        "print(datetime(2027, 1, 1, tzinfo=UTC).astimezone(ZoneInfo('Africa/Casablanca')).utcoffset())"
    )
    environment = os.environ | {"CAMPGRID_DEMO": "1", "DATABASE_URL": "sqlite://:memory:"}
    done = subprocess.run([sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "0:00:00", done.stderr
