"""A deed ends with a sentence and the thing touched; what hurts asks once. Derived from the addresses, by hand where it says so."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from events.http import Done, Undo
from events.roles import change_role
from notes.models import Link
from pitches.models import Pitch
from schedule.models import Draft, GridBuild

from .addresses import FullCamp, camp_addresses
from .test_archived import rows, undone, written_to

BACKEND = "django.contrib.auth.backends.ModelBackend"

#: address: why it says nothing
SAYS_NOTHING = {
    "pitches:interest_set": "the two buttons show what holds",
    "events:camp_join": "an organiser is in already",
    "schedule:build_start": "here the worker is done before the page is there, and the page says what it found",
    "schedule:repair_start": "the same",
    "schedule:what_if_start": "the part of the page that one is led to says so",
    "events:news_hear": "what was read is gone from the page",
    "schedule:moves_hear": "what was seen is gone from the page",
    "schedule:session_choose": "the page it was sent from shows where one goes",
    "schedule:pack_make": "the file comes",
    "schedule:scan_hold": "the page that follows says what is in hand",
}
#: what cannot be taken back as easily as it was done: each has a page that asks, and nothing else does it
HURTS = {
    "events:camp_leave", "events:camp_erase", "events:camp_archive", "events:camp_delete", "events:room_delete", "events:slot_delete",
    "events:person_remove", "events:address_drop", "events:invitation_take_back", "pitches:pitch_withdraw", "pitches:pitch_merge",
    "schedule:calendar_replace", "schedule:mails_stop", "schedule:grid_publish", "schedule:version_take_back", "notes:writeup_delete", "exchange:import_detail",
    "events:worry_delete", "notes:draft_delete", "schedule:pitch_split",
}  # fmt: skip
#: what is taken away and comes back by the button of the next page
CAN_BE_UNDONE = {
    "events:camp_switch", "events:room_paste", "events:slot_generate", "events:room_features", "events:person_role", "events:person_remove",
    "pitches:pitch_withdraw", "schedule:session_place",
    "schedule:session_unplace", "schedule:session_pin", "schedule:pins_set", "schedule:cell_fill", "schedule:repeat_add",
    "schedule:scan_place", "schedule:wall_type", "schedule:sheet_type",
    "schedule:room_reopen", "schedule:host_back", "schedule:repair_take", "schedule:build_take", "schedule:build_leave", "schedule:move_undo",
    "schedule:step_undo", "schedule:step_redo", "schedule:session_repair", "schedule:cell_repair",
    "slots_shift", "schedule:shift_undo", "notes:link_delete", "schedule:plan_b_keep", "schedule:plan_b_take", "schedule:plan_b_drop",
}  # fmt: skip
#: what makes, saves or sets something: nothing is lost by it
HURTS_NOBODY = {
    "events:camp_join", "events:news_hear", "events:name_edit", "events:camp_edit", "events:camp_copy", "events:room_list",
    # What goes by it was pasted or made just now, is unchanged, and comes back as it was.
    "events:room_unpaste",
    "events:slot_ungenerate",
    "events:room_edit", "events:slot_list", "events:slot_edit", "events:people_list",
    "events:address_upload", "events:person_handover", "events:invitation_accept", "pitches:pitch_create",
    "schedule:plan_b_return", "pitches:pitch_return", "pitches:seen_mark", "pitches:pitch_edit", "schedule:pitch_rename", "pitches:pitch_host", "pitches:interest_set",
    # Switched on again by one press; what went out stays out.
    "schedule:live_switch",
    "schedule:mails_start", "schedule:moves_hear", "schedule:telling_choose", "schedule:device_add",
    # Switched on again by one press, on that device.
    "schedule:device_remove",
    # Both have their button; what it gives back is pinned, which the camp of these tests is not.
    "schedule:place_claim", "schedule:place_give_back",
    # A call is heard, and answered anew as often as one likes; an offer is taken back on its page.
    "schedule:host_call", "schedule:call_answer", "schedule:lead_offer",
    "schedule:room_close", "schedule:host_away", "schedule:repair_start", "schedule:build_start",
    "schedule:what_if_start", "schedule:build_stop", "notes:note_edit", "notes:note_restore", "notes:note_rule", "notes:link_create",
    "notes:link_restore", "notes:session_writeup_create", "notes:writeup_create", "notes:writeup_edit",
    "exchange:import_create", "exchange:practise", "schedule:pack_make",
    # All that is in a practice copy is invented.
    "exchange:practice_erase",
    # Told to one person, and taken back by nobody: its page is the form itself, and says who reads it.
    "events:worry_create",
    "events:worry_list", "along_detail", "notes:draft_edit", "schedule:session_choose", "schedule:scan_hold",
}  # fmt: skip


class Page(HTMLParser):
    """Ids, and where the forms of the page are sent."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.forms: list[dict[str, str]] = []
        self.told: list[str] = []
        self.is_telling = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "id" in values:
            self.ids.add(values["id"])
        if tag == "form" and values.get("method") == "post":
            self.forms.append(values)
        self.is_telling = "data-told" in values

    def handle_data(self, data):
        if self.is_telling:
            self.told.append(data.strip())
            self.is_telling = False


