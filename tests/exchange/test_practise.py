"""Practise: a copy of the camp in which everything may be tried, and that nobody is told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.cleaning import clean_up
from config.models import Chore
from events.editing import delete_camp
from events.erasing import erase_attendee, erase_user
from events.invitations import invite
from events.joining import join_camp, may_join
from events.models import Attendee, Camp, DeletedCamp, Role, Room, Slot, Stamp
from events.news import mail_waiting_news, tell
from events.roles import change_role
from exchange.json_export import Secrets, export_camp
from exchange.practice import making
from exchange.practice.making import Begins, open_practice, practice_of
from exchange.practice.names import FIRST
from notes.models import Note
from pitches.models import Interest, Pitch
from schedule.draft.moves import pin_session, place_session
from schedule.models import Cell, Draft, Telling
from schedule.wall.mailing import mail_what_changed, start_mails
from schedule.wall.publish import publish_grid
from schedule.wall.telling import remind_soon, tell_what_waits

from ..factories import AttendeeFactory, CampFactory, PitchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(camp, olga, rooms, slots) -> Camp:
    """A camp with real people, who want and wrote things."""
    hosts = [AttendeeFactory(camp=camp, display_name=name) for name in ("Zebedee Real", "Ottoline Real")]
    rooms[0].online_url = "https://meet.example/real"
    rooms[0].save()
    rooms[1].closed_in.add(slots[2])
    one = PitchFactory(camp=camp, title="Knots", topic="Ropes", hosts=[hosts[0]], proposed_by=hosts[0], needs=["quiet"])
    two = PitchFactory(camp=camp, title="Ducks", topic="Birds", hosts=hosts, length=2, runs=2)
    two.not_in.add(slots[0])
    two.after.add(one)
    gone = PitchFactory(camp=camp, title="Gone", hosts=[hosts[1]])
    gone.withdraw()
    Interest.objects.create(pitch=one, attendee=hosts[1], level=2)
    session = place_session(pitch=one, room=rooms[0], slot=slots[0])
    session.notes_rule = "none"
    session.save(update_fields=["notes_rule"])
    pin_session(session=session, is_pinned=True, by=olga)
    Note.objects.create(session=session, text="What Zebedee Real said")
    Draft.objects.filter(camp=camp).update(fairness=9, calm=0)
    camp.musts_each = 5
    camp.save()
    return camp


def practise(camp, olga, **how) -> Camp:
    return open_practice(source=camp, by=olga, **how)[0]


# -- what is in it ---------------------------------------------------------------------------------------------


def test_all_but_people_is_the_same_in_the_copy(full, olga):
    copy = practise(full, olga)
    assert copy.musts_each == 5
    assert list(copy.rooms.values_list("name", "capacity")) == list(full.rooms.values_list("name", "capacity"))
    assert [(s.kind, s.title, s.minutes) for s in copy.slots.all()] == [
        (s.kind, s.title, s.minutes) for s in full.slots.all()
    ]
    assert set(copy.pitches.values_list("title", "topic", "length", "runs")) == {
        ("Knots", "Ropes", 1, 1),
        ("Ducks", "Birds", 2, 2),
    }
    ducks, knots = copy.pitches.get(title="Ducks"), copy.pitches.get(title="Knots")
    first = copy.slots.for_sessions().order_by("starts_at")[0]
    assert list(ducks.not_in.all()) == [first]
    assert list(ducks.after.all()) == [knots]
    assert knots.needs == ["quiet"]
    [cell] = Cell.objects.filter(session__camp=copy)
    assert (cell.session.pitch, cell.session.is_pinned, cell.session.notes_rule) == (knots, True, "none")
    assert (cell.slot, cell.room.name) == (first, full.rooms.all()[0].name)
    assert (Draft.of(copy).fairness, Draft.of(copy).calm) == (9, 0)
    assert [room.name for room in copy.rooms.filter(closed_in__isnull=False)] == [full.rooms.all()[1].name]


#: what is not the same in the copy, and why
ANOTHER = {
    Camp: {
        "id": "a row of its own", "slug": "the same", "name": "says what it is", "code": "nobody joins it",
        "starts_on": "the days move", "ends_on": "the same", "is_public": "it is on no list", "joining": "nobody joins it",
        "archived_at": "it is tried while it can be changed", "practice_of": "which camp it is of", "created_at": "its day begins",
    },
    Room: {"id": "a row of its own", "camp": "the copy", "features": "with a meeting, if it had one", "online_url": "a real meeting"},
    Pitch: {
        "id": "a row of its own", "camp": "the copy", "proposed_by": "a person", "withdrawn_at": "those that are open are copied",
        "merged_into": "the same", "import_key": "of files of the camp",
    },
}  # fmt: skip


@pytest.mark.parametrize(("model", "same"), [(Camp, making.SAME), (Room, making.OF_ROOM), (Pitch, making.OF_PITCH)])
def test_of_each_field_it_is_said_whether_the_copy_has_it(model, same):
    """A new field is copied, or stands above."""
    ours = {field.name for field in model._meta.fields}
    assert set(same) | ANOTHER[model].keys() == ours
    assert not set(same) & ANOTHER[model].keys()


def test_no_real_person_is_in_the_copy_but_those_who_run_the_camp(full, olga):
    copy = practise(full, olga)
    [organiser] = copy.attendees.exclude(user=None)
    assert (organiser.user, organiser.role) == (olga.user, Role.ORGANISER)
    names = set(copy.attendees.exclude(user=None).values_list("display_name", flat=True))
    invented = set(copy.attendees.filter(user=None).values_list("display_name", flat=True))
    assert not invented & set(full.attendees.values_list("display_name", flat=True))
    assert names == {olga.display_name}
    assert "Real" not in str(export_camp(copy, with_interest=True, secrets=Secrets.OF_PEOPLE))


def test_no_invented_name_is_that_of_somebody_in_the_camp(camp, olga):
    for name in FIRST:
        AttendeeFactory(camp=camp, display_name=name)
    invented = practise(camp, olga).attendees.filter(user=None).values_list("display_name", flat=True)
    assert not set(invented) & set(FIRST)


def test_hosts_are_invented_and_who_leads_two_leads_both(full, olga):
    copy = practise(full, olga)
    knots, ducks = copy.pitches.get(title="Knots"), copy.pitches.get(title="Ducks")
    [host] = knots.hosts.all()
    assert host in ducks.hosts.all()
    assert ducks.hosts.count() == 2
    assert host.user is None
    assert knots.proposed_by is None


def test_no_note_and_no_link_to_a_real_meeting_is_in_the_copy(full, olga):
    copy = practise(full, olga)
    assert not Note.objects.filter(session__camp=copy).exists()
    assert set(copy.rooms.values_list("online_url", flat=True)) == {""}
    # What needs such a room finds one all the same.
    assert "online" in copy.rooms.all()[0].offers


def test_interest_is_invented_and_does_not_depend_on_what_people_want(full, olga):
    """The same seed, and other real interests: the same invented ones."""

    def invented(copy):
        rows = Interest.objects.filter(pitch__camp=copy)
        return sorted(rows.values_list("pitch__title", "attendee__display_name", "level"))

    first = practise(full, olga, seed=7)
    before = invented(first)
    assert len(before) > 40
    for person in [AttendeeFactory(camp=full) for _n in range(3)]:
        Interest.objects.create(pitch=full.pitches.get(title="Ducks"), attendee=person)
    Interest.objects.filter(pitch__camp=full, level=2).delete()
    again = practise(full, olga, seed=7, instead_of=first.pk)
    assert again.pk != first.pk
    assert invented(again) == before


def test_nobody_is_interested_in_what_they_host(full, olga):
    copy = practise(full, olga, seed=3)
    hosting = set(Pitch.hosts.through.objects.filter(pitch__camp=copy).values_list("pitch_id", "attendee_id"))
    assert not hosting & set(Interest.objects.filter(pitch__camp=copy).values_list("pitch_id", "attendee_id"))


def test_a_camp_without_pitches_gets_invented_ones(camp, olga, rooms, slots):
    assert practise(camp, olga).pitches.count() > 20


def test_what_is_published_is_published_in_the_copy_too(full, olga):
    assert not practise(full, olga).grid_versions.exists()
    publish_grid(camp=full, by=olga)
    copy = practise(full, olga, instead_of=practice_of(full).pk)
    assert [p.session.pitch.title for p in copy.grid_versions.get().placements.all()] == ["Knots"]


# -- its days --------------------------------------------------------------------------------------------------


def test_the_practice_day_begins_now(full, olga):
    copy = practise(full, olga, begins=Begins.NOW)
    first = copy.slots.for_sessions().order_by("starts_at")[0]
    assert timedelta() <= timezone.now() - first.starts_at < timedelta(minutes=6)
    assert copy.is_running
    was = full.slots.order_by("starts_at")
    assert [s.starts_at - was[0].starts_at for s in was] == [
        s.starts_at - copy.slots.order_by("starts_at")[0].starts_at for s in copy.slots.order_by("starts_at")
    ]
    assert all(copy.holds(slot.starts_at) for slot in copy.slots.all())


def test_or_tomorrow_at_its_own_times(full, olga):
    copy = practise(full, olga, begins=Begins.TOMORROW)
    assert copy.starts_on == full.today() + timedelta(days=1)
    clocks = [[s.starts_at.astimezone(c.tz).time() for s in c.slots.all()] for c in (full, copy)]
    assert clocks[0] == clocks[1]


@pytest.mark.parametrize("hour", [0, 5, 9, 17, 22, 23])
def test_it_begins_now_at_any_hour(full, olga, hour, monkeypatch):
    now = timezone.now().replace(hour=hour, minute=58)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    copy = practise(full, olga)
    assert all(copy.holds(slot.starts_at) for slot in copy.slots.all())
    assert copy.is_running


# -- one at a time ---------------------------------------------------------------------------------------------


def test_pressing_again_offers_the_one_that_is_there(full, olga):
    first, is_new = open_practice(source=full, by=olga)
    assert is_new
    assert open_practice(source=full, by=olga) == (first, False)


def test_a_new_one_takes_the_place_of_the_one_that_was_seen_alone(full, olga):
    first = practise(full, olga)
    second = practise(full, olga, instead_of=first.pk)
    assert not Camp.objects.filter(pk=first.pk).exists()
    # A page from before: the new one stays.
    assert practise(full, olga, instead_of=first.pk) == second


def test_the_database_holds_one_copy_of_a_camp(full, olga):
    practise(full, olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        CampFactory(practice_of=full)


def test_a_copy_is_not_copied(full, olga):
    copy = practise(full, olga)
    with pytest.raises(ValidationError, match="practice copy"):
        open_practice(source=copy, by=copy.attendees.get(user=olga.user))


def test_whoever_runs_the_camp_since_runs_the_copy_too(full, olga, sign_in):
    copy = practise(full, olga)
    new = AttendeeFactory(camp=full, role=Role.ORGANISER)
    assert sign_in(new).get(copy.get_absolute_url()).status_code == 404
    assert practise(full, new) == copy
    assert sign_in(new).get(copy.get_absolute_url()).status_code == 200


# -- nobody gets in, nothing gets out --------------------------------------------------------------------------


PAGES = ["", "grid/", "pitches/", "calendar.ics", "accent.css", "join/", "manifest.webmanifest", "kept.json", "nope/"]


@pytest.mark.parametrize("page", PAGES)
def test_strangers_find_nothing_and_no_word_of_it(client, full, olga, page):
    publish_grid(camp=full, by=olga)
    copy = practise(full, olga)
    answer = client.get(f"{copy.get_absolute_url()}{page}")
    assert answer.status_code == 404
    assert copy.name not in answer.content.decode()
    assert full.name not in answer.content.decode()


def test_people_of_the_camp_and_its_helpers_find_nothing(sign_in, full, olga):
    copy = practise(full, olga)
    for role in (Role.ATTENDEE, Role.HELPER):
        person = AttendeeFactory(camp=full, role=role)
        assert sign_in(person).get(copy.get_absolute_url()).status_code == 404


def test_whoever_runs_the_camp_no_more_is_out_of_the_copy(sign_in, full, olga):
    other = AttendeeFactory(camp=full, role=Role.ORGANISER)
    copy = practise(full, olga)
    assert sign_in(other).get(copy.get_absolute_url()).status_code == 200
    change_role(attendee=other, role=Role.HELPER, by=olga)
    assert sign_in(other).get(copy.get_absolute_url()).status_code == 404


def test_no_code_leads_into_it(client, full, olga):
    copy = practise(full, olga)
    assert client.get(f"/j/{copy.code}/").status_code == 422
    user = User.objects.create_user("stranger@example.org")
    with pytest.raises(ValidationError, match="practice copy"):
        join_camp(camp=copy, user=user, display_name="Stray", code=copy.code, invited=True)
    assert not may_join(copy, user, copy.code)


def test_nobody_is_invited_to_it(full, olga):
    copy = practise(full, olga)
    for email in ("", "new@example.org"):
        with pytest.raises(ValidationError, match="practice copy"):
            invite(camp=copy, by=olga.user, role=Role.HELPER, email=email)
    assert mail.outbox == []


def test_a_calendar_of_somebody_in_it_is_not_there(client, full, olga):
    publish_grid(camp=full, by=olga)
    copy = practise(full, olga)
    key = copy.attendees.get(user=olga.user).calendar_key
    assert client.get(f"{copy.get_absolute_url()}my/{key}.ics").status_code == 404


def test_it_is_in_no_list(sign_in, full, olga):
    copy = practise(full, olga)
    for browser in (Client(), sign_in(olga)):
        for page in ("/", "/me/"):
            assert copy.slug not in browser.get(page).content.decode()
    assert copy not in Camp.objects.listed()


def test_it_stays_in_no_list_when_its_settings_say_otherwise(client, full, olga):
    copy = practise(full, olga)
    Camp.objects.filter(pk=copy.pk).update(is_public=True, joining="open")
    assert copy.slug not in client.get("/").content.decode()
    assert client.get(copy.get_absolute_url()).status_code == 404


def test_search_engines_and_devices_keep_nothing_of_it(sign_in, full, olga):
    copy = practise(full, olga)
    Camp.objects.filter(pk=copy.pk).update(is_public=True, joining="open")
    answer = sign_in(olga).get(f"{copy.get_absolute_url()}grid/")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert len(answer["Campgrid-Page"].split()) == 1
    assert sign_in(olga).get(f"{copy.get_absolute_url()}kept.json").json()["pages"] == []


def test_nothing_done_in_it_is_mailed_or_sent(full, olga, monkeypatch, django_capture_on_commit_callbacks):
    """Somebody who asked for everything there is, and hosts what moves."""
    sent = []
    monkeypatch.setattr("schedule.wall.telling.send", lambda device, message: sent.append(message))
    copy = practise(full, olga)
    me = copy.attendees.get(user=olga.user)
    session = copy.sessions.get()
    session.pitch.hosts.set([me])
    start_mails(attendee=me)
    Telling.objects.create(attendee=me, is_before=True, is_by_mail=True)
    me.devices.create(endpoint="https://fcm.googleapis.com/fcm/send/x", p256dh="x", auth="x", vapid="x", name="x")
    with django_capture_on_commit_callbacks(execute=True):
        publish_grid(camp=copy, by=None, accept_broken=True)
        copy.rooms.create(name="Shed")
        free = copy.slots.for_sessions().order_by("-starts_at")[0]
        place_session(pitch=session.pitch, session=session, room=copy.rooms.get(name="Shed"), slot=free)
        publish_grid(camp=copy, by=None, accept_broken=True)
        tell(people=[me], kind="role", by=None, role=Role.HELPER)
        mail_what_changed()
        mail_waiting_news()
        tell_what_waits()
        remind_soon()
    assert me.news or Attendee.objects.get(pk=me.pk).news
    assert mail.outbox == []
    assert sent == []


def test_exports_of_the_camp_know_nothing_of_it(full, olga):
    before = export_camp(full, with_interest=True, secrets=Secrets.OF_CAMP)
    practise(full, olga)
    assert export_camp(full, with_interest=True, secrets=Secrets.OF_CAMP) == before


def test_the_camp_itself_stays_as_it_is(full, olga):
    def rows():
        return {
            model.__name__: sorted(map(repr, model.objects.filter(camp=full).values_list()))
            for model in (Attendee, Slot, Pitch, Stamp, Draft)
        }

    before = rows()
    practise(full, olga)
    assert rows() == before


# -- erased ----------------------------------------------------------------------------------------------------


def test_it_is_erased_a_day_later_by_whichever_worker(full, olga):
    copy = practise(full, olga)
    clean_up()
    assert Camp.objects.filter(pk=copy.pk).exists()
    Camp.objects.filter(pk=copy.pk).update(created_at=timezone.now() - timedelta(days=1))
    Chore.objects.all().delete()
    clean_up()
    assert list(Camp.objects.all()) == [full]
    assert not DeletedCamp.objects.exists()
    assert Attendee.objects.filter(camp=full).count() == full.attendees.count()


def test_its_pages_are_gone_before_a_worker_has_looked(sign_in, full, olga):
    copy = practise(full, olga)
    Camp.objects.filter(pk=copy.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert sign_in(olga).get(copy.get_absolute_url()).status_code == 404
    assert practise(full, olga) != copy


def test_with_the_camp_goes_its_copy(full, olga):
    publish_grid(camp=full, by=olga)
    practise(full, olga)
    delete_camp(camp=full, typed_name=full.name)
    assert not Camp.objects.exists()
    assert DeletedCamp.objects.count() == 1


def test_whoever_is_erased_is_erased_from_the_copy(full, olga):
    other = AttendeeFactory(camp=full, role=Role.ORGANISER, display_name="Oscar")
    copy = practise(full, olga)
    erase_user(user=other.user, with_texts=True)
    assert not copy.attendees.filter(display_name="Oscar").exists()
    assert copy.attendees.filter(user=olga.user).exists()


def test_whoever_is_erased_from_the_camp_alone_is_erased_from_its_copy(full, olga):
    other = AttendeeFactory(camp=full, role=Role.ORGANISER, display_name="Oscar")
    copy = practise(full, olga)
    erase_attendee(attendee=other, with_texts=True)
    assert not copy.attendees.filter(display_name="Oscar").exists()


def test_a_copy_that_nobody_is_left_to_run_goes_with_whoever_is_erased(full, olga):
    copy = practise(full, olga)
    AttendeeFactory(camp=full, role=Role.ORGANISER)
    erase_user(user=olga.user, with_texts=True)
    assert not Camp.objects.filter(pk=copy.pk).exists()


# -- pages -----------------------------------------------------------------------------------------------------


def test_an_organiser_makes_it_by_one_press_and_erases_it_by_another(sign_in, full, olga):
    client = sign_in(olga)
    page = client.get(f"/{full.slug}/practise/")
    assert "erased a day after it was made" in page.content.decode()
    made = client.post(f"/{full.slug}/practise/", {"begins": "now"})
    copy = practice_of(full)
    assert made.url == copy.get_absolute_url()
    assert "Nobody is told anything." in client.get(made.url).content.decode()
    ask = client.get(f"/{copy.slug}/practise/erase/")
    assert ask.url == f"/{full.slug}/practise/erase/"
    erased = client.post(ask.url, {"practice": copy.pk})
    assert erased.url == full.get_absolute_url()
    assert practice_of(full) is None


def test_a_press_on_an_old_page_erases_no_new_copy(sign_in, full, olga):
    first = practise(full, olga)
    second = practise(full, olga, instead_of=first.pk)
    sign_in(olga).post(f"/{full.slug}/practise/erase/", {"practice": first.pk})
    assert practice_of(full) == second


def test_a_wrong_choice_is_told_beside_the_field(sign_in, full, olga):
    answer = sign_in(olga).post(f"/{full.slug}/practise/", {"begins": "never"})
    assert answer.status_code == 422
    assert practice_of(full) is None


def test_nobody_but_an_organiser_practises(sign_in, full):
    for role, status in ((Role.HELPER, 403), (Role.ATTENDEE, 403)):
        person = AttendeeFactory(camp=full, role=role)
        assert sign_in(person).post(f"/{full.slug}/practise/", {"begins": "now"}).status_code == status
    assert practice_of(full) is None


BAND = "It is erased on"
MARKED = [
    "", "pitches/", "grid/", "grid/print/", "my/", "draft/", "draft/repair/", "draft/wall/", "settings/", "rooms/", "slots/", "people/",
    "paper/", "paper/cards/", "paper/cells/", "paper/pack/", "paper/pack/file/", "paper/sheet/", "poster/", "import/", "export/",
    "something-is-wrong/", "record/",
]  # fmt: skip


@pytest.mark.parametrize("page", MARKED)
def test_every_page_of_it_says_what_it_is(sign_in, full, olga, page):
    publish_grid(camp=full, by=olga)
    copy, client = practise(full, olga), sign_in(olga)
    html = client.get(f"/{copy.slug}/{page}").content.decode()
    assert f"Practice copy of {full.name}." in html
    assert BAND in html
    assert BAND not in client.get(f"/{full.slug}/{page}").content.decode()


def test_its_errors_say_so_too(sign_in, full, olga, monkeypatch):
    copy, client = practise(full, olga), sign_in(olga)
    lost = client.get(f"/{copy.slug}/pitches/999999/")
    assert lost.status_code == 404
    assert BAND in lost.content.decode()
    refused = client.post(f"/{copy.slug}/settings/", {"name": ""})
    assert refused.status_code == 422
    assert BAND in refused.content.decode()
    client.raise_request_exception = False
    monkeypatch.setattr("schedule.views.paper.pack_of", lambda *_: 1 / 0)
    broken = client.get(f"/{copy.slug}/paper/pack/")
    assert broken.status_code == 500
    assert BAND in broken.content.decode()


def test_nothing_offers_to_practise_in_a_copy(sign_in, full, olga):
    copy, client = practise(full, olga), sign_in(olga)
    assert f"/{copy.slug}/practise/" not in client.get(f"/{copy.slug}/").content.decode()
    assert f"/{full.slug}/practise/" in client.get(f"/{full.slug}/").content.decode()
