"""Two organisers take what a build or a repair found at the same moment: one wins, the other is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from schedule.advice.mending import Mending
from schedule.build import run
from schedule.models import Cell, Draft, GridBuild
from tests.factories import PitchFactory, make_organiser

CHANGED = "The draft was changed meanwhile."


def found(camp, plan, kind) -> GridBuild:
    """What was worked out for the draft as it is now."""
    done = {"state": GridBuild.State.DONE, "draft_revision": Draft.revision_of(camp), "kind": kind}
    if kind == GridBuild.Kind.GRID:
        return camp.grid_builds.create(plan=plan, **done)
    mending = Mending([], moved=1, people=1, attended=1, standing=0, is_fewest=True, rows=plan)
    return camp.grid_builds.create(alternatives=[asdict(mending)], **done)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one database in memory, which has one writer")
@pytest.mark.parametrize(
    ("kinds", "is_same"),
    [
        ("GRID GRID", True),
        ("GRID GRID", False),
        ("REPAIR REPAIR", True),
        ("REPAIR REPAIR", False),
        ("GRID REPAIR", False),
    ],
)
def test_of_two_takes_at_once_one_wins_and_the_other_is_told(camp, olga, rooms, slots, monkeypatch, kinds, is_same):
    one, other = (GridBuild.Kind[kind] for kind in kinds.split())
    # There is a draft: otherwise the one row that both make would hold the second back.
    Draft.touch(camp)
    knots, maps = (PitchFactory(camp=camp, title=title) for title in ("Knots", "Maps"))
    plans = [[[knots.pk, slots[2].pk, rooms[0].pk]], [[maps.pk, slots[2].pk, rooms[0].pk]]]
    builds = [found(camp, plans[0], one)]
    builds.append(builds[0] if is_same else found(camp, plans[1], other))
    seen = Draft.revision_of(camp)
    people = [olga, make_organiser(camp)]
    clients = [Client() for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    start, second_asks, pages = Barrier(2), Event(), ["", ""]
    apply_plan, calls = run.apply_plan, Counter[str]()

    def slowly(**given):
        """Whoever is first has written, and not yet committed, when the other comes."""
        calls["all"] += 1
        if calls["all"] == 2:
            second_asks.set()
        left_out = apply_plan(**given)
        second_asks.wait(5)
        return left_out

    monkeypatch.setattr(run, "apply_plan", slowly)

    def take(number: int) -> None:
        name = "build_take" if builds[number].kind == GridBuild.Kind.GRID else "repair_take"
        address = reverse(f"schedule:{name}", args=[camp.slug, builds[number].pk])
        start.wait()
        try:
            answer = clients[number].post(address, {"seen": seen, "number": "0"}, follow=True)
            pages[number] = f"{answer.status_code} {answer.content.decode()}"
        finally:
            connections.close_all()

    threads = [Thread(target=take, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert calls["all"] == 2
    assert [page[:3] for page in pages] == ["200", "200"]
    told = [CHANGED in page for page in pages]
    assert sorted(told) == [False, True]
    [winner] = [number for number in (0, 1) if not told[number]]
    assert [cell.session.pitch_id for cell in Cell.objects.all()] == [plans[0 if is_same else winner][0][0]]
    assert Draft.revision_of(camp) == seen + 1
    assert GridBuild.objects.filter(is_applied=True).get() == builds[winner]
