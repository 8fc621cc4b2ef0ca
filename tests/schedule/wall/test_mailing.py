"""Sessions by mail (iTIP): off until asked, each change once, at once on publish, stopped by whoever reads the mail."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from icalendar import Calendar

from accounts.models import User
from config import worker
from config.worker import look_for_mails
from events.editing import archive_camp, delete_camp
from events.erasing import erase_attendee
from events.frame import close_rooms
from events.merging import merge_attendees
from events.models import Attendee
from events.roles import leave_camp, remove_attendee
from exchange.json_export import export_camp
from pitches.services import set_interest, withdraw_pitch
from schedule.draft import moves
from schedule.models import MailedCalendar, MailedSession, Session
from schedule.wall import feeds, mailing
from schedule.wall.mailing import due, mail_sessions, mail_what_changed, start_mails, stop_mails, who_asked
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, publish_anew

LINK = "https://meet.example.org/barn"


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    pitch = PitchFactory(camp=camp, title="Knots", about="How to tie.", hosts=[ben])
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


@pytest.fixture
def asked(camp, cleo, knots) -> MailedCalendar:
    """Cleo wants to be at “Knots”, and has asked; nothing is published."""
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    return start_mails(attendee=cleo)


@pytest.fixture
def told(camp, asked) -> MailedCalendar:
    """The grid is published, and Cleo has the first mail."""
    publish_grid(camp=camp, by=None)
    assert [letter.to for letter in letters()] == [[asked.attendee.user.email]]
    mail.outbox.clear()
    return asked


def sent() -> list[tuple[str, str, int]]:
    """Method, title and SEQUENCE of all that was sent since the last look."""
    found = [(str(c["method"]), str(e["summary"]), e["sequence"]) for c, e in map(read, letters())]
    mail.outbox.clear()
    return found


def letters() -> list:
    """What was sent as an invitation; hosts get a mail of another kind when their session moves."""
    return [letter for letter in mail.outbox if letter.alternatives]


def read(letter):
    calendar = Calendar.from_ical(letter.alternatives[0][0])
    [entry] = calendar.walk("VEVENT")
    return calendar, entry


def move(knots: Session, room, slot) -> None:
    moves.place_session(pitch=knots.pitch, session=knots, room=room, slot=slot)
    publish_grid(camp=knots.camp, by=None)


# -- off until asked -------------------------------------------------------------------------------------------------


def test_nobody_gets_a_mail_who_did_not_ask(camp, ben, cleo, knots):
    set_interest(pitch=knots.pitch, attendee=cleo, level=2)
    publish_grid(camp=camp, by=None)
    mail_what_changed()
    assert letters() == []


def test_whoever_asks_gets_what_is_published_already_their_own_alone(camp, ben, cleo, knots, rooms, slots):
    moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[1])
    publish_grid(camp=camp, by=None)
    start_mails(attendee=ben)
    assert [letter.to for letter in letters()] == [[ben.user.email]]
    assert sent() == [("REQUEST", "Knots", 0)]
    start_mails(attendee=cleo)
    assert sent() == []


def test_a_page_starts_it_and_a_link_stops_it(camp, cleo, knots, sign_in):
    client, page = sign_in(cleo), f"/{camp.slug}/calendar/"
    html = client.get(page).content.decode()
    assert "once in 12 to 24 hours" in html
    assert "Send me my sessions" in html
    assert not MailedCalendar.objects.exists()
    answer = client.post(f"/{camp.slug}/my/calendar/mails/", follow=True)
    assert "Your sessions come by e-mail from now on" in answer.content.decode()
    assert "Send me my sessions" not in answer.content.decode()
    link = f"/{camp.slug}/my/calendar/mails/{MailedCalendar.objects.get().key}/"
    assert link in answer.content.decode()
    assert "The code beside the link" not in client.get(link).content.decode()
    assert MailedCalendar.objects.get().is_on
    page = client.get(link).content.decode()
    assert "One that is on its way may still arrive." in page
    assert "Hosts are told by e-mail all the same" in page
    answer = client.post(link, follow=True)
    assert "do not come by e-mail any more. One that is on its way may still arrive." in answer.content.decode()
    assert "Send me my sessions" in answer.content.decode()
    assert not MailedCalendar.objects.get().is_on


def test_a_guest_is_told_how_to_have_an_address(camp, sign_in):
    guest = AttendeeFactory(camp=camp, user=User.objects.create_guest())
    client = sign_in(guest)
    html = client.get(f"/{camp.slug}/calendar/").content.decode()
    assert "You have no e-mail address here yet." in html
    assert 'href="/accounts/keep/"' in html
    assert "Send me my sessions" not in html
    refused = client.post(f"/{camp.slug}/my/calendar/mails/", follow=True).content.decode()
    assert "There is no e-mail address to send to yet." in refused
    assert not MailedCalendar.objects.exists()


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_a_mail_has_what_mail_programs_need(camp, cleo, knots, rooms, settings, asked):
    settings.DEFAULT_FROM_EMAIL = "Campgrid <grid@camps.example>"
    camp.venue, rooms[0].online_url = "Boathouse", LINK
    camp.save()
    rooms[0].save()
    publish_grid(camp=camp, by=None)
    [letter] = letters()
    whole = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    kinds = [part.get_content_type() for part in whole.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/calendar", "application/ics"]
    part, attached = (next(p for p in whole.walk() if p.get_content_type() == kind) for kind in kinds[1:])
    # RFC 6047, 2.4: the method stands in the type, too.
    assert (part["content-type"].params["method"], part["content-type"].params["charset"]) == ("REQUEST", "utf-8")
    assert part.get_content_disposition() is None
    assert attached.get_filename() == "session.ics"
    assert attached.get_content() == letter.alternatives[0][0].encode()
    assert Calendar.from_ical(part.get_content()) == Calendar.from_ical(attached.get_content())

    calendar, entry = read(letter)
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert [c.name for c in calendar.subcomponents] == ["VTIMEZONE", "VEVENT"]
    # Nobody's own address but the receiver's; what sends is the site.
    assert (entry["organizer"], entry["organizer"].params["CN"]) == ("mailto:grid@camps.example", "Lakeside 2030")
    assert entry["attendee"] == f"mailto:{cleo.user.email}"
    assert entry["attendee"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    assert (entry["summary"], entry["status"]) == ("Knots", "CONFIRMED")
    assert entry["dtstart"].dt.isoformat() == "2030-01-12T10:00:00+00:00"
    assert entry["location"] == f"Barn, Boathouse, {LINK}"
    assert entry["conference"] == LINK
    assert entry["url"] == f"http://testserver/{camp.slug}/sessions/{knots.pk}/"
    assert letter.subject == "Knots: Sat 12 Jan, 10:00"
    assert "Sat 12 Jan, 10:00–11:00\nBarn, Boathouse" in letter.body
    assert "person" not in letter.message().as_string().replace(cleo.user.email, "")


def test_everybodys_copy_is_another_one(camp, ben, asked, knots):
    start_mails(attendee=ben)
    publish_grid(camp=camp, by=None)
    uids = {str(read(letter)[1]["uid"]) for letter in letters()}
    assert len(uids) == len(letters()) == 2
    assert all(len(letter.to) == 1 and str(read(letter)[0]).count("mailto:") == 2 for letter in letters())


def test_a_text_of_any_kind_goes_whole(camp, ben, rooms, slots):
    title, about = "Knöts; “ropes”, and\nBEGIN:VEVENT", "Lång, lång. " * 500
    pitch = PitchFactory(camp=camp, title=title, about=about, hosts=[ben])
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    start_mails(attendee=ben)
    publish_grid(camp=camp, by=None)
    [letter] = letters()
    whole = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    part = next(p for p in whole.walk() if p.get_content_type() == "text/calendar")
    [entry] = Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert str(entry["summary"]) == str(read(letter)[1]["summary"])
    assert about.strip() in str(entry["description"])
    assert "\n" not in letter.subject


def test_a_time_is_that_of_the_camp(camp, ben, knots):
    type(camp).objects.filter(pk=camp.pk).update(time_zone="Australia/Lord_Howe")
    start_mails(attendee=ben)
    publish_grid(camp=camp, by=None)
    assert letters()[0].subject == "Knots: Sat 12 Jan, 21:00"


# -- what changes is told once, at once ------------------------------------------------------------------------------


def test_a_move_is_told_on_publish_under_the_same_name_and_once(camp, told, knots, rooms, slots):
    uid = MailedSession.objects.get().key
    move(knots, rooms[1], slots[1])
    [letter] = letters()
    entry = read(letter)[1]
    assert (entry["uid"], entry["location"]) == (f"session-{uid}@campgrid", "Loft")
    assert entry["dtstart"].dt == slots[1].starts_at
    assert letter.subject == "Changed: Knots, Sat 12 Jan, 11:00"
    assert sent() == [("REQUEST", "Knots", 1)]
    publish_anew(camp)
    mail_what_changed()
    mail_sessions.enqueue(camp.pk)
    assert sent() == []


def test_what_is_not_published_is_not_told(camp, told, knots, rooms, slots):
    moves.place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[1])
    mail_what_changed()
    assert sent() == []


def rename(knots: Session) -> None:
    knots.pitch.title = "Ropes"
    knots.pitch.save()


def test_a_new_title_is_told_within_a_minute_and_a_new_text_is_not(told, knots):
    knots.pitch.about = "How to untie."
    knots.pitch.save()
    mail_what_changed()
    assert sent() == []
    rename(knots)
    assert sent() == []
    mail_what_changed()
    # The text counted in the session's own number: mails never fall behind what subscriptions are told.
    assert sent() == [("REQUEST", "Ropes", 2)]


def test_a_closed_room_is_told_within_a_minute_and_that_it_is_open_again(told, knots, rooms, slots):
    close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=True)
    mail_what_changed()
    [letter] = letters()
    assert "The room of this session of Lakeside 2030 is closed then." in letter.body
    assert "Barn (room closed: watch the grid)" in letter.body
    assert read(letter)[1]["location"].startswith("Barn (room closed: watch the grid)")
    assert sent() == [("REQUEST", "Knots", 1)]
    close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=False)
    mail_what_changed()
    assert "Something about this session of Lakeside 2030 is different now. This is how it stands." in letters()[0].body
    assert "closed" not in letters()[0].body
    assert sent() == [("REQUEST", "Knots", 2)]
    mail_what_changed()
    assert sent() == []


def test_a_session_that_falls_is_taken_away_and_comes_back_under_a_higher_number(camp, told, knots, rooms, slots):
    moves.unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    assert letters()[0].subject == "Cancelled: Knots: Sat 12 Jan, 10:00"
    _calendar, entry = read(letters()[0])
    assert (entry["status"], entry["organizer"]) == ("CANCELLED", "mailto:campgrid@localhost")
    assert entry["attendee"] == f"mailto:{told.attendee.user.email}"
    whole = message_from_bytes(letters()[0].message().as_bytes(), policy=policy.default)
    assert [p["content-type"].params["method"] for p in whole.walk() if p.get_content_type() == "text/calendar"] == [
        "CANCEL"
    ]
    assert sent() == [("CANCEL", "Cancelled: Knots", 1)]
    publish_anew(camp)
    assert sent() == []
    move(knots, rooms[0], slots[0])
    assert sent() == [("REQUEST", "Knots", 2)]


def test_what_was_withdrawn_is_taken_away_without_its_title(told, knots):
    withdraw_pitch(pitch=knots.pitch, by=None)
    mail_what_changed()
    assert "Knots" not in letters()[0].message().as_string()
    assert sent() == [("CANCEL", "A withdrawn session", 1)]


def test_a_wish_that_is_taken_back_takes_the_session_away_and_a_tap_there_and_back_nothing(told, cleo, knots):
    for level in (0, 1, 2):
        set_interest(pitch=knots.pitch, attendee=cleo, level=level)
    mail_what_changed()
    assert sent() == []
    set_interest(pitch=knots.pitch, attendee=cleo, level=0)
    mail_what_changed()
    assert letters()[0].subject == "Not in your plan any more: Knots, Sat 12 Jan, 10:00"
    assert sent() == [("CANCEL", "Knots", 1)]
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    mail_what_changed()
    # The session did not change; this calendar's own number rises all the same, or it would ignore the mail.
    assert sent() == [("REQUEST", "Knots", 2)]
    assert Session.objects.get().sequence == 0


def test_what_was_never_told_is_not_taken_away(camp, cleo, knots, asked):
    set_interest(pitch=knots.pitch, attendee=cleo, level=0)
    publish_grid(camp=camp, by=None)
    assert sent() == []


def test_what_is_over_is_neither_told_nor_taken_away(camp, told, ben, cleo, knots, rooms, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: slots[0].ends_at + timedelta(minutes=1))
    set_interest(pitch=knots.pitch, attendee=cleo, level=0)
    start_mails(attendee=ben)
    assert sent() == []
    # Moved to where it is not over yet, it is told.
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    move(knots, rooms[0], slots[2])
    assert sorted(sent()) == [("REQUEST", "Knots", 1)] * 2


def test_a_mail_that_was_not_queued_is_queued_later(told, knots, rooms, slots, monkeypatch):
    """A worker that is killed leaves nothing half: the row and the mail stand or fall together."""

    def killed(**kwargs):
        raise KeyboardInterrupt

    row = MailedSession.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr(mailing, "send_later", killed)
        with pytest.raises(KeyboardInterrupt):
            move(knots, rooms[1], slots[1])
    assert MailedSession.objects.get().sequence == row.sequence
    publish_grid(camp=knots.camp, by=None)
    assert sent() == [("REQUEST", "Knots", 1)]


def test_a_worker_looks_once_a_minute(told, knots, monkeypatch):
    assert worker.look_for_mails in worker.DUTIES
    rename(knots)
    look_for_mails()
    assert sent() == [("REQUEST", "Ropes", 1)]
    knots.pitch.title = "Lines"
    knots.pitch.save()
    look_for_mails()
    assert sent() == []
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    look_for_mails()
    assert sent() == [("REQUEST", "Lines", 2)]


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_no_address_gets_more_than_so_many_in_an_hour_and_the_rest_later(camp, ben, rooms, slots, monkeypatch):
    monkeypatch.setattr(mailing, "TO_ONE_ADDRESS", mailing.Limit("few", 2, timedelta(hours=1)))
    for number, slot in enumerate(slots):
        moves.place_session(
            pitch=PitchFactory(camp=camp, title=f"Pitch {number}", hosts=[ben]), room=rooms[0], slot=slot
        )
    start_mails(attendee=ben)
    publish_grid(camp=camp, by=None)
    mail_what_changed()
    # The soonest first.
    assert [title for _method, title, _number in sent()] == ["Pitch 0", "Pitch 1"]
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    mail_what_changed()
    assert [title for _method, title, _number in sent()] == ["Pitch 2"]


def test_many_are_looked_at_a_few_at_a_time_and_all_are_mailed(camp, knots, monkeypatch):
    monkeypatch.setattr(mailing, "AT_ONCE", 2)
    people = [AttendeeFactory(camp=camp) for _ in range(5)]
    for person in people:
        set_interest(pitch=knots.pitch, attendee=person, level=1)
        start_mails(attendee=person)
    publish_grid(camp=camp, by=None)
    assert sorted(letter.to[0] for letter in letters()) == sorted(person.user.email for person in people)


@pytest.mark.parametrize("count", [1, 4])
def test_looking_costs_the_same_for_one_and_for_four(camp, knots, count, django_assert_max_num_queries):
    for _ in range(count):
        person = AttendeeFactory(camp=camp)
        set_interest(pitch=knots.pitch, attendee=person, level=1)
        start_mails(attendee=person)
    publish_grid(camp=camp, by=None)
    mail.outbox.clear()
    with django_assert_max_num_queries(12):
        mail_what_changed()
    assert letters() == []


def test_only_sessions_are_read_that_are_somebodys(camp, told, cleo, knots, rooms, slots, monkeypatch):
    own = PitchFactory(camp=camp, title="Own")
    for pitch, slot in ((own, slots[1]), (PitchFactory(camp=camp, title="Foreign"), slots[2])):
        moves.place_session(pitch=pitch, room=rooms[0], slot=slot)
    set_interest(pitch=own, attendee=cleo, level=1)
    set_interest(pitch=knots.pitch, attendee=cleo, level=0)
    publish_grid(camp=camp, by=None)
    # What was theirs is read, too: it is to be taken away.
    assert sent() == [("CANCEL", "Knots", 1), ("REQUEST", "Own", 0)]
    read_titles = []

    def feed_placements(*args, **kwargs):
        found = feeds.feed_placements(*args, **kwargs)
        read_titles.extend(sorted(placed.title for placed in found))
        return found

    monkeypatch.setattr(mailing, "feed_placements", feed_placements)
    assert list(due(camp, who_asked(camp))) == []
    assert read_titles == ["Knots", "Own"]


def test_whoever_looks_for_what_is_to_be_mailed_stops_at_the_first(
    camp, told, knots, rooms, slots, settings, monkeypatch
):
    for slot in slots[1:]:
        moves.place_session(pitch=PitchFactory(camp=camp, hosts=[told.attendee]), room=rooms[1], slot=slot)
    stop_mails(attendee=told.attendee)
    publish_grid(camp=camp, by=None)
    MailedCalendar.objects.update(is_on=True)
    looked_at, method = [], mailing._method

    def look(placed, *args, **how):
        looked_at.append(placed.title)
        return method(placed, *args, **how)

    monkeypatch.setattr(mailing, "_method", look)
    # The task is for a worker.
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    mail_what_changed()
    # The first is known already, the second is to be mailed, and the third was not asked for.
    assert (len(looked_at), looked_at[0]) == (2, "Knots")


def test_where_nothing_is_due_each_session_is_looked_at_once_for_all_whom_it_concerns(
    camp, knots, rooms, slots, monkeypatch
):
    for _ in range(3):
        person = AttendeeFactory(camp=camp)
        set_interest(pitch=knots.pitch, attendee=person, level=1)
        start_mails(attendee=person)
    over = moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[1])
    set_interest(pitch=over.pitch, attendee=person, level=1)
    publish_grid(camp=camp, by=None)
    seen, pairs, place_in_time, method = [], [], mailing.Told.place_in_time, mailing._method
    monkeypatch.setattr(mailing.Told, "place_in_time", lambda told: (seen.append(told.summary), place_in_time(told))[1])
    monkeypatch.setattr(mailing, "_method", lambda *args, **how: (pairs.append(args), method(*args, **how))[1])
    assert list(due(camp, who_asked(camp))) == []
    # Four wishes of three people in two sessions.
    assert (len(seen), len(pairs)) == (2, 4)
    monkeypatch.setattr(timezone, "now", lambda: slots[0].ends_at)
    assert list(due(camp, who_asked(camp))) == []
    assert (len(seen), len(pairs)) == (3, 5), "of what is over nothing is looked at"


def test_where_a_worker_is_at_it_nothing_is_looked_for(camp, told, knots, settings, monkeypatch):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    rename(knots)
    mail_what_changed()
    monkeypatch.setattr(mailing, "due", None)
    mail_what_changed()
    assert DBTaskResult.objects.filter(task_path=mail_sessions.module_path).count() == 1


def test_tasks_do_not_pile_up(camp, told, cleo, ben, knots, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    waiting = DBTaskResult.objects.filter(task_path=mail_sessions.module_path)
    rename(knots)
    for _ in range(3):
        publish_anew(camp)
        start_mails(attendee=ben)
        mail_what_changed()
    assert [task.args_kwargs["args"] for task in waiting] == [[camp.pk]]
    # One that hands on where it stopped, and one that runs, is enough as well; to a publish it is not.
    for args, status in (([camp.pk, 7], "READY"), ([camp.pk], "RUNNING")):
        waiting.update(args_kwargs={"args": args, "kwargs": {}}, status=status)
        mail_what_changed()
        assert waiting.count() == 1
    publish_anew(camp)
    assert waiting.count() == 2
    waiting.update(status="SUCCESSFUL")
    mail_what_changed()
    assert waiting.count() == 3


# -- the end ---------------------------------------------------------------------------------------------------------


def goes(knots: Session) -> None:
    """Something that would be mailed."""
    rename(knots)
    publish_anew(knots.camp)
    mail_what_changed()


@pytest.mark.parametrize(
    "end",
    [
        lambda person: stop_mails(attendee=person),
        lambda person: leave_camp(attendee=person),
        lambda person: remove_attendee(attendee=person),
        lambda person: erase_attendee(attendee=person, with_texts=False),
        lambda person: Attendee.objects.filter(pk=person.pk).update(is_waiting=True),
    ],
    ids=["stops", "leaves", "is removed", "is erased", "waits"],
)
def test_whoever_is_out_or_stops_gets_no_more(told, cleo, knots, end):
    end(Attendee.objects.get(pk=cleo.pk))
    goes(knots)
    assert sent() == []


def test_who_was_removed_and_comes_back_asks_anew(told, cleo, knots):
    remove_attendee(attendee=Attendee.objects.get(pk=cleo.pk))
    Attendee.objects.filter(pk=cleo.pk).update(removed_at=None)
    goes(knots)
    assert sent() == []
    start_mails(attendee=Attendee.objects.get(pk=cleo.pk))
    assert sent() == [("REQUEST", "Ropes", 1)]


def test_nothing_of_it_is_left_of_who_is_erased(told, cleo):
    erase_attendee(attendee=cleo, with_texts=False)
    assert not MailedCalendar.objects.exists()
    assert not MailedSession.objects.exists()


def test_an_archived_camp_mails_nothing_and_can_be_stopped(told, cleo, knots):
    camp = knots.camp
    rename(knots)
    archive_camp(camp=camp)
    mail_what_changed()
    mail_sessions.enqueue(camp.pk)
    assert sent() == []
    assert Client().post(f"/{camp.slug}/my/calendar/mails/{told.key}/", {"code": told.codes[0]}).status_code == 302
    assert not MailedCalendar.objects.get().is_on


def test_the_page_of_an_archived_camp_says_that_nothing_is_sent(camp, told, cleo, ben, sign_in):
    archive_camp(camp=camp)
    for person, can_stop in ((cleo, True), (ben, False)):
        page = sign_in(person).get(f"/{camp.slug}/calendar/").content.decode()
        assert "no mails are sent" in page
        assert "You get each of your sessions" not in page
        assert "Send me my sessions" not in page
        assert ("Stop the mails" in page) is can_stop


def test_whoever_stops_and_starts_again_gets_only_what_their_calendar_does_not_know(
    camp, told, cleo, knots, rooms, slots
):
    stop_mails(attendee=cleo)
    start_mails(attendee=cleo)
    start_mails(attendee=cleo)
    assert sent() == []
    stop_mails(attendee=cleo)
    move(knots, rooms[1], slots[1])
    assert sent() == []
    start_mails(attendee=cleo)
    assert sent() == [("REQUEST", "Knots", 1)]


def test_a_deleted_camp_mails_nothing(told, knots):
    number = knots.camp.pk
    delete_camp(camp=knots.camp, typed_name=knots.camp.name)
    mail_sessions.enqueue(number)
    mail_what_changed()
    assert sent() == []


def test_two_places_of_one_person_are_mailed_as_one(camp, told, cleo, knots):
    other = AttendeeFactory(camp=camp, display_name="Cleo once more")
    set_interest(pitch=knots.pitch, attendee=other, level=1)
    start_mails(attendee=other)
    mail.outbox.clear()
    merge_attendees(source=other, into=cleo)
    goes(knots)
    assert sent() == [("REQUEST", "Ropes", 1)]


def test_no_export_tells_who_gets_mails(camp, told):
    assert told.key not in str(export_camp(camp, with_interest=True))


# -- the link in each mail -------------------------------------------------------------------------------------------


def test_a_reader_who_is_not_signed_in_stops_it_by_the_code(camp, asked):
    publish_grid(camp=camp, by=None)
    text, link = letters()[0].body, f"/{camp.slug}/my/calendar/mails/{asked.key}/"
    assert f"http://testserver{link}" in text
    client = Client()
    assert "The code beside the link" in client.get(link).content.decode()
    for wrong in ("", "ABCD-EFGH"):
        assert client.post(link, {"code": wrong}).status_code == 422
    assert MailedCalendar.objects.get().is_on
    code = next(line.strip() for line in text.splitlines() if line.startswith("    "))
    answer = client.post(link, {"code": code.lower().replace("-", " ")}, follow=True)
    assert "do not come by e-mail any more" in answer.content.decode()
    assert not MailedCalendar.objects.get().is_on
    # An old mail's link says what is so.
    assert "Your sessions of this camp do not come by e-mail." in client.get(link).content.decode()


def test_somebody_else_who_is_signed_in_needs_the_code_and_learns_no_name(camp, told, ben, sign_in):
    link = f"/{camp.slug}/my/calendar/mails/{told.key}/"
    html = sign_in(ben).get(link).content.decode()
    assert "The code beside the link" in html
    assert "Cleo" not in html
    assert sign_in(ben).post(link).status_code == 422
    assert MailedCalendar.objects.get().is_on


def test_the_code_of_a_mail_works_while_the_servers_key_changes(told, settings):
    code = told.codes[0]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [settings.SECRET_KEY]
    assert told.codes[0] != code
    assert told.is_code(code)


def test_a_key_of_another_camp_opens_nothing(told):
    other = CampFactory()
    assert Client().get(f"/{other.slug}/my/calendar/mails/{told.key}/").status_code == 404
    assert Client().get(f"/{told.attendee.camp.slug}/my/calendar/mails/x/").status_code == 404


# -- the page --------------------------------------------------------------------------------------------------------


def test_the_page_has_each_calendar_as_a_file_and_to_subscribe_to(camp, ben, cleo, told, rooms, sign_in):
    public = [f"/{camp.slug}/calendar.ics", *(f"/{camp.slug}/rooms/{room.pk}.ics" for room in rooms)]
    own = f"/{camp.slug}/my/{ben.calendar_key}.ics"
    stranger, mine = (client.get(f"/{camp.slug}/calendar/").content.decode() for client in (Client(), sign_in(ben)))
    for path in public:
        for html in (stranger, mine):
            assert f'href="webcal://testserver{path}"' in html
            assert f'href="http://testserver{path}"' in html
    assert f'href="webcal://testserver{own}"' in mine
    assert f"<code>http://testserver{own}</code>" in mine
    assert ".ics" in stranger
    assert "/my/" not in stranger.partition("<main")[2]
    assert cleo.calendar_key not in mine


def test_a_camp_for_listed_people_says_that_programs_cannot_read_it(camp, ben, told, sign_in):
    type(camp).objects.filter(pk=camp.pk).update(joining="listed")
    html = sign_in(ben).get(f"/{camp.slug}/calendar/").content.decode()
    assert f'href="webcal://testserver/{camp.slug}/calendar.ics"' not in html
    assert f'href="http://testserver/{camp.slug}/calendar.ics"' in html
    assert "calendar programs cannot sign in" in html
    assert f'href="webcal://testserver/{camp.slug}/my/{ben.calendar_key}.ics"' in html
