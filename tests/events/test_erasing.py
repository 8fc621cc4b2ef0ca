"""Whoever is erased is found nowhere any more: not in the database, on no page, in no file, for nobody."""

from __future__ import annotations

import time
from threading import Event
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.claims import finish_claim, start_claim
from accounts.models import Claim, MailFailure, SentForm, User
from accounts.once import BACKEND
from accounts.signals import guest_claimed
from events import erasing, listed, stamps
from events.editing import archive_camp
from events.erasing import erase_attendee, erase_user
from events.frame import set_away
from events.invitations import invite
from events.joining import join_as_guest, join_camp, rename_attendee
from events.models import Attendee, ListedAddress
from events.roles import leave_camp
from exchange.models import Upload
from notes.models import Link, NoteRevision, WriteUp
from notes.services import save_note
from pitches.models import Interest, Pitch
from pitches.services import set_interest
from pitches.wishes import renew_wishes
from schedule.build import border, run
from schedule.draft.moves import place_session
from schedule.models import Draft
from schedule.wall.publish import publish_grid

from ..accounts.test_limits import at_once
from ..addresses import FullCamp, camp_addresses
from ..factories import AttendeeFactory, CampFactory, PitchFactory, UserFactory
from ..pitches.test_meanwhile import beside

NAME, EMAIL, OWN = "Xanthippe Quux", "xanthippe@quux.example", "Xylophones"


@pytest.fixture
def leaver(full_camp, olga) -> Attendee:
    """Has done everything that one can do in a camp."""
    camp = full_camp.camp
    user = User.objects.create_user(EMAIL)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    leaver = AttendeeFactory(camp=camp, user=user, display_name=NAME)
    own = PitchFactory(camp=camp, title=OWN, about=f"{OWN} for all", topic=OWN, hosts=[leaver], proposed_by=leaver)
    full_camp.pitch.hosts.add(leaver)
    for pitch in (own, full_camp.idea):
        set_interest(pitch=pitch, attendee=leaver, level=2)
    renew_wishes(camp=camp)
    place_session(pitch=own, room=full_camp.rooms[0], slot=full_camp.slots[2], by=leaver)
    set_away(attendee=leaver, slots=full_camp.slots[1:2], is_away=True, by=None)
    publish_grid(camp=camp, accept_broken=True, by=None)
    save_note(session=full_camp.session, text="Ducks, geese and swans.", by=leaver, base_revision=2)
    # A contradiction: kept aside.
    save_note(session=full_camp.session, text=f"{OWN}.", by=leaver, base_revision=1)
    Link.objects.create(session=full_camp.session, url="https://quux.example/", title=OWN, by=leaver)
    WriteUp.objects.create(camp=camp, session=full_camp.session, by=leaver, title=OWN, text=OWN)
    Upload.objects.create(camp=camp, by=leaver, files={"rooms.csv": "name,capacity\nAttic,5\n"})
    invite(camp=camp, by=olga.user, role="helper", email=EMAIL)
    ListedAddress.objects.create(camp=camp, email=EMAIL)
    MailFailure.objects.create(to=EMAIL, error="gone", failed_at=timezone.now())
    return leaver


def everything_stored() -> str:
    """All rows of all tables, as text."""
    return "\n".join(
        repr(row)
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values_list()
    )


def everything_shown(full_camp: FullCamp, *people: Attendee) -> str:
    """All that can be looked at, by these people and by strangers, and the file of whoever runs the machine."""
    shown = []
    for person in (None, *people):
        client = Client()
        if person:
            client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        for address in camp_addresses():
            response = client.get(full_camp.url(address))
            assert response.status_code < 500, address.name
            shown.append(response.content.decode(errors="replace"))
    return "\n".join(shown)


def test_the_test_would_find_them(full_camp, leaver, olga, ben):
    stored, shown = everything_stored(), everything_shown(full_camp, olga, ben)
    assert all(word in stored for word in (NAME, EMAIL, OWN, leaver.calendar_key))
    assert NAME in shown
    assert OWN in shown