def send(client: Client, full_camp: FullCamp, name: str):
    [address] = [a for a in camp_addresses() if a.name == name]
    form = full_camp.forms()[name]
    return client.post(full_camp.url(address, form), form.data)


def page_after(client: Client, response) -> Page:
    return Page(client.get(response.url).content.decode())


def undo_of(response) -> Undo | None:
    # What an earlier answer said waits for the next page, too; a warning may follow what was done.
    found = [Done.of(message.extra_tags or "").undo for message in get_messages(response.wsgi_request)]
    return next((undo for undo in reversed(found) if undo), None)


def take_back(client: Client, undo: Undo):
    data: dict[str, list[str]] = {}
    for name, value in undo.fields:
        data.setdefault(name, []).append(value)
    return client.post(undo.address, data)


def test_every_deed_ends_with_a_sentence_and_what_it_touched_is_on_the_page(sign_in, olga, full_camp, empty_cache):
    client, wrong = sign_in(olga), {}
    for address in written_to(full_camp):
        with undone():
            # What is kept has the numbers of what did not happen.
            empty_cache()
            response = send(client, full_camp, address.name)
            page = page_after(client, response)
            part = response.url.partition("#")[2]
            faults = [] if page.told or address.name in SAYS_NOTHING else ["says nothing"]
            faults += [f"no {part} on the page"] if part and part not in page.ids else []
            touched = [Done.of(m.extra_tags or "").touched for m in get_messages(response.wsgi_request)]
            faults += [f"no {i} on the page" for ids in touched for i in ids if i not in page.ids]
            if faults:
                wrong[address.name] = faults
    assert wrong == {}


def test_what_says_nothing_is_still_there(full_camp):
    assert SAYS_NOTHING.keys() <= full_camp.forms().keys()


def test_the_draft_shows_what_was_moved(sign_in, olga, full_camp):
    """In view without a script: the address holds the id of the entry, or of the line among those that wait."""
    client, session = sign_in(olga), full_camp.session
    response = send(client, full_camp, "schedule:session_unplace")
    assert response.url.endswith(f"/draft/?waiting=all#waiting-{full_camp.pitch.pk}")
    assert page_after(client, response).told == ["“Knots” is off the grid."]
    response = take_back(client, undo_of(response))
    assert response.url.endswith(f"/draft/#entry-{session.pk}")
    assert page_after(client, response).told == ["“Knots” is here now: Barn, Sat 12 Jan, 10:00."]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("events:room_edit", "room-"), ("events:slot_edit", "slot-"), ("events:camp_switch", "switch-"),
        ("events:address_upload", "listed"), ("schedule:host_away", "away-"), ("schedule:build_stop", "build-progress"),
        ("schedule:grid_publish", "published-grid"), ("notes:note_edit", "session-notes"), ("notes:link_create", "link-"),
    ],
)  # fmt: skip
def test_what_was_done_on_a_part_of_a_long_page_leads_back_to_that_part(sign_in, olga, full_camp, name, part):
    assert send(sign_in(olga), full_camp, name).url.partition("#")[2].startswith(part)


# -- what hurts -------------------------------------------------------------------------------------------------


def test_of_every_form_somebody_said_whether_it_hurts(full_camp):
    """A new one is put into one of the sets by hand."""
    known = HURTS | CAN_BE_UNDONE | HURTS_NOBODY
    assert {address.name for address in written_to(full_camp)} == known
    assert not HURTS & HURTS_NOBODY
    assert not CAN_BE_UNDONE & HURTS_NOBODY


