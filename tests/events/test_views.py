"""Joining by a name, creating, limits, what is refused in words."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events import frame
from events.models import Attendee, Camp, Invitation, Joining, Room, Slot
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory, UserFactory, make_slot


def test_a_name_is_all_it_takes(client, camp):
    response = client.post(f"/{camp.slug}/join/", {"display_name": "a-civil-servant"})

    assert response.status_code == 302
    attendee = camp.attendees.get()
    assert attendee.display_name == "a-civil-servant"
    assert attendee.user.is_guest
    assert client.get(f"/{camp.slug}/my/").status_code == 200


def test_the_qr_code_leads_to_the_one_field_and_the_code_is_filled_in(client, camp):
    camp.joining = Joining.CODE
    camp.save()
    response = client.get(f"/j/{camp.code}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f'value="{camp.code}"' in page
    # The form itself, and no way to it: one answer less on a bad network.
    assert f'action="/{camp.slug}/join/"' in page
    assert "no-store" in response["Cache-Control"]
    typed = {"display_name": "Fern", "code": camp.code}
    assert client.post(f"/{camp.slug}/join/", typed).url == f"/{camp.slug}/"
    # Whoever is in is led on, by the same code.
    assert client.get(f"/j/{camp.code}/").url == f"/{camp.slug}/"


def test_a_wrong_code_is_told_with_everything_still_there(client, camp):
    camp.joining = Joining.CODE
    camp.save()
    response = client.post(f"/{camp.slug}/join/", {"display_name": "Fern", "code": "WRONG1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Fern"' in page
    assert "not this camp&#x27;s code" in page
    assert User.objects.count() == 0


def test_300_people_behind_one_address_all_get_in(client, camp):
    for number in range(300):
        client.logout()
        assert client.post(f"/{camp.slug}/join/", {"display_name": f"P{number}"}).status_code == 302
    assert camp.attendees.count() == 300


def test_a_guest_is_sent_back_to_what_they_wanted(client, camp):
    response = client.get(f"/{camp.slug}/pitches/new/")
    assert response.url == f"/{camp.slug}/join/?next=%2F{camp.slug}%2Fpitches%2Fnew%2F"
    response = client.post(response.url, {"display_name": "Fern", "next": f"/{camp.slug}/pitches/new/"})
    assert response.url == f"/{camp.slug}/pitches/new/"


def test_nobody_is_sent_to_another_site(client, camp):
    response = client.post(f"/{camp.slug}/join/", {"display_name": "Fern", "next": "https://evil.example/"})
    assert response.url == f"/{camp.slug}/"


def test_htmx_of_somebody_not_in_goes_to_the_join_page(client, camp):
    response = client.post(
        f"/{camp.slug}/pitches/1/interest/",
        {"level": "1"},
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver/{camp.slug}/pitches/"},
    )
    assert response["HX-Redirect"] == f"/{camp.slug}/join/?next=%2F{camp.slug}%2Fpitches%2F"


NO_PAGE = [
    {"HX-Current-URL": "http://[::1"},
    {"HX-Current-URL": "http%3A//%5B", "HX-Current-URL-URI-AutoEncoded": "true"},
    {"HX-Current-URL": "//[/"},
]


@pytest.mark.parametrize("header", NO_PAGE)
@pytest.mark.parametrize("who", ["nobody", "ben"])
def test_a_header_that_names_no_page_is_as_none(client, sign_in, camp, ben, who, header):
    client = sign_in(ben) if who == "ben" else client
    pitch, headers = PitchFactory(camp=camp), {"HX-Request": "true", **header}
    for path in ("pitches/", f"pitches/{pitch.pk}/", "grid/?seen=x", "pitches/?seen=x"):
        assert client.get(f"/{camp.slug}/{path}", headers=headers).status_code == 200
    for path in (f"pitches/{pitch.pk}/interest/", "pitches/seen/", "news/heard/", "pitches/new/"):
        answer = client.post(f"/{camp.slug}/{path}", {"level": "1"}, headers=headers)
        assert answer.status_code < 500
        assert ("HX-Redirect" in answer) is (who == "nobody")


NEW = {
    "name": "Harbour Camp",
    "display_name": "Olga",
    "starts_on": "2030-05-04",
    "ends_on": "2030-05-04",
    "time_zone": "Europe/London",
    "joining": "open",
    "is_public": "on",
}


@pytest.fixture
def signed_in(client, db):
    user = UserFactory()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_camp_is_opened_in_one_page(signed_in):
    response = signed_in.post("/new/", NEW)
    camp = Camp.objects.get()
    assert (camp.slug, response.url) == ("harbour-camp", "/harbour-camp/slots/")
    assert Attendee.objects.get().is_organiser


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "admin"}, "needed by Campgrid itself"),
        ({"name": "!!!"}, "Type an address"),
        ({"ends_on": "2030-05-01"}, "The last day is before the first day"),
        ({"starts_on": "tomorrow"}, "Enter a valid date"),
        ({"name": ""}, "Type what the camp is called."),
        ({"capacity": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_camp_that_cannot_be_is_refused_in_words(signed_in, change, sentence):
    response = signed_in.post("/new/", NEW | change)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Camp.objects.count() == 0


def test_an_address_that_is_taken_is_told(signed_in, camp):
    response = signed_in.post("/new/", NEW | {"slug": camp.slug})
    assert "is taken by another camp" in response.content.decode()


def test_a_guest_is_asked_for_an_address_before_opening_a_camp(client, camp):
    client.post(f"/{camp.slug}/join/", {"display_name": "Fern"})
    assert "give an e-mail address first" in client.get("/new/").content.decode()


def test_slots_are_generated_then_changed_row_by_row(sign_in, camp, olga):
    client = sign_in(olga)
    form = {
        "day-starts": "10:00", "day-ends": "13:00", "day-minutes": "45", "day-between": "15",
        "day-lunch_at": "", "day-lunch_minutes": "60",
    }  # fmt: skip
    client.post(f"/{camp.slug}/slots/generate/", form)
    slot = camp.slots.first()
    change = {"day": "2030-01-12", "starts": "09:45", "ends": "10:45", "kind": "everyone", "title": "Opening"}
    # Read as the next day it would be all of one.
    refused = client.post(f"/{camp.slug}/slots/{slot.pk}/", change | {"ends": "09:45"})
    assert refused.status_code == 422
    assert "A slot is shorter than 24 hours." in refused.content.decode()
    client.post(f"/{camp.slug}/slots/{slot.pk}/", change)

    slot.refresh_from_db()
    assert (slot.starts_at.hour, slot.starts_at.minute, slot.title) == (9, 45, "Opening")
    response = client.post(f"/{camp.slug}/slots/{slot.pk}/", change | {"ends": "11:15"})
    assert response.status_code == 422
    assert "overlaps the slot at 11:00" in response.content.decode()


def test_slots_made_at_once_are_taken_back_as_long_as_nobody_used_or_changed_them(sign_in, camp, olga, rooms):
    client = sign_in(olga)
    mine = make_slot(camp, 8)
    typed = {
        "day-starts": "10:00",
        "day-ends": "13:00",
        "day-minutes": "45",
        "day-between": "15",
        "day-lunch_minutes": "60",
    }
    page = client.post(f"/{camp.slug}/slots/generate/", typed | {"day-lunch_at": ""}, follow=True).content.decode()
    undo = dict(re.findall(r'<input type="hidden" name="(slots|day-\w+)" value="([^"]*)"', page))
    made = [slot for slot in camp.slots.all() if slot != mine]

    def take_back() -> str:
        return client.post(f"/{camp.slug}/slots/generate/undo/", undo, follow=True).content.decode()

    session = place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=made[0])
    assert f"is used by now (On the draft there: “{session.pitch.title}”)" in take_back()
    session.cells.all().delete()
    olga.away_in.add(made[1])
    assert "is used by now (Not there then: Olga)" in take_back()
    olga.away_in.clear()
    # Of whoever is out nothing is said, and what they said is kept for when they are back.
    gone = AttendeeFactory(camp=camp, removed_at=timezone.now())
    gone.away_in.add(made[1])
    assert "is used by now." in take_back()
    gone.away_in.clear()
    Slot.objects.filter(pk=made[2].pk).update(title="Opening")
    assert "“Sat 12 Jan, 12:00” was changed since." in take_back()
    assert camp.slots.count() == 4
    Slot.objects.filter(pk=made[2].pk).update(title="")
    page = take_back()
    assert "3 slots are taken away again." in page
    assert list(camp.slots.all()) == [mine]
    # And made again as they were.
    again = dict(re.findall(r'<input type="hidden" name="(day-\w+)" value="([^"]*)"', page))
    client.post(f"/{camp.slug}/slots/generate/", again)
    assert [slot.starts_at for slot in camp.slots.all() if slot != mine] == [slot.starts_at for slot in made]
    assert "These slots are gone already." in take_back()


def make_rooms(camp, count: int) -> list[Room]:
    return [camp.rooms.create(name=f"Tent {number}") for number in range(count)]


def make_slots(camp, count: int) -> list[Slot]:
    return [make_slot(camp, 14 + number) for number in range(count)]


@pytest.mark.parametrize("make", [make_rooms, make_slots])
def test_many_that_are_taken_back_take_as_many_queries_as_one(camp, rooms, slots, make):
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    asked = []
    for count in (1, 6):
        made = make(camp, count)
        things = type(made[0])._default_manager.filter(camp=camp)
        before = things.count() - count
        with CaptureQueriesContext(connection) as captured:
            frame.take_back(camp=camp, things=things, seen={thing.pk: thing.state for thing in made})
        asked.append(len(captured))
        assert things.count() == before
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"ends": "13:00"}, 302, "3 slots are made, from Sat 12 Jan, 10:00 to Sat 12 Jan, 12:45."),
        ({"ends": "02:00", "starts": "22:00"}, 302, "4 slots are made, from Sat 12 Jan, 22:00 to Sun 13 Jan, 01:45."),
        ({"ends": "08:00"}, 422, "08:00 is before 10:00. A day that goes on after midnight ends by 06:00."),
        ({"minutes": "400"}, 422, "No slot is as short as that."),
    ],
)
def test_how_far_the_slots_go_is_told_and_a_night_that_was_mistyped_is_refused(
    sign_in, camp, olga, change, status, told
):
    typed = {"starts": "10:00", "ends": "13:00", "minutes": 45, "between": 15, "lunch_minutes": 60, "lunch_at": ""}
    sent = {f"day-{name}": value for name, value in (typed | change).items()}
    client = sign_in(olga)
    response = client.post(f"/{camp.slug}/slots/generate/", sent)
    assert response.status_code == status
    page = response if status == 422 else client.get(response.url)
    assert told in page.content.decode()
    assert camp.slots.exists() == (status == 302)


def test_a_room_name_stands_for_one_room(sign_in, camp, olga, rooms):
    response = sign_in(olga).post(f"/{camp.slug}/rooms/", {"name": "Barn", "capacity": "5"})
    assert response.status_code == 422
    assert "has a room of that name" in response.content.decode()


def test_addresses_come_from_any_column_and_faults_name_their_row(sign_in, camp, olga):
    client = sign_in(olga)
    url = f"/{camp.slug}/people/addresses/"
    good = SimpleUploadedFile("t.csv", b"name,mail\nAnn,ann@x.example\nBob,BOB@x.example\nBob,bob@x.example\n")
    client.post(url, {"file": good})
    assert camp.listed_addresses.count() == 2
    bad = SimpleUploadedFile("t.csv", b"ann@x.example\nnot@@mail\n")
    response = client.post(url, {"file": bad})
    assert response.status_code == 422
    assert "Row 2" in response.content.decode()


def test_the_calendar_of_roles_is_kept_by_organisers_only(sign_in, camp, olga, ben, hal):
    assert sign_in(hal).post(f"/{camp.slug}/people/{ben.pk}/role/", {"role": "organiser"}).status_code == 403
    sign_in(olga).post(f"/{camp.slug}/people/{ben.pk}/role/", {"role": "helper"})
    ben.refresh_from_db()
    assert ben.is_helper


def test_accents_are_corrected_until_they_can_be_read():
    from events.colour import DARK_PAPER, LIGHT_PAPER, contrast, readable_on

    for colour in ("#ffff00", "#000000", "#ffffff", "#ff0000", "#808080", "#00ff7f", "#123456"):
        assert contrast(readable_on(colour, LIGHT_PAPER), LIGHT_PAPER) >= 4.5
        assert contrast(readable_on(colour, DARK_PAPER), DARK_PAPER) >= 4.5


def test_markdown_cannot_carry_a_script():
    from events.markdown import to_html

    html = to_html("<script>x</script> [a](javascript:alert(1)) ![p](http://x/y.png) **b** <b onclick=x>")
    assert "<script" not in html
    assert "javascript" not in html.replace("[a](javascript:alert(1))", "")
    assert "<img" not in html
    assert "<strong>b</strong>" in html


def test_the_front_page_leaves_unlisted_camps_out(client, camp):
    assert "Lakeside 2030" in client.get(reverse("events:home")).content.decode()
    camp.is_public = False
    camp.save()
    assert "Lakeside 2030" not in client.get(reverse("events:home")).content.decode()


@pytest.mark.parametrize(
    ("zone", "now", "is_past"),
    [
        ("America/Los_Angeles", datetime(2030, 1, 13, 2, tzinfo=UTC), False),
        ("America/Los_Angeles", datetime(2030, 1, 13, 9, tzinfo=UTC), True),
        ("Europe/London", datetime(2030, 1, 12, 23, tzinfo=UTC), False),
        ("Europe/London", datetime(2030, 1, 13, 0, tzinfo=UTC), True),
        ("Pacific/Kiritimati", datetime(2030, 1, 12, 9, tzinfo=UTC), False),
        ("Pacific/Kiritimati", datetime(2030, 1, 12, 11, tzinfo=UTC), True),
        ("Etc/GMT+12", datetime(2030, 1, 13, 11, tzinfo=UTC), False),
        ("Europe/London", datetime(2030, 3, 1, tzinfo=UTC), True),
    ],
)
def test_a_camp_is_past_when_its_last_day_is_over_where_it_is(client, camp, monkeypatch, zone, now, is_past):
    Camp.objects.update(time_zone=zone)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    coming, _heading, past = client.get(reverse("events:home")).content.decode().partition("Past camps")
    assert ("Lakeside 2030" in past) == is_past
    assert ("Lakeside 2030" in coming) != is_past


def test_a_guest_gives_an_address_before_helping_to_run_a_camp(client, camp, olga):
    client.post(f"/{camp.slug}/join/", {"display_name": "Fern"})
    invitation = Invitation.objects.issue(camp=camp, role="helper", is_shown=True)
    page = client.get(f"/{camp.slug}/invitations/{invitation.key}/").content.decode()
    assert "Give my e-mail address" in page
    client.post(f"/{camp.slug}/invitations/{invitation.key}/", {"display_name": "Fern"})
    assert not camp.attendees.filter(display_name="Fern", role="helper").exists()


@pytest.mark.parametrize("code", ["ab/c", "///", "../x", "a?b#c"])
@pytest.mark.parametrize("send", ["get", "post"])
def test_what_can_be_no_code_is_told_beside_the_field_with_what_was_typed(client, db, send, code):
    page = getattr(client, send)("/j/", {"code": code})
    found = page.content.decode()
    assert page.status_code == 422
    assert f"No camp has the code “{code}”." in found
    assert f'value="{code}"' in found


def test_a_code_is_the_same_with_blanks_and_hyphens(client, camp):
    code = f"{camp.code[:3].lower()}-{camp.code[3:]} "
    assert client.get("/j/", {"code": code}).url == f"/j/{camp.code}/"
    Camp.objects.update(joining=Joining.CODE)
    assert client.post(f"/{camp.slug}/join/", {"display_name": "Fern", "code": code}).status_code == 302


def upload(client, camp, data):
    return client.post(f"/{camp.slug}/people/addresses/", {"file": SimpleUploadedFile("list.csv", data)})


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_list_of_addresses_is_read_with_whatever_its_lines_end_in(sign_in, camp, olga, end):
    assert upload(sign_in(olga), camp, end.join([b"mail", b"a@example.org", b"b@example.org"])).status_code == 302
    assert camp.listed_addresses.count() == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'Email\n"' + b"x" * 200_000, "The file cannot be read as CSV"),
        (b'"' + b"x" * 200_000, "There is no e-mail address in it."),
        (b"x" * 300 + b"@example.org", "Row 1:"),
        (b"a" * 60 + b"@" + b".".join([b"b" * 60] * 4) + b".org", "Row 1:"),
    ],
)
def test_a_list_with_a_cell_without_an_end_is_refused_with_a_sentence(sign_in, camp, olga, data, sentence):
    page = upload(sign_in(olga), camp, data)
    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_a_link_is_copied_by_a_button_that_says_whose_and_is_hidden_until_a_script_can_copy(sign_in, camp, olga):
    client = sign_in(olga)
    for _ in range(2):
        client.post(f"/{camp.slug}/people/", {"role": "helper"})
    page = client.get(f"/{camp.slug}/people/").content.decode().partition("<main")[2]
    buttons = re.findall(r"<button[^>]*data-copy=.*?</button>", page, re.S)
    names = {" ".join(re.sub(r"<[^>]*>", " ", button).split()) for button in buttons}
    assert len(names) == len(buttons) == 2
    assert all(re.fullmatch(r"Copy Helper, \w{8}", name) for name in names)
    assert all(" hidden" in button.partition(">")[0] for button in buttons)
