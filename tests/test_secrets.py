"""Nobody's interest can be worked out: every attack of ADR 8, played on one victim, before and after.

Vera is in the camp with six others. Whoever attacks holds every page they may read against what it said before; what
differs may come from their own act alone, never from what Vera wishes. So each attack is played twice, in two worlds
that differ by Vera's one interest, and both worlds must read the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.utils import timezone

from events.frame import set_away
from events.models import Attendee, Camp, Room, Slot
from events.roles import remove_attendee
from exchange.uploads import import_files
from pitches.models import Interest, Pitch
from pitches.services import merge_pitches, save_pitch, set_interest, submit_pitch, withdraw_pitch
from pitches.wishes import renew_wishes, told_wishes
from schedule import advice
from schedule.build import run
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.rows import read_draft
from schedule.models import DraftFigures, GridBuild

from .factories import AttendeeFactory, PitchFactory, UserFactory
from .test_archived import undone

#: what is another each time, and of no wish
NOISE = re.compile(
    r'value="\w{64}"|value="[0-9a-f]{36}"|"X-CSRFToken": "\w{64}"|seen=\w+|visit=\d+|stamp=[^"&]+|\d\d:\d\d|name="once" value="[^"]*"'
    # When a plan was signed, and its signature.
    r'|:1[A-Za-z0-9]{5}:[\w-]{43}(?=")'
    r'|data-number="\d+"|"(?:key|told)": "[^"]*"|\d{4}-\d\d-\d\dT[\d:.+]*'
)


class World:
    """A camp with a draft, seen by its organiser, by a host and by a stranger."""

    def __init__(self, camp: Camp, olga: Attendee, ben: Attendee, rooms: list[Room], slots: list[Slot]) -> None:
        self.camp, self.olga, self.ben, self.rooms, self.slots = camp, olga, ben, rooms, slots
        camp.save_flags(are_counts_shown=True)
        self.knots = PitchFactory(camp=camp, title="Knots", hosts=[ben])
        self.ducks = PitchFactory(camp=camp, title="Ducks")
        self.geese = PitchFactory(camp=camp, title="Geese")
        self.crowd = AttendeeFactory.create_batch(6, camp=camp)
        self.vera = AttendeeFactory(camp=camp, display_name="Vera", import_key="vera")
        for person in [*self.crowd, self.vera]:
            set_interest(pitch=self.knots, attendee=person, level=1)
        for person in self.crowd[:4]:
            set_interest(pitch=self.ducks, attendee=person, level=1)
        self.session = place_session(pitch=self.knots, room=rooms[0], slot=slots[0])
        self.other = place_session(pitch=self.ducks, room=rooms[1], slot=slots[0])
        self.look_again()

    def look_again(self) -> None:
        """Enough time goes by for everything to be counted anew."""
        DraftFigures.objects.update(checked_at=timezone.now() - timedelta(hours=1))
        renew_wishes(camp=self.camp)
        advice.renew_figures(camp=self.camp)

    def read(self, empty_cache: Callable[[], None]) -> dict[str, str]:
        empty_cache()
        slug, found = self.camp.slug, {}
        pages = {
            self.olga: ["draft/", "draft/figures/", "draft/repair/", "draft/publish/", "export/json/", "export/csv/",
                        *(f"draft/repair/sessions/{s.pk}/?why={why}" for s in (self.session, self.other)
                          for why in ("room", "host", "full", "cancel", "again")),
                        *(f"draft/pitches/{p.pk}/place/?slot={s.pk}" for p in self.shown() for s in self.slots)],
            self.ben: ["pitches/", *(f"pitches/{p.pk}/" for p in self.shown())],
            None: ["pitches/", *(f"pitches/{p.pk}/" for p in self.shown())],
        }  # fmt: skip
        for who, paths in pages.items():
            client = Client()
            if who:
                client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
            for path in paths:
                response = client.get(f"/{slug}/{path}")
                body = b"" if path == "export/csv/" else response.content
                found[f"{who} {path}"] = NOISE.sub("", body.decode())
        return found

    def shown(self) -> list[Pitch]:
        return [p for p in (self.knots, self.ducks, self.geese) if Pitch.objects.open().filter(pk=p.pk).exists()]


def count_on_from_here() -> None:
    """The next row of each table gets the next number, also where numbers are not taken back with what is undone."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


@pytest.fixture
def world(camp, olga, ben, rooms, slots) -> World:
    return World(camp, olga, ben, rooms, slots)


def a_tap(world: World) -> None:
    """Vera's fifth wish makes Ducks five: the count, if it were of today, would change at once."""
    set_interest(pitch=world.ducks, attendee=world.vera, level=1)


def remove_her(world: World) -> None:
    remove_attendee(attendee=world.vera)


def mark_her_away(world: World) -> None:
    set_away(attendee=world.vera, slots=world.slots, is_away=True, by=None)


def make_her_a_host(world: World) -> None:
    save_pitch(pitch=world.geese, hosts=[world.vera], not_in=[], by=None)
    place_session(pitch=world.geese, room=world.rooms[0], slot=world.slots[1])
    place_session(pitch=world.geese, session=world.geese.sessions.get(), room=world.rooms[0], slot=world.slots[2])