def test_what_hurts_asks_on_one_page_and_looking_at_it_does_nothing(sign_in, olga, full_camp):
    client, wrong = sign_in(olga), {}
    for address in written_to(full_camp):
        if address.name in HURTS:
            url, before = full_camp.url(address, full_camp.forms()[address.name]), rows()
            response = client.get(url)
            main = response.content.decode().partition("<main")[2]
            # What is told to the person on every page is put away by a form of its own.
            forms = [form for form in Page(main).forms if not form.get("action", "").endswith("/news/heard/")]
            if response.status_code != 200 or rows() != before:
                wrong[address.name] = response.status_code
            elif [form.get("action", url) for form in forms] != [url] or "<details" in main:
                wrong[address.name] = forms
    assert wrong == {}


def test_no_other_page_does_it_without_asking_and_none_asks_twice(sign_in, olga, full_camp):
    client, forms = sign_in(olga), full_camp.forms()
    hurting = {full_camp.url(a, forms[a.name]): a.name for a in written_to(full_camp) if a.name in HURTS}
    direct, seen = [], 0
    for address in camp_addresses():
        if address.name in HURTS:
            continue
        page = full_camp.url(address)
        response = client.get(page)
        if response.status_code == 200 and "html" in response["Content-Type"]:
            html = response.content.decode()
            seen += 1
            direct += [(page, f["action"]) for f in Page(html).forms if f.get("action") in hurting]
            # A question of the script's beside that of the page would be the second.
            assert not re.search(r"hx-confirm|onsubmit|onclick", html), page
    assert seen > 25
    assert direct == []


@pytest.mark.parametrize("name", sorted(HURTS))
def test_what_hurt_says_what_happened(sign_in, olga, full_camp, name):
    client = sign_in(olga)
    response = send(client, full_camp, name)
    said = [str(message) for message in get_messages(response.wsgi_request)]
    assert len(said) == 1
    assert len(said[0]) > 8


# -- what can be taken back --------------------------------------------------------------------------------------


def state(full_camp: FullCamp) -> list[object]:
    """What the forms below change, but counters."""
    camp = full_camp.camp
    camp.refresh_from_db()
    return [
        sorted(camp.sessions.placed().values_list("pk", "is_pinned", "cells__room", "cells__slot"), key=repr),
        sorted(camp.pitches.values_list("pk", "runs", "withdrawn_at"), key=repr),
        sorted(camp.attendees.values_list("pk", "role", "removed_at", "away_in"), key=repr),
        sorted(camp.rooms.values_list("pk", "closed_in", "features"), key=repr),
        list(camp.slots.values_list("pk", "starts_at", "ends_at")),
        sorted(Link.objects.values_list("session", "url", "title", "kind", "by")),
        [camp.is_pitching_open, camp.is_interest_open, camp.are_counts_shown],
        list(camp.plans_b.filter(dropped_at=None).values_list("pk", "places")),
    ]


@pytest.mark.parametrize("name", sorted(CAN_BE_UNDONE))
def test_undo_is_a_button_on_the_next_page_and_all_is_as_before(sign_in, olga, full_camp, name):
    client, before = sign_in(olga), state(full_camp)
    response = send(client, full_camp, name)
    assert state(full_camp) != before
    undo = undo_of(response)
    assert undo.address in [form.get("action") for form in page_after(client, response).forms]
    assert take_back(client, undo).status_code == 302
    assert state(full_camp) == before


@pytest.mark.parametrize("name", sorted(CAN_BE_UNDONE - {"schedule:move_undo"}))
def test_undo_sent_twice_is_no_error(sign_in, olga, full_camp, name):
    client, before = sign_in(olga), state(full_camp)
    undo = undo_of(send(client, full_camp, name))
    assert [take_back(client, undo).status_code for _ in range(2)] == [302, 302]
    assert state(full_camp) == before


def test_a_withdrawn_pitch_comes_back_with_its_place_and_its_pin(sign_in, olga, full_camp):
    session = full_camp.session
    session.is_pinned = True
    session.save()
    client = sign_in(olga)
    undo = undo_of(send(client, full_camp, "pitches:pitch_withdraw"))
    assert not session.cells.exists()
    take_back(client, undo)
    session.refresh_from_db()
    assert (session.place.room, session.is_pinned) == (full_camp.rooms[0], True)


