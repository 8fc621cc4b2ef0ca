"""What others do with somebody's place is told to that person, once, and to nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.limits import Limit, count_one
from accounts.mail import BEHIND, deliver_sealed
from accounts.sealing import unseal
from config.worker import look_for_mails
from events import news
from events.editing import archive_camp
from events.frame import set_away
from events.merging import merge_attendees
from events.models import Attendee
from events.news import (
    HOST,
    MAILED_TO_ONE_ADDRESS,
    MOVED,
    NO_HOST,
    WITHDRAWN,
    count_of,
    forget_news,
    hear,
    mail_news,
    mail_person_news,
    mail_waiting_news,
    news_item,
    news_page,
    sentence,
    tell,
    tell_each,
)
from events.roles import change_role, remove_attendee
from pitches.models import Pitch
from pitches.services import empty_pitch, merge_pitches, save_pitch, submit_pitch

from ..factories import AttendeeFactory, CampFactory, PitchFactory, make_slot


def told(attendee: Attendee) -> list[str]:
    attendee.refresh_from_db()
    return [sentence(item) for item in attendee.news]


def make_host(attendee: Attendee, title: str) -> None:
    tell(people=[attendee], kind=HOST, by=None, address=f"/{title}/", title=title)


def mailed() -> list[list[str]]:
    """The sentences of each mail, without the addresses below them."""
    return [[line for line in m.body.splitlines() if line and "//" not in line] for m in mail.outbox]


def browser_of(attendee: Attendee) -> Client:
    client = Client()
    client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown_in(page: str) -> str:
    """Up to which one the page shows, as its "Got it" sends it."""
    news = page.partition('aria-label="About you"')[2].partition("</section>")[0]
    return news.partition('name="seen" value="')[2].partition('"')[0]


def test_a_co_host_is_told_and_whoever_did_it_is_not(camp, ben, cleo):
    pitch = submit_pitch(pitch=Pitch(title="Knots", camp=camp), by=ben, hosts=[ben, cleo]).pitch
    assert told(cleo) == ["You are a host of “Knots” now."]
    assert told(ben) == []
    assert [m.to for m in mail.outbox] == [[cleo.user.email]]
    assert pitch.get_absolute_url() in mail.outbox[0].body
    save_pitch(pitch=pitch, hosts=[ben], not_in=[], by=ben)
    assert told(cleo) == ["You are no host of “Knots” any more."]


def test_by_the_forms_of_the_pages(camp, olga, ben, cleo):
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben], proposed_by=ben)
    data = {"title": "Knots", "kind": "talk", "length": 1, "who": "me", "cohosts": "Cleo"}
    assert browser_of(ben).post(f"/{camp.slug}/pitches/{pitch.pk}/edit/", data).status_code == 302
    assert told(cleo) == ["You are a host of “Knots” now."]
    assert told(ben) == []
    browser_of(olga).post(f"/{camp.slug}/people/{ben.pk}/role/", {"role": "helper"})
    assert told(ben) == ["Your role in this camp is another one now: Helper."]


def test_hosts_are_told_that_others_withdrew_their_pitch_or_put_it_back(camp, olga, ben):
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, olga])
    client = browser_of(olga)
    client.post(f"/{camp.slug}/pitches/{pitch.pk}/withdraw/")
    assert (told(ben), told(olga)) == (["“Knots”, which you host, was withdrawn."], [])
    pitch.refresh_from_db()
    client.post(f"/{camp.slug}/pitches/{pitch.pk}/return/", {"seen": pitch.withdrawal})
    assert (told(ben), told(olga)) == (["“Knots”, which you host, is on the board again."], [])
    browser_of(ben).post(f"/{camp.slug}/pitches/{pitch.pk}/withdraw/")
    assert told(olga) == ["“Knots”, which you host, was withdrawn."]


def test_hosts_of_a_merged_pitch_are_told(camp, olga, ben, cleo):
    one, other = (PitchFactory(camp=camp, title=title, hosts=[host]) for title, host in [("A", ben), ("B", cleo)])
    client = browser_of(olga)
    client.post(f"/{camp.slug}/pitches/{one.pk}/merge/", {"target": other.pk})
    assert told(ben) == ["You are a host of “B” now."]
    assert told(cleo) == []


def test_whoever_is_marked_as_away_reads_it_and_puts_it_away(camp, olga, ben):
    slot = make_slot(camp, 10)
    PitchFactory(camp=camp, hosts=[ben])
    browser_of(olga).post(f"/{camp.slug}/draft/repair/hosts/", {"host": ben.pk, "away_in": [slot.pk]})
    assert len(told(ben)) == 1
    set_away(attendee=ben, slots=[slot], is_away=True, by=olga)
    text = f"An organiser wrote down that you are not there: {slot}."
    assert told(ben) == [text]
    client = browser_of(ben)
    page = client.get(f"/{camp.slug}/pitches/").content.decode()
    assert text in page
    assert text not in browser_of(olga).get(f"/{camp.slug}/pitches/").content.decode()
    assert text not in Client().get(f"/{camp.slug}/pitches/").content.decode()
    # Whoever writes it down about themselves knows it.
    PitchFactory(camp=camp, hosts=[olga])
    browser_of(olga).post(f"/{camp.slug}/draft/repair/hosts/", {"host": olga.pk, "away_in": [slot.pk]})
    assert told(olga) == []
    # What comes while the page is read waits on.
    seen = shown_in(page)
    set_away(attendee=ben, slots=[slot], is_away=False, by=olga)
    response = client.post(f"/{camp.slug}/news/heard/", {"seen": seen, "next": f"/{camp.slug}/pitches/?page=1"})
    assert response.url == f"/{camp.slug}/pitches/?page=1"
    assert told(ben) == ["An organiser wrote down that you are there again, all day."]
    assert [m.subject for m in mail.outbox] == [f"News from {camp}"] * 2


def test_a_page_is_not_told_unchanged_when_there_is_news(camp, olga, ben):
    client, page = browser_of(ben), f"/{camp.slug}/pitches/"
    etag = client.get(page)["ETag"]
    assert client.get(page, headers={"If-None-Match": etag}).status_code == 304
    change_role(attendee=ben, role="helper", by=olga)
    change_role(attendee=ben, role="attendee", by=olga)
    assert client.get(page, headers={"If-None-Match": etag}).status_code == 200


def test_the_same_again_is_told_once_and_of_what_was_mailed_the_last_stay(camp, ben, monkeypatch):
    monkeypatch.setattr(news, "MAILED_TO_ONE_ADDRESS", Limit("test-mails", 100))
    monkeypatch.setattr(news, "MOST", 3)
    for number in range(6):
        make_host(ben, f"Pitch {number}")
        make_host(ben, f"Pitch {number}")
    assert told(ben) == [f"You are a host of “Pitch {number}” now." for number in (3, 4, 5)]
    assert mailed() == [[f"You are a host of “Pitch {number}” now."] for number in range(6)]


def test_what_is_above_the_limit_waits_whole_until_it_is_mailed(camp, ben, monkeypatch):
    most = MAILED_TO_ONE_ADDRESS.most
    monkeypatch.setattr(news, "MOST", 10)
    for number in range(most + 10):
        make_host(ben, f"Pitch {number}")
    waits = [f"You are a host of “Pitch {number}” now." for number in range(most, most + 10)]
    assert told(ben) == waits
    mail.outbox.clear()
    in_an_hour(monkeypatch)
    mail_waiting_news()
    assert mailed() == [waits]
    make_host(ben, "Last")
    assert told(ben) == [*waits[-9:], "You are a host of “Last” now."]


def many(count: int) -> list:
    return [news_item(kind=HOST, address=f"/{n}/", title=f"Knot {n}") for n in range(count)]


def test_much_told_at_once_is_mailed_whole_and_read_ten_by_ten(camp, ben):
    tell_each(told={ben.pk: many(23)}, by=None)
    assert mailed() == [[f"You are a host of “Knot {n}” now." for n in range(23)]]
    client, shown = browser_of(ben), []
    while 'aria-label="About you"' in (page := client.get(f"/{camp.slug}/").content.decode()):
        news = page.partition('aria-label="About you"')[2].partition("</section>")[0]
        shown.append([*re.findall(r"“Knot (\d+)”", news), *re.findall(r"And \d+ more.", news)])
        # What comes while the page is read is told next.
        if len(shown) == 1:
            make_host(ben, "Knot 23")
        sent = {name: re.search(rf'name="{name}" value="(\d+)"', news)[1] for name in ("first", "seen")}
        client.post(f"/{camp.slug}/news/heard/", sent)
    assert shown == [
        [*map(str, range(13, 23)), "And 13 more."],
        [*map(str, [*range(4, 13), 23]), "And 4 more."],
        ["0", "1", "2", "3"],
    ]


def test_what_is_too_much_to_keep_is_counted(camp, ben, monkeypatch):
    monkeypatch.setattr(news, "count_one", lambda **_which: False)
    tell_each(told={ben.pk: many(60)}, by=None)
    make_host(ben, "Last")
    ben.refresh_from_db()
    assert (len(ben.news), count_of(ben.news)) == (51, 61)
    assert news_page(ben.news).more == "And 51 more."
    monkeypatch.setattr(news, "count_one", count_one)
    mail_waiting_news()
    expected = [f"You are a host of “Knot {n}” now." for n in range(11, 60)]
    assert mailed() == [[*expected, "You are a host of “Last” now.", "And 11 more."]]
    hear(attendee=ben, seen=ben.news[-1]["number"], first=ben.news[-10]["number"])
    ben.refresh_from_db()
    assert news_page(ben.news).more == "And 41 more."
    hear(attendee=ben, seen=ben.news[-1]["number"])
    assert told(ben) == []


def test_a_guest_keeps_what_no_mail_told_and_gets_it_once_there_is_an_address(camp, ben):
    address, ben.user.email = ben.user.email, None
    ben.user.save()
    tell_each(told={ben.pk: many(12)}, by=None)
    make_host(ben, "Last")
    mail_waiting_news()
    assert (len(told(ben)), mail.outbox) == (13, [])
    ben.user.email = address
    ben.user.save()
    mail_waiting_news()
    assert [len(sentences) for sentences in mailed()] == [13]


def test_what_is_over_when_its_mail_could_go_is_not_mailed(camp, ben, olga, monkeypatch):
    monkeypatch.setattr(news, "count_one", lambda **_which: False)
    slot, later = make_slot(camp, 10), make_slot(camp, 14)
    tell(people=[ben], kind=HOST, by=None, address="/1/", title="Over", ends_at=slot.ends_at)
    tell(people=[ben], kind=HOST, by=None, address="/2/", title="Ahead", ends_at=later.ends_at)
    set_away(attendee=ben, slots=[slot], is_away=True, by=olga)
    monkeypatch.setattr(news, "count_one", count_one)
    monkeypatch.setattr(timezone, "now", lambda: slot.ends_at)
    mail_waiting_news()
    assert mailed() == [["You are a host of “Ahead” now."]]
    assert len(told(ben)) == 3, "pages tell it until it is read"
    make_host(ben, "New")
    assert mailed()[1:] == [["You are a host of “New” now."]], "what was over is not mailed later either"


def test_what_waits_when_a_camp_is_archived_is_never_mailed(camp, ben, monkeypatch):
    for n in range(MAILED_TO_ONE_ADDRESS.most + 1):
        make_host(ben, f"Knot {n}")
    mail.outbox.clear()
    archive_camp(camp=camp)
    in_an_hour(monkeypatch)
    mail_waiting_news()
    mail_person_news(attendee_id=ben.pk)
    archive_camp(camp=camp, is_archived=False)
    mail_waiting_news()
    assert mail.outbox == []
    assert told(ben)[-1] == f"You are a host of “Knot {MAILED_TO_ONE_ADDRESS.most}” now."


def test_a_day_that_is_moved_every_few_minutes_is_mailed_as_it_goes(camp, ben, monkeypatch):
    """As often as six times in a quarter of an hour; what is more often waits no longer than that, and comes in one."""
    begun = timezone.now()

    def move(n: int, *, minutes: float) -> None:
        moment = begun + timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        make_host(ben, f"Knot {n}")
        mail_waiting_news()

    for n in range(12):
        move(n, minutes=2.5 * n)
    each = [[f"You are a host of “Knot {n}” now."] for n in range(12)]
    assert mailed() == each
    for n in range(12, 26):
        move(n, minutes=60 + n - 12)
    each += [[f"You are a host of “Knot {n}” now."] for n in range(12, 18)]
    assert mailed() == each
    move(26, minutes=75)
    assert mailed() == [*each, [f"You are a host of “Knot {n}” now." for n in range(18, 27)]]


def test_each_of_many_gets_one_mail_though_a_task_mails_few_and_all_go_behind(camp, monkeypatch, settings):
    monkeypatch.setattr(news, "AT_ONCE", 2)
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    people = [AttendeeFactory(camp=camp) for _ in range(5)]
    tell(people=people, kind=HOST, by=None, address="/1/", title="Knots")
    mails = DBTaskResult.objects.filter(task_path=deliver_sealed.module_path)
    looks = DBTaskResult.objects.filter(task_path=mail_news.module_path)
    handed_on = []
    while look := looks.first():
        handed_on.append((*look.args_kwargs["args"], mails.count()))
        assert look.priority == BEHIND
        looks.all().delete()
        mail_news.call(*look.args_kwargs["args"])
    assert handed_on == [(camp.pk, 0), (camp.pk, people[1].pk, 2), (camp.pk, people[3].pk, 4)]
    assert sorted(unseal(m.args_kwargs["kwargs"]["sealed"])["to"][0] for m in mails) == sorted(
        p.user.email for p in people
    )
    assert {m.priority for m in mails} == {BEHIND}


def test_a_tap_need_not_wait_for_who_is_told_mailed_or_reads(camp, ben, monkeypatch):
    """An interest points at the person: on PostgreSQL it waits for whoever holds that row with its key."""
    held, select = [], QuerySet.select_for_update

    def select_for_update(rows, *args, **how):
        if rows.model is Attendee:
            held.append(how.get("no_key"))
        return select(rows, *args, **how)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    make_host(ben, "Knots")
    hear(attendee=ben, seen=0)
    forget_news(camp=camp, address="/Other/")
    assert held == [True] * 4


def test_what_is_forgotten_costs_the_same_for_many(camp, ben, cleo, django_assert_num_queries):
    def forget(people) -> None:
        tell(people=people, kind=HOST, by=None, address="/1/", title="Knots")
        # Whom to lock, what to write; around it all a savepoint.
        with django_assert_num_queries(4):
            forget_news(camp=camp, address="/1/")

    make_host(ben, "Other")
    forget([cleo])
    forget([ben, cleo, *(AttendeeFactory(camp=camp) for _ in range(9))])
    assert (told(ben), told(cleo)) == (["You are a host of “Other” now."], [])


def test_nobody_without_an_account_is_told_and_no_guest_mailed(camp, olga, ben):
    written_down = AttendeeFactory(camp=camp, user=None)
    ben.user.email = None
    ben.user.save()
    submit_pitch(pitch=Pitch(title="Knots", camp=camp), by=olga, hosts=[written_down, ben])
    assert told(written_down) == []
    assert len(told(ben)) == 1
    assert mail.outbox == []


def test_got_it_on_a_full_list_leaves_what_came_since(camp, ben):
    for number in range(10):
        make_host(ben, f"Pitch {number}")
    client = browser_of(ben)
    seen = shown_in(client.get(f"/{camp.slug}/").content.decode())
    make_host(ben, "Unseen")
    client.post(f"/{camp.slug}/news/heard/", {"seen": seen})
    assert told(ben) == ["You are a host of “Unseen” now."]


def test_got_it_leaves_what_came_since_something_was_forgotten(camp, olga, ben):
    pitch = submit_pitch(pitch=Pitch(title="Knots", camp=camp), by=olga, hosts=[ben]).pitch
    client = browser_of(ben)
    seen = shown_in(client.get(f"/{camp.slug}/").content.decode())
    empty_pitch(pitch=pitch)
    make_host(ben, "Unseen")
    client.post(f"/{camp.slug}/news/heard/", {"seen": seen})
    assert told(ben) == ["You are a host of “Unseen” now."]


def test_got_it_on_an_old_page_leaves_what_came_after_all_was_heard(camp, ben):
    make_host(ben, "Knots")
    client = browser_of(ben)
    seen = shown_in(client.get(f"/{camp.slug}/").content.decode())
    client.post(f"/{camp.slug}/news/heard/", {"seen": seen})
    make_host(ben, "Unseen")
    client.post(f"/{camp.slug}/news/heard/", {"seen": seen})
    assert told(ben) == ["You are a host of “Unseen” now."]


def test_what_an_earlier_release_told_has_no_number_and_is_heard_first(camp, ben):
    ben.news = [{"kind": HOST, "address": "/Old/", "title": "Old"}]
    ben.save()
    client = browser_of(ben)
    seen = shown_in(client.get(f"/{camp.slug}/").content.decode())
    make_host(ben, "Old")
    make_host(ben, "New")
    assert told(ben) == ["You are a host of “Old” now.", "You are a host of “New” now."]
    client.post(f"/{camp.slug}/news/heard/", {"seen": seen})
    assert told(ben) == ["You are a host of “New” now."]


def test_two_places_that_become_one_keep_the_news_of_both(camp, ben, cleo):
    make_host(ben, "A")
    make_host(cleo, "B")
    ben.refresh_from_db()
    cleo.refresh_from_db()
    merge_attendees(source=ben, into=cleo)
    assert told(cleo) == ["You are a host of “B” now.", "You are a host of “A” now."]
    hear(attendee=cleo, seen=cleo.news[0]["number"])
    assert told(cleo) == ["You are a host of “A” now."]
    hear(attendee=cleo, seen=cleo.news[0]["number"])
    assert told(cleo) == []


def test_news_of_an_erased_pitch_is_forgotten(camp, ben, cleo):
    pitch = submit_pitch(pitch=Pitch(title="Knots", camp=camp), by=ben, hosts=[ben, cleo]).pitch
    tell(people=[cleo], kind=HOST, by=None, title="Other", address="/x/")
    empty_pitch(pitch=pitch)
    assert told(cleo) == ["You are a host of “Other” now."]


def test_two_texts_that_are_too_long_together_are_refused_and_nothing_is_cut(camp, ben):
    one, other = (PitchFactory(camp=camp, about=letter * 6_000) for letter in "ab")
    with pytest.raises(ValidationError, match="longer than 10000 characters"):
        merge_pitches(source=one, target=other, by=None)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.is_open, one.about, other.about) == (True, "a" * 6_000, "b" * 6_000)


def in_an_hour(monkeypatch) -> None:
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_one_address_gets_a_few_mails_in_an_hour_and_the_rest_later_in_one(camp, ben, cleo, monkeypatch):
    """Of all camps together: a camp can be opened for nothing but this."""
    there = AttendeeFactory(camp=CampFactory(), user=ben.user)
    most = MAILED_TO_ONE_ADDRESS.most
    for n in range(most + 2):
        make_host(ben, f"Knot {n}")
    make_host(there, "Elsewhere")
    assert mailed() == [[f"You are a host of “Knot {n}” now."] for n in range(most)]
    assert told(there) == ["You are a host of “Elsewhere” now."]
    make_host(cleo, "Knot")
    assert mail.outbox[-1].to == [cleo.user.email]
    mail.outbox.clear()
    mail_waiting_news()
    assert mail.outbox == []
    in_an_hour(monkeypatch)
    look_for_mails()
    assert mailed() == [
        [f"You are a host of “Knot {n}” now." for n in range(most, most + 2)],
        ["You are a host of “Elsewhere” now."],
    ]
    mail.outbox.clear()
    in_an_hour(monkeypatch)
    mail_waiting_news()
    assert mail.outbox == []


def test_what_is_read_before_its_mail_goes_is_not_mailed(camp, ben, monkeypatch):
    for n in range(MAILED_TO_ONE_ADDRESS.most + 2):
        make_host(ben, f"Knot {n}")
    mail.outbox.clear()
    ben.refresh_from_db()
    hear(attendee=ben, seen=ben.news[-2]["number"])
    in_an_hour(monkeypatch)
    mail_waiting_news()
    assert mailed() == [[f"You are a host of “Knot {MAILED_TO_ONE_ADDRESS.most + 1}” now."]]


def test_nobody_who_was_removed_or_waits_for_a_place_is_told(camp, olga, ben, cleo, hal):
    """They are hosts as before: a pitch keeps who led it."""
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, cleo, hal])
    remove_attendee(attendee=ben)
    Attendee.objects.filter(pk=cleo.pk).update(is_waiting=True)
    tell(people=pitch.hosts.all(), kind=HOST, by=olga, address=pitch.get_absolute_url(), title="Knots")
    assert [told(person) for person in (ben, cleo)] == [[], []]
    assert [m.to for m in mail.outbox] == [[hal.user.email]]


def test_nobody_who_was_removed_meanwhile_is_mailed(camp, ben, monkeypatch):
    for n in range(MAILED_TO_ONE_ADDRESS.most + 1):
        make_host(ben, f"Knot {n}")
    mail.outbox.clear()
    remove_attendee(attendee=ben)
    in_an_hour(monkeypatch)
    mail_waiting_news()
    mail_person_news(attendee_id=ben.pk)
    assert mail.outbox == []


def test_what_is_told_anew_takes_the_place_of_what_waits(camp, olga, cleo):
    pitch = PitchFactory(camp=camp, title="Knots")
    for hosts in ([cleo], [], [cleo], []):
        save_pitch(pitch=pitch, hosts=hosts, not_in=[], by=olga)
    assert told(cleo) == ["You are no host of “Knots” any more."]
    for role in ("helper", "attendee", "helper"):
        change_role(attendee=cleo, role=role, by=olga)
    assert told(cleo)[1:] == ["Your role in this camp is another one now: Helper."]


def test_whoever_is_marked_as_away_twice_reads_all_of_it(camp, olga, ben):
    one, other = make_slot(camp, 10), make_slot(camp, 11)
    for slot in (other, one, one):
        set_away(attendee=ben, slots=[slot], is_away=True, by=olga)
    assert told(ben) == [f"An organiser wrote down that you are not there: {one} · {other}."]
    set_away(attendee=ben, slots=[one], is_away=False, by=olga)
    assert told(ben) == [f"An organiser wrote down that you are not there: {other}."]
    hear(attendee=ben, seen=ben.news[-1]["number"])
    set_away(attendee=ben, slots=[other], is_away=True, by=olga)
    assert told(ben) == [], "nothing changed"
    assert len(mail.outbox) == 3


def test_much_at_once_is_one_mail_each_and_costs_the_same_for_many(
    camp, ben, cleo, django_assert_num_queries, settings
):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    items = [news_item(kind=HOST, address=f"/{n}/", title=f"Knot {n}") for n in range(3)]

    def tell_to(people) -> None:
        # Whom to lock, what to write, whether a task waits, and the task; around it all a savepoint.
        with django_assert_num_queries(6):
            tell_each(told={person.pk: items for person in people}, by=None)
        assert DBTaskResult.objects.get().task_path == mail_news.module_path
        DBTaskResult.objects.all().delete()

    tell_to([ben])
    tell_to([AttendeeFactory(camp=camp) for _ in range(20)])


def test_ten_sentences_are_one_mail(camp, ben):
    items = [news_item(kind=HOST, address=f"/{n}/", title=f"Knot {n}") for n in range(3)]
    tell_each(told={ben.pk: items}, by=None)
    assert mailed() == [[f"You are a host of “Knot {n}” now." for n in range(3)]]
    assert [f"http://testserver/{n}/" in mail.outbox[0].body for n in range(3)] == [True] * 3


def test_a_task_that_waits_already_is_not_queued_twice(camp, ben, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    for n in range(3):
        make_host(ben, f"Knot {n}")
    mail_waiting_news()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [camp.pk]
    make_host(AttendeeFactory(camp=CampFactory()), "Elsewhere")
    assert DBTaskResult.objects.count() == 2


def test_of_what_two_places_were_told_of_one_thing_the_later_stays(camp, ben, cleo):
    make_host(ben, "A")
    tell(people=[cleo], kind=NO_HOST, by=None, address="/A/", title="A")
    ben.refresh_from_db()
    cleo.refresh_from_db()
    merge_attendees(source=ben, into=cleo)
    assert told(cleo) == ["You are no host of “A” any more."]


def test_what_was_counted_of_two_places_is_counted_of_the_one_they_become(camp, ben, cleo, monkeypatch):
    monkeypatch.setattr(news, "MOST", 3)
    monkeypatch.setattr(news, "count_one", lambda **_which: False)
    for number in range(5):
        make_host(ben, f"Ben {number}")
        make_host(cleo, f"Cleo {number}")
    ben.refresh_from_db()
    cleo.refresh_from_db()
    merge_attendees(source=ben, into=cleo)
    cleo.refresh_from_db()
    assert count_of(cleo.news) == 10


@pytest.mark.parametrize("kind", [NO_HOST, WITHDRAWN])
def test_whoever_hosts_it_no_more_is_told_nothing_more_of_its_place(camp, ben, kind):
    moved = news_item(kind=MOVED, address="/A/", session=7, title="A", before="Barn", place="Attic")
    other = news_item(kind=MOVED, address="/B/", session=8, title="B", before="Barn", place="Attic")
    tell_each(told={ben.pk: [moved, other]}, by=None)
    tell(people=[ben], kind=kind, by=None, address="/A/", title="A")
    assert [item["kind"] for item in Attendee.objects.get(pk=ben.pk).news] == [MOVED, kind]
