"""Statements that are written out hold names of ours and marks; nothing else gets in."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import NotSupportedError, connection, transaction

from accounts.models import User
from accounts.statements import Written, changed_by, columns_of, found_by, marks, statement, table_of
from config.outage import RENEWED, outage_of


def test_names_are_put_in_where_the_text_names_them():
    sql = statement(
        "SELECT {columns} FROM {users} WHERE id IN ({ids})", columns=Written("id"), users=table_of(User), ids=marks(3)
    )
    assert sql == f"SELECT id FROM {table_of(User)} WHERE id IN (%s, %s, %s)"
    assert columns_of(User).startswith(f"{table_of(User)}.")


@pytest.mark.parametrize("typed", ["accounts_user", "1; DROP TABLE accounts_user", 7])
def test_what_was_not_made_here_is_refused(typed):
    with pytest.raises(TypeError, match="users"):
        statement("SELECT * FROM {users}", users=typed)


@pytest.mark.parametrize(
    "text", ["DELETE FROM b", "WITH gone AS (DELETE FROM b RETURNING a) SELECT a FROM gone", " SELECT 1", "SELECTED"]
)
def test_what_may_write_is_not_looked_up(text):
    with pytest.raises(ValueError, match="may write"):
        found_by(statement(text), [])


@pytest.mark.parametrize("row", ["%s; DROP", "name", "'%s'"])
def test_marks_are_marks_alone(row):
    with pytest.raises(ValueError, match="marks"):
        marks(2, row)


def test_the_scan_for_holes_is_silent():
    """Every `nosec` says what it lets pass, and lets something pass: a scan that warns of nothing is not read."""
    apps = ["accounts", "config", "demo", "events", "exchange", "notes", "pitches", "schedule"]
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "-ll", *apps]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in microseconds")
def test_what_a_migration_made_of_a_column_is_read_under_a_plan_of_before():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE drawer (spoons varchar(10))")
        try:
            sql = statement("SELECT spoons FROM drawer WHERE spoons = %s")
            cursor.execute("INSERT INTO drawer VALUES ('six')")
            for _time in range(4):
                assert found_by(sql, ["six"]) == [("six",)]
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%FROM drawer%%'")
            assert cursor.fetchone() == (1,)
            # From a connection of its own: this one forgets its plans when it changes a table itself.
            other = connection.copy()
            with other.cursor() as migrating:
                migrating.execute("ALTER TABLE drawer ALTER spoons TYPE varchar(20)")
            for _time in range(4):
                assert found_by(sql, ["six"]) == [("six",)]
            with other.cursor() as migrating:
                migrating.execute("ALTER TABLE drawer ALTER spoons TYPE varchar(30)")
            other.close()
            # Half a transaction cannot be done anew by what is in the middle of it: whoever sent it is asked to.
            with pytest.raises(NotSupportedError) as refused, transaction.atomic():
                found_by(sql, ["six"])
            assert outage_of(refused.value) is RENEWED
            with transaction.atomic():
                assert found_by(sql, ["six"]) == [("six",)]
            # Another thing that is not supported is a fault of ours, and no outage.
            with pytest.raises(NotSupportedError) as refused, transaction.atomic():
                cursor.execute("SELECT 1 UNION SELECT 1 FOR UPDATE")
            assert outage_of(refused.value) is None
            # Of what the ORM runs nothing is kept.
            assert not connection.connection.prepare_threshold
            with transaction.atomic():
                assert changed_by(statement("DELETE FROM drawer WHERE spoons = %s"), ["six"]) == 1
                assert found_by(sql, ["six"]) == []
        finally:
            cursor.execute("DROP TABLE drawer")