def test_what_was_off_the_grid_before_the_pitch_was_withdrawn_stays_off(sign_in, olga, full_camp):
    client = sign_in(olga)
    send(client, full_camp, "schedule:session_unplace")
    take_back(client, undo_of(send(client, full_camp, "pitches:pitch_withdraw")))
    assert Pitch.objects.get(pk=full_camp.pitch.pk).is_open
    assert not full_camp.session.cells.exists()


def test_a_pitch_whose_cell_is_taken_comes_back_and_waits(sign_in, olga, full_camp):
    client, cell = sign_in(olga), full_camp.session.place
    undo = undo_of(send(client, full_camp, "pitches:pitch_withdraw"))
    client.post(
        f"/{full_camp.camp.slug}/draft/pitches/{full_camp.idea.pk}/place/", {"cell": f"{cell.slot_id}-{cell.room_id}"}
    )
    take_back(client, undo)
    assert Pitch.objects.get(pk=full_camp.pitch.pk).is_open
    assert not full_camp.session.cells.exists()
    assert full_camp.other.place.room_id == cell.room_id


def refused(response) -> str:
    *_before, message = get_messages(response.wsgi_request)
    assert message.level_tag == "error"
    return str(message)


def test_undo_is_refused_with_who_moved_it_where_since(sign_in, olga, full_camp):
    """Olga takes it off, Oscar puts it elsewhere: her Undo does not take that from him."""
    client, camp = sign_in(olga), full_camp.camp
    undo = undo_of(send(client, full_camp, "schedule:session_unplace"))
    oscar = camp.attendees.get(display_name="Oscar")
    other = Client()
    other.force_login(oscar.user, backend=BACKEND)
    cell = {"cell": f"{full_camp.slots[2].pk}-{full_camp.rooms[0].pk}"}
    other.post(f"/{camp.slug}/draft/pitches/{full_camp.pitch.pk}/place/", cell)
    text = refused(take_back(client, undo))
    assert text == "Oscar moved “Knots” meanwhile: Barn, Sat 12 Jan, 13:00. Look again, then decide."
    assert full_camp.session.place.slot == full_camp.slots[2]


def test_undo_of_a_repair_is_refused_whole_if_one_of_its_sessions_was_moved_since(sign_in, olga, full_camp):
    client = sign_in(olga)
    undo = undo_of(send(client, full_camp, "schedule:repair_take"))
    assert len(undo.fields) == 2
    pin = {"on": "1"}
    client.post(f"/{full_camp.camp.slug}/draft/sessions/{full_camp.session.pk}/pin/", pin)
    before = state(full_camp)
    assert "meanwhile" in refused(take_back(client, undo))
    assert state(full_camp) == before


def test_undo_into_a_taken_cell_is_refused_and_moves_nothing(sign_in, olga, full_camp):
    client, cell = sign_in(olga), full_camp.session.place
    undo = undo_of(send(client, full_camp, "schedule:session_unplace"))
    client.post(
        f"/{full_camp.camp.slug}/draft/pitches/{full_camp.idea.pk}/place/", {"cell": f"{cell.slot_id}-{cell.room_id}"}
    )
    assert "already has Barn then" in refused(take_back(client, undo))
    assert not full_camp.session.cells.exists()


def test_undo_of_what_went_with_its_room_is_refused(sign_in, olga, full_camp):
    client, room = sign_in(olga), full_camp.rooms[0]
    undo = undo_of(send(client, full_camp, "schedule:session_unplace"))
    room.delete()
    assert "the room or the slot is gone" in refused(take_back(client, undo))


def test_a_pitch_put_back_and_withdrawn_again_is_not_put_back_by_the_old_undo(sign_in, olga, full_camp):
    client = sign_in(olga)
    undo = undo_of(send(client, full_camp, "pitches:pitch_withdraw"))
    take_back(client, undo)
    assert "is on the board already" in refused(take_back(client, undo))
    send(client, full_camp, "pitches:pitch_withdraw")
    assert "It stays off the board" in refused(take_back(client, undo))
    assert not Pitch.objects.get(pk=full_camp.pitch.pk).is_open


