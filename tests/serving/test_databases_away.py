"""PostgreSQL and Redis are killed under servers and workers that go on."""

from __future__ import annotations

from bench.processes import Browser, Served, eventually

from .long_build import ANN, SLUG


def test_postgres_killed_and_back(two):
    pages = ["/", f"/{SLUG}/", f"/{SLUG}/pitches/", f"/{SLUG}/grid/"]
    stranger = Browser()
    assert {stranger.get(two.first, page)[0] for page in pages} == {200}
    pids = [two.first.pids(), two.second.pids(), {worker.pid for worker in two.workers if worker.poll() is None}]
    two.postgres.kill()
    try:
        for site in (two.first, two.second):
            for page in pages:
                status, html = stranger.get(site, page)
                assert (status, "the database does not answer" in html) == (503, True), html
            assert site.get("/health/live")[0] == 200
            assert site.get("/health/ready")[0] == 503
        # A worker met it, too, and waits.
        eventually(lambda: any(site.said("waits for the database") for site in (two.first, two.second)), seconds=45)
    finally:
        two.postgres.start()
    for site in (two.first, two.second):
        assert site.get("/health/ready")[0] == 200
        assert {stranger.get(site, page)[0] for page in pages} == {200}
    assert pids == [
        two.first.pids(), two.second.pids(), {worker.pid for worker in two.workers if worker.poll() is None},
    ]  # fmt: skip
    # The worker found it, too.
    before = two.mails()
    someone = Browser()
    someone.get(two.first, "/accounts/login/code/")
    someone.post(two.first, "/accounts/login/code/", email=ANN)
    eventually(lambda: two.mails() != before)


def test_redis_killed_and_back(two):
    pages = ["/", f"/{SLUG}/", f"/{SLUG}/pitches/", f"/{SLUG}/grid/", "/accounts/login/code/"]
    stranger = Browser()

    def look(site: Served) -> set[int]:
        # Of what changed no process has a copy: it asks.
        two.postgres.ask(
            "INSERT INTO events_stamp (camp_id, part, number, changed_at) "
            "SELECT id, part, 1, now() FROM events_camp, unnest(ARRAY['frame', 'pitches', 'grid']) part "
            "ON CONFLICT (camp_id, part) DO UPDATE SET number = events_stamp.number + 1"
        )
        return {stranger.get(site, page)[0] for page in pages}

    two.redis.kill()
    try:
        for site in (two.first, two.second):
            assert look(site) == {200}
            assert site.said("Redis does not answer") == 1
    finally:
        two.redis.start()
    for site in (two.first, two.second):
        eventually(lambda site=site: look(site) == {200} and site.said("Redis answers again") == 1)