def test_nothing_of_somebody_erased_with_their_account_is_left(full_camp, leaver, olga, ben, empty_cache, tmp_path):
    keys = [NAME, EMAIL, OWN, leaver.calendar_key]
    everything_shown(full_camp, olga, ben)
    erase_user(user=leaver.user, with_texts=True)
    stored = everything_stored()
    # Stale pages are found as those made anew.
    shown = everything_shown(full_camp, olga, ben)
    call_command("export_camp", full_camp.camp.slug, format="json", output=str(tmp_path / "camp.json"))
    shown += (tmp_path / "camp.json").read_text()
    assert [key for key in keys if key in stored or key in shown] == []
    # The text that many wrote stays.
    assert "Ducks, geese and swans." in shown
    assert not Interest.objects.filter(attendee_id=leaver.pk).exists()
    assert full_camp.pitch.hosts.get() == full_camp.host


def test_without_their_texts_the_name_alone_goes(full_camp, leaver, olga):
    assert NAME in everything_shown(full_camp, olga)
    pages = {a.name: full_camp.url(a) for a in camp_addresses() if hasattr(a.view, "is_fresh")}
    naming = [name for name, page in pages.items() if NAME.encode() in Client().get(page).content]
    etags = {name: Client().get(pages[name])["ETag"] for name in naming}
    erase_attendee(attendee=leaver, with_texts=False)
    stored, shown = everything_stored(), everything_shown(full_camp, olga)
    assert NAME not in stored
    assert NAME not in shown
    # No browser is told that the page it has is still right.
    assert {"schedule:grid_detail", "pitches:pitch_list", "notes:record_list"} <= set(naming)
    for name in naming:
        assert Client().get(pages[name], headers={"If-None-Match": etags[name]}).status_code == 200, name
    assert Pitch.objects.get(title=OWN).is_open
    assert WriteUp.objects.get(title=OWN).by is None
    assert Link.objects.get(title=OWN).by is None
    assert NoteRevision.objects.filter(is_aside=True, by=None).count() == 1
    # The account is for other camps.
    assert User.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize("with_account", [False, True])
def test_what_waits_to_be_told_to_them_goes_and_what_their_forms_said(client, full_camp, leaver, with_account):
    client.force_login(leaver.user, backend="django.contrib.auth.backends.ModelBackend")
    own, key = Pitch.objects.get(title=OWN), "a" * 32
    client.post(reverse("pitches:pitch_withdraw", args=[full_camp.camp.slug, own.pk]), {"form_key": key})
    rows = (User.objects.filter(email=EMAIL), SentForm.objects.filter(user=leaver.user_id))
    assert [OWN in str(list(found.values())) for found in rows] == [True, True]
    erase_user(user=leaver.user, with_texts=True) if with_account else erase_attendee(attendee=leaver, with_texts=True)
    assert [OWN in str(list(found.values())) for found in rows] == [False, False]
    # What was sent is not done anew.
    assert SentForm.objects.exists() is not with_account


def test_what_they_typed_into_notes_and_was_merged_goes_with_them(client, full_camp, leaver):
    """It is kept beside the key of the form for when it is put right, and is their text."""
    client.force_login(leaver.user, backend="django.contrib.auth.backends.ModelBackend")
    session, typed = full_camp.session, "My secret = a plan"
    address = f"/{full_camp.camp.slug}/sessions/{session.pk}/notes/"
    answer = client.post(address, {"text": f"{typed}\n\nGood", "base": 0, "form_key": "b" * 32})
    assert answer.status_code in (302, 422)
    rows = SentForm.objects.filter(user=leaver.user_id)
    assert any(typed in str(made) for made in rows.values_list("made", flat=True)), list(rows.values())
    erase_attendee(attendee=leaver, with_texts=True)
    assert not any(typed in str(made) for made in rows.values_list("made", flat=True))


def test_lists_of_one_camp_forget_with_it_and_all_with_the_account(full_camp, leaver):
    camp, other = full_camp.camp, CampFactory(slug="another")
    for listing in (camp, other):
        listing.listed_addresses.get_or_create(email=EMAIL)
        invite(camp=listing, by=UserFactory(), role="helper", email=EMAIL)
    erase_attendee(attendee=leaver, with_texts=True)
    assert not camp.listed_addresses.filter(email=EMAIL).exists()
    assert not camp.invitations.filter(email=EMAIL).exists()
    assert other.listed_addresses.filter(email=EMAIL).exists()
    erase_user(user=leaver.user, with_texts=True)
    assert not other.listed_addresses.filter(email=EMAIL).exists()
    assert not other.invitations.filter(email=EMAIL).exists()