def pitch_for_her(world: World) -> None:
    pitch = submit_pitch(pitch=Pitch(title="Bait"), by=world.olga, hosts=[world.vera]).pitch
    place_session(pitch=pitch, room=world.rooms[0], slot=world.slots[2])


def import_a_guess(world: World) -> None:
    rows = f"attendee,pitch,level\nvera,{world.ducks.import_key},1\n"
    import_files(camp=world.camp, files={"interests.csv": rows}, by=None)


def import_a_crowd(world: World) -> None:
    people = "attendee,display_name\n" + "".join(f"p{n},Puppet {n}\n" for n in range(6))
    rows = "attendee,pitch,level\n" + "".join(f"p{n},bait,1\n" for n in range(6))
    files = {"attendees.csv": people, "pitches.csv": "pitch,title\nbait,Bait\n", "interests.csv": rows}
    import_files(camp=world.camp, files=files, by=None)


def merge_two(world: World) -> None:
    merge_pitches(source=world.geese, target=world.knots, by=None)


def withdraw_one(world: World) -> None:
    withdraw_pitch(pitch=world.geese, by=None)


def three_puppets(world: World) -> None:
    """All in one's own hand. With a fourth, Vera is the fifth: docs/adr/0008 says why that stays so."""
    for puppet in world.crowd[:3]:
        set_interest(pitch=world.geese, attendee=puppet, level=1)


def helpers_tap(world: World) -> None:
    """Those who run the camp are not counted among the five."""
    for number, user in enumerate(UserFactory.create_batch(5)):
        helper = AttendeeFactory(camp=world.camp, user=user, role="helper", display_name=f"Helper {number}")
        set_interest(pitch=world.geese, attendee=helper, level=1)


def remove_six(world: World) -> None:
    for person in world.crowd:
        remove_attendee(attendee=person)


ATTACKS = [
    lambda world: None, remove_her, mark_her_away, make_her_a_host, pitch_for_her, import_a_guess, import_a_crowd,
    merge_two, withdraw_one, three_puppets, helpers_tap, remove_six,
]  # fmt: skip


@pytest.fixture
def guessed(world) -> None:
    Pitch.objects.filter(pk=world.ducks.pk).update(import_key="ducks")
    world.ducks.refresh_from_db()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whatever_is_done_what_is_told_does_not_depend_on_her_wish(world, guessed, empty_cache, attack):
    """Two worlds that differ by one tap since the last snapshot: the same pages, before the act and after it."""
    read = []
    for tap in (lambda world: None, a_tap):
        with undone():
            count_on_from_here()
            tap(world)
            attack(world)
            world.look_again()
            read.append(world.read(empty_cache))
    different = [page for page in read[0] if read[0][page] != read[1][page]]
    assert different == []


@pytest.mark.parametrize("attack", [remove_her, mark_her_away, make_her_a_host], ids=lambda attack: attack.__name__)
def test_an_old_wish_is_not_told_by_her_going(world, empty_cache, attack):
    """Two worlds that differ by a wish that is in the snapshot: what the act changes is the same in both."""
    changes = []
    for tap in (lambda world: None, a_tap):
        with undone():
            count_on_from_here()
            tap(world)
            for person in world.crowd[:5]:
                set_interest(pitch=world.geese, attendee=person, level=1)
            world.look_again()
            numbers = told_wishes(world.camp)
            assert (numbers.count(world.ducks.pk) == 5) == (tap is a_tap)
            before = figures_of(world)
            attack(world)
            world.look_again()
            assert told_wishes(world.camp) == numbers
            changes.append(figures_of(world) == before)
    assert changes[0] == changes[1]
    if attack is not make_her_a_host:
        assert changes == [True, True]


def test_whoever_is_made_a_host_is_counted_as_if_they_could_be_elsewhere(world):
    """Of what runs beside the one thing that she wishes: fifteen wishes are met, and would be fourteen without hers."""
    place_session(pitch=world.ducks, session=world.other, room=world.rooms[1], slot=world.slots[1])
    place_session(pitch=world.geese, room=world.rooms[0], slot=world.slots[1])
    a_tap(world)
    for person in world.crowd[:5]:
        set_interest(pitch=world.geese, attendee=person, level=1)
    for person in AttendeeFactory.create_batch(2, camp=world.camp):
        set_interest(pitch=world.ducks, attendee=person, level=1)
    world.look_again()
    before = figures_of(world)
    assert before[0].attended == 15
    save_pitch(pitch=world.geese, hosts=[world.vera], not_in=[], by=None)
    world.look_again()
    # Whose rooms are compared is another matter by now: somebody leads Geese, which everybody reads on its page.
    after, rooms = figures_of(world), {"emptiest": None, "beside": None, "usual": None}
    assert [replace(after[0], **rooms), *after[1:]] == [replace(before[0], **rooms), *before[1:]]