def test_the_undo_of_a_role_is_refused_if_somebody_gave_another_since(sign_in, olga, full_camp):
    client = sign_in(olga)
    undo = undo_of(send(client, full_camp, "events:person_role"))
    person = full_camp.camp.attendees.get(display_name="Person")
    change_role(attendee=person, role="organiser", by=None)
    assert refused(take_back(client, undo)).startswith("The role of Person was changed meanwhile.")
    person.refresh_from_db()
    assert person.role == "organiser"


def test_a_link_added_again_meanwhile_is_not_there_twice(sign_in, olga, full_camp):
    client, link = sign_in(olga), Link.objects.get()
    undo = undo_of(send(client, full_camp, "notes:link_delete"))
    Link.objects.create(session=full_camp.session, url=link.url, title="Mine", by=olga)
    assert refused(take_back(client, undo)) == "That link is there already."


def test_the_undo_of_a_link_works_for_its_own_session_and_unchanged_only(sign_in, olga, full_camp):
    client = sign_in(olga)
    undo = undo_of(send(client, full_camp, "notes:link_delete"))
    elsewhere = undo.address.replace(f"/{full_camp.session.pk}/", f"/{full_camp.other.pk}/")
    assert "no longer be undone" in refused(take_back(client, Undo(elsewhere, undo.fields)))
    forged = undo.fields[0][1].replace(undo.fields[0][1][0], "x", 1)
    assert "no longer be undone" in refused(take_back(client, Undo(undo.address, [("link", forged)])))
    assert not Link.objects.exists()


@pytest.mark.parametrize("moved", ["", "x", "1", "1-", "-1", "99999999999999999999-1", "0-0", "²-²"])
def test_an_undo_of_nothing_is_a_sentence(sign_in, olga, full_camp, moved):
    response = sign_in(olga).post(f"/{full_camp.camp.slug}/draft/undo/", {"moved": moved})
    assert "can no longer be undone" in refused(response)


def test_a_session_of_another_camp_is_not_moved(sign_in, olga, full_camp):
    from .factories import CampFactory, PitchFactory

    other = PitchFactory(camp=CampFactory(slug="other"))
    session = other.sessions.create(camp=other.camp, stood={"room": None, "slot": None, "is_pinned": True, "runs": 0})
    mine, before = f"{full_camp.session.pk}-{full_camp.session.revision}", state(full_camp)
    for moved in ([f"{session.pk}-0"], [f"{session.pk}-0", mine]):
        response = sign_in(olga).post(f"/{full_camp.camp.slug}/draft/undo/", {"moved": moved})
        assert "can no longer be undone" in refused(response)
    assert state(full_camp) == before


def test_the_runs_of_a_pitch_are_given_back_each_by_itself(sign_in, olga, full_camp):
    """Two repeats are taken off; the first comes back, and it counts as two runs, not as the three of then."""
    client, pitch, camp = sign_in(olga), full_camp.pitch, full_camp.camp
    for slot in (full_camp.slots[1], full_camp.slots[2]):
        client.post(f"/{camp.slug}/draft/pitches/{pitch.pk}/repeat/", {"slot": slot.pk, "room": full_camp.rooms[0].pk})
    first, second, _third = pitch.sessions.order_by("pk")
    undos = [undo_of(client.post(f"/{camp.slug}/draft/sessions/{s.pk}/unplace/")) for s in (first, second)]
    pitch.refresh_from_db()
    assert pitch.runs == 1
    take_back(client, undos[0])
    pitch.refresh_from_db()
    assert (pitch.runs, pitch.sessions.placed().count()) == (2, 2)


def test_a_grid_that_the_worker_put_on_the_draft_is_remembered_too(full_camp, olga):
    from schedule.draft.plan import apply_plan
    from schedule.draft.undo import undo_moves

    applied = apply_plan(camp=full_camp.camp, rows=GridBuild.objects.filter(kind="grid").first().plan)
    before = Draft.revision_of(full_camp.camp)
    undo_moves(camp=full_camp.camp, seen={s.pk: s.revision for s in applied.moved}, by=olga)
    assert full_camp.session.place.slot == full_camp.slots[0]
    assert Draft.revision_of(full_camp.camp) == before + 1