def test_whoever_reads_the_notes_is_sent_them_anew(full_camp, leaver):
    part = stamps.notes_of(full_camp.session.pk)
    before = stamps.read(full_camp.camp, part)
    erase_attendee(attendee=leaver, with_texts=True)
    assert stamps.read(full_camp.camp, part) > before


def test_a_pitch_that_somebody_else_hosts_stays(full_camp, leaver, cleo):
    own = Pitch.objects.get(title=OWN)
    own.hosts.add(cleo)
    erase_attendee(attendee=leaver, with_texts=True)
    assert Pitch.objects.get(title=OWN).is_open


def test_the_erased_pitch_is_off_the_draft_and_cancelled_on_the_wall(full_camp, leaver):
    session = Pitch.objects.get(title=OWN).sessions.get()
    before = Draft.revision_of(full_camp.camp)
    erase_attendee(attendee=leaver, with_texts=True)
    assert not session.cells.exists()
    assert Draft.revision_of(full_camp.camp) > before
    calendar = Client().get(f"/{full_camp.camp.slug}/calendar.ics").content.decode()
    assert "STATUS:CANCELLED" in calendar


def test_an_archived_camp_forgets_too(full_camp, leaver, olga):
    archive_camp(camp=full_camp.camp)
    client = Client()
    client.force_login(leaver.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/{full_camp.camp.slug}/erase/", {"texts": "on"}).status_code == 302
    assert NAME not in everything_stored()
    assert OWN not in everything_shown(full_camp, olga)


def test_the_next_in_the_queue_gets_the_place(camp, ben, cleo):
    camp.capacity = 2
    camp.save()
    waiting = AttendeeFactory(camp=camp, is_waiting=True)
    erase_attendee(attendee=ben, with_texts=True)
    waiting.refresh_from_db()
    assert not waiting.is_waiting


def test_calendars_are_told_that_somebody_erased_leads_no_more(full_camp, olga):
    """The name goes from the text of the session: SEQUENCE and LAST-MODIFIED say so."""
    co_host = AttendeeFactory(camp=full_camp.camp, display_name=NAME)
    full_camp.pitch.hosts.add(co_host)
    before = full_camp.session
    before.refresh_from_db()
    erase_attendee(attendee=co_host, with_texts=False)
    after = type(before).objects.get(pk=before.pk)
    assert after.sequence == before.sequence + 1
    assert after.told_at > before.told_at


@pytest.mark.parametrize("is_running", [False, True])
def test_a_build_does_not_tell_the_title_of_what_was_erased(sign_in, camp, olga, rooms, slots, monkeypatch, is_running):
    """Neither a build that is done nor one that ends after it."""
    leaver = AttendeeFactory(camp=camp, display_name=NAME)
    PitchFactory(camp=camp, title=OWN, hosts=[leaver]).not_in.set(slots)
    best_grid = border.best_grid

    def best_grid_and_meanwhile(*arguments, **named):
        found = best_grid(*arguments, **named)
        if is_running:
            erase_attendee(attendee=leaver, with_texts=True)
        return found

    monkeypatch.setattr(border, "best_grid", best_grid_and_meanwhile)
    build = run.start_build(camp=camp, seconds=0.1)
    run.run_build(build=build)
    page = reverse("schedule:draft_detail", args=[camp.slug])
    if not is_running:
        html = sign_in(olga).get(page).content.decode()
        assert OWN in html
        assert "There is no slot left that its hosts can make." in html
        erase_attendee(attendee=leaver, with_texts=True)
    assert OWN not in everything_stored()
    html = sign_in(olga).get(page).content.decode()
    assert OWN not in html
    assert "There is no slot left that its hosts can make." not in html


def test_the_last_organiser_is_told_what_to_do_and_nothing_is_done(client, camp, olga):
    other = CampFactory(slug="another")
    AttendeeFactory(camp=other, user=olga.user, display_name="Olga")
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/me/erase/", {"texts": "on"})
    assert response.status_code == 422
    sentence = "Lakeside 2030: A camp needs an organiser. Make somebody else one first. Or delete the camp first."
    assert sentence in response.content.decode()
    assert other.attendees.filter(user=olga.user).exists()
    assert client.post(f"/{camp.slug}/erase/", {}).status_code == 422
    with pytest.raises(ValidationError):
        erase_user(user=olga.user, with_texts=False)


def test_a_guest_who_is_erased_from_their_only_camp_is_signed_out_and_gone(client, camp, olga):
    guest = join_as_guest(camp=camp, display_name="Teapot")
    client.force_login(guest.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/{camp.slug}/erase/").content.decode()
    assert "Nobody can bring them back." in page
    response = client.post(f"/{camp.slug}/erase/", {"texts": "on"}, follow=True)
    assert "You are erased from Lakeside 2030." in response.content.decode()
    assert not User.objects.filter(pk=guest.user_id).exists()
    assert not Attendee.objects.filter(pk=guest.pk).exists()
    assert "_auth_user_id" not in client.session


def test_a_guest_with_another_camp_stays_signed_in(client, camp, olga):
    guest = join_as_guest(camp=camp, display_name="Teapot")
    AttendeeFactory(camp=CampFactory(slug="another"), user=guest.user, display_name="Kettle")
    client.force_login(guest.user, backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"/{camp.slug}/erase/", {"texts": "on"})
    assert client.session["_auth_user_id"] == str(guest.user_id)


def test_the_whole_account_by_its_page_and_a_second_tap(client, camp, cleo):
    client.force_login(cleo.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/me/erase/").content.decode()
    assert "Lakeside 2030" in page
    first = client.post("/me/erase/", {"texts": "on"}, follow=True)
    assert "You are erased from Campgrid." in first.content.decode()
    second = client.post("/me/erase/", {"texts": "on"}, follow=True)
    assert "there is nothing left to erase" in second.content.decode()
    assert client.get("/me/erase/").status_code == 302
    signed_in = {session.get_decoded().get("_auth_user_id") for session in Session.objects.all()}
    assert str(cleo.user_id) not in signed_in


def test_the_ways_in_are_where_one_looks(client, camp, cleo):
    client.force_login(cleo.user, backend="django.contrib.auth.backends.ModelBackend")
    assert f'href="/{camp.slug}/erase/"' in client.get(f"/{camp.slug}/leave/").content.decode()
    assert 'href="/me/erase/"' in client.get("/me/").content.decode()


def test_a_name_taken_before_is_nowhere_either(full_camp, leaver):
    """Former names are kept by nothing."""
    rename_attendee(attendee=leaver, display_name="Somebody")
    assert NAME not in everything_stored()


def test_a_guest_erases_the_account_with_its_last_camp(client, camp, olga):
    guest = join_as_guest(camp=camp, display_name="Teapot")
    client.force_login(guest.user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/me/erase/", {"texts": "on"}, follow=True)
    assert "You are erased from Campgrid." in response.content.decode()
    assert not User.objects.filter(pk=guest.user_id).exists()


def test_a_camp_that_was_left_before_forgets_too(full_camp, leaver):
    """Leaving keeps the name there, for others; with the account it goes, also where one came back since."""
    user = leaver.user
    gone = AttendeeFactory(camp=CampFactory(slug="another"), user=user, display_name=NAME)
    leave_camp(attendee=gone)
    leave_camp(attendee=leaver)
    back = AttendeeFactory(camp=full_camp.camp, user=user, display_name="Back again")
    assert NAME in everything_stored()
    erase_user(user=user, with_texts=True)
    stored = everything_stored()
    assert [word for word in (NAME, EMAIL, OWN, "Back again") if word in stored] == []
    assert not Attendee.objects.filter(pk__in=[gone.pk, leaver.pk, back.pk]).exists()


def test_erased_from_one_camp_so_is_what_was_left_there_and_only_there(full_camp, leaver):
    user = leaver.user
    gone = AttendeeFactory(camp=CampFactory(slug="another"), user=user, display_name="Elsewhere")
    leave_camp(attendee=gone)
    leave_camp(attendee=leaver)
    back = AttendeeFactory(camp=full_camp.camp, user=user, display_name="Back again")
    erase_attendee(attendee=back, with_texts=False)
    assert NAME not in everything_stored()
    assert Attendee.objects.filter(pk=gone.pk).exists()


def test_what_a_guest_left_is_the_accounts_to_erase_once_they_keep_their_place(camp, cleo):
    guest = join_as_guest(camp=CampFactory(slug="another"), display_name="Teapot")
    leave_camp(attendee=guest)
    left = User.objects.get(pk=guest.was_of_id)
    guest_claimed.send(sender=User, guest=left, account=cleo.user)
    erase_user(user=cleo.user, with_texts=False)
    assert "Teapot" not in everything_stored()


def test_a_guest_who_left_a_camp_can_be_erased_from_there_after_their_last_one(client, camp, olga):
    guest = join_as_guest(camp=camp, display_name="Teapot")
    left = AttendeeFactory(camp=CampFactory(slug="another"), user=guest.user, display_name="Kettle")
    leave_camp(attendee=left)
    erase_attendee(attendee=guest, with_texts=False)
    erase_user(user=User.objects.get(pk=guest.user_id), with_texts=False)
    assert not Attendee.objects.filter(pk=left.pk).exists()
    assert not User.objects.filter(pk=guest.user_id).exists()


def test_whose_place_it_was_is_told_to_nobody(full_camp, leaver, olga, tmp_path):
    leave_camp(attendee=leaver)
    call_command("export_camp", full_camp.camp.slug, format="json", output=str(tmp_path / "camp.json"))
    shown = everything_shown(full_camp, olga) + (tmp_path / "camp.json").read_text()
    assert "was_of" not in shown
    # On the page of people the organiser reads the address of an invitation she mailed herself.
    full_camp.camp.invitations.all().delete()
    assert EMAIL not in everything_shown(full_camp, olga)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer, and holds no rows")
def test_an_address_that_is_taken_off_a_list_as_its_person_is_erased_goes_once(transactional_db, monkeypatch):
    """Each would wait for what the other holds, and the database would end one of the two (deadlock)."""
    camp, user, is_off = CampFactory(), UserFactory(email=EMAIL), Event()
    listed.list_addresses(camp=camp, emails=[EMAIL])

    def bump_later(*parts: object) -> None:
        # The row is held, what counts it is not yet.
        is_off.set()
        time.sleep(0.5)
        stamps.bump(*parts)

    monkeypatch.setattr(listed, "stamps", SimpleNamespace(bump=bump_later, CROWD=stamps.CROWD))

    def erase() -> None:
        is_off.wait()
        erase_user(user=user, with_texts=True)

    assert at_once(lambda: listed.unlist_addresses(camp=camp, emails=[EMAIL]), erase) == [1, None]
    assert not User.objects.exists()


# -- at the same moment --------------------------------------------------------------------------------------------

many_writers = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")


@many_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guest", [False, True])
def test_a_camp_that_is_joined_while_one_is_erased_is_left_with_the_others(monkeypatch, is_guest):
    """The account could not go for the new place, and nobody was told why."""
    camp, other = CampFactory(), CampFactory()
    person = join_as_guest(camp=camp, display_name=NAME) if is_guest else AttendeeFactory(camp=camp)
    user, erase = User.objects.get(pk=person.user_id), erasing.erase_attendee
    browser = Client(raise_request_exception=False)
    browser.force_login(user, backend=BACKEND)
    with beside(lambda: join_camp(camp=other, user=user, display_name=NAME)) as begin:
        monkeypatch.setattr(erasing, "erase_attendee", in_turn(begin, erase))
        answer = browser.post("/me/erase/", {"texts": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not User.objects.filter(pk=user.pk).exists()
    assert not other.attendees.exists()


def in_turn(first, second):
    """As `second`, but the first time `first` is done before it."""
    waiting = [first]

    def do(**said):
        if waiting:
            waiting.pop()()
        return second(**said)

    return do


@many_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["new@example.org", "known@example.org"])
@pytest.mark.parametrize("was_in", [False, True])
def test_whoever_keeps_their_place_while_it_is_erased_is_told_nothing_false(address, was_in):
    """They were told that they are erased while all they did stood in the place that theirs became one with; or the
    account went that the guest had become.
    """
    camp = CampFactory()
    known = UserFactory(email="known@example.org")
    if was_in:
        AttendeeFactory(camp=camp, user=known, display_name=NAME)
    guest, answers = join_as_guest(camp=camp, display_name=NAME), []
    browser = Client(raise_request_exception=False)
    browser.force_login(guest.user, backend=BACKEND)
    start_claim(guest=guest.user, email=address)
    erase = lambda: answers.append(browser.post(f"/{camp.slug}/erase/", {"texts": "on"}))  # noqa: E731
    with beside(erase) as begin, transaction.atomic():
        account = finish_claim(claim=Claim.objects.get())
        begin()
    is_there = Attendee.objects.filter(user=account).exists()
    assert [answer.status_code for answer in answers] == [409 if is_there else 302]
    assert User.objects.filter(pk=account.pk).exists()