def figures_of(world: World) -> list:
    counted = advice.counted_of(DraftFigures.objects.get(draft__camp=world.camp))
    return [counted.figures, counted.clashes, counted.repeats, counted.people, counted.interested]


def test_five_who_changed_are_told_together_and_who_was_removed_is_out(world):
    remove_attendee(attendee=world.vera)
    for person in world.crowd[:5]:
        set_interest(pitch=world.geese, attendee=person, level=1)
    world.look_again()
    told = told_wishes(world.camp)
    assert (told.count(world.geese.pk), world.vera.pk in told.people) == (5, False)


def test_five_taps_of_one_person_are_one(world):
    for pitch in (world.geese, world.ducks, *PitchFactory.create_batch(4, camp=world.camp)):
        set_interest(pitch=pitch, attendee=world.vera, level=1)
    before = told_wishes(world.camp)
    world.look_again()
    assert told_wishes(world.camp) == before


def test_who_taps_there_and_back_is_not_counted(world):
    for person in world.crowd:
        set_interest(pitch=world.geese, attendee=person, level=1)
        set_interest(pitch=world.geese, attendee=person, level=0)
        set_interest(pitch=world.knots, attendee=person, level=1)
    a_tap(world)
    before = told_wishes(world.camp)
    world.look_again()
    assert told_wishes(world.camp) == before


def test_the_preview_of_an_import_answers_no_guess(world, guessed, sign_in):
    client = sign_in(world.olga)
    said = []
    for tap in (lambda world: None, a_tap):
        with undone():
            count_on_from_here()
            tap(world)
            file = SimpleUploadedFile("interests.csv", b"attendee,pitch,level\nvera,ducks,1\n")
            preview = client.post(f"/{world.camp.slug}/import/", {"interests": file}, follow=True).content.decode()
            said.append(NOISE.sub("", preview))
    assert said[0] == said[1]
    assert "1 row; how many are new is told to nobody" in said[0]


def test_a_build_says_the_same_of_both(world, empty_cache, django_capture_on_commit_callbacks):
    """It uses her wish; what is told of it in numbers does not."""
    told = []
    for tap in (lambda world: None, a_tap):
        with undone():
            count_on_from_here()
            tap(world)
            with django_capture_on_commit_callbacks(execute=True):
                build = run.start_build(camp=world.camp, seconds=0.3)
            build.refresh_from_db()
            assert build.state == GridBuild.State.DONE
            told.append((build.told_attended, build.told_cost, build.told_gap, build.compared, build.costs))
            client = Client()
            client.force_login(world.olga.user, backend="django.contrib.auth.backends.ModelBackend")
            page = client.get(f"/{world.camp.slug}/draft/").content.decode()
            assert f"{build.attended} wishes" not in page
            assert str(build.limit) + " wishes" not in page
    assert told[0] == told[1]


def test_a_build_that_runs_says_no_number(world, sign_in):
    build = world.camp.grid_builds.create(state=GridBuild.State.RUNNING, attended=1234, limit=5678)
    page = sign_in(world.olga).get(f"/{world.camp.slug}/draft/").content.decode()
    assert "1234" not in page
    assert "5678" not in page
    progress = f"/{world.camp.slug}/draft/builds/{build.pk}/"
    part = sign_in(world.olga).get(progress, headers={"HX-Request": "true"}).content.decode()
    assert "1234" not in part


def test_no_etag_changes_by_a_tap_of_somebody_else(world, empty_cache):
    client = Client()
    client.force_login(world.ben.user, backend="django.contrib.auth.backends.ModelBackend")
    pages = [f"/{world.camp.slug}/{page}" for page in ("pitches/", f"pitches/{world.ducks.pk}/", "grid/", "my/")]
    for page in pages:
        client.get(page)
    etags = [client.get(page)["ETag"] for page in pages]
    a_tap(world)
    empty_cache()
    assert [client.get(page)["ETag"] for page in pages] == etags


def test_bars_of_a_few_are_not_drawn(world):
    found = advice.counted_of(DraftFigures.objects.get(draft__camp=world.camp)).figures
    assert all(bar % 5 == 0 for bar in found.bars)
    assert sum(found.bars) in (0, 5)


def test_an_order_does_not_tell_what_a_few_wish(world):
    """Nobody wants Geese, four want Ducks: both wait, in the order of their titles."""
    unplace_session(session=world.other)
    goose = PitchFactory(camp=world.camp, title="A goose")
    world.look_again()
    counted = advice.counted_of(DraftFigures.objects.get(draft__camp=world.camp))
    waiting = advice.waiting_pitches(read_draft(world.camp), counted)
    assert [item.pitch for item in waiting] == [goose, world.ducks, world.geese]
    assert {item.interested for item in waiting} == {0}


def test_my_own_tap_is_mine_at_once(world, sign_in):
    a_tap(world)
    page = sign_in(world.vera).get(f"/{world.camp.slug}/pitches/{world.ducks.pk}/").content.decode()
    assert re.search(rf'id="interested-{world.ducks.pk}"[^>]*aria-pressed="true"', page)
    assert Interest.objects.filter(attendee=world.vera, pitch=world.ducks).exists()
