"""Who may what: for every address the answer that each kind of person gets, written down from the rules of the product.

Nothing here is recorded from a run. Where the code answers otherwise, either a right was lost or somebody got one:
change the table only if the rule is meant to change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

import pytest
from django.db import OperationalError, connection
from django.test import Client

from events import access
from events.access import find_camp
from events.models import Attendee, Camp
from schedule.draft.moves import place_session

from .addresses import Address, Form, FullCamp, camp_addresses
from .factories import AttendeeFactory, CampFactory, PitchFactory, UserFactory, make_organiser
from .test_archived import undone

#: Nine people, in the order of the columns. Outside: nobody signed in · signed in and in no camp · an organiser of
#: another camp · somebody an organiser removed · somebody on the waiting list. Inside: an attendee · the host of the
#: pitch and of its session, who wrote the write-up · a helper · an organiser. The link was added by the attendee.
PEOPLE = ["anonymous", "stranger", "elsewhere", "removed", "waiting", "attendee", "host", "helper", "organiser"]

#: What they get: . the page or file · > what they sent is done and they go on, or they are led to another page · J to the join page · N not found ·
#: F forbidden, with a sentence · - there is no such method · ! their form again, with what is wrong about it.
EVERYBODY = "..... ...."  # what a camp shows, it shows to anybody who has its address
INSIDE = "JJJJJ ...."  # who is in; the others are asked in
INSIDE_DO = "JJJJJ >>>>"
OWN = "JJJJJ N.N."  # the host's own thing: nobody else's, but organisers look after all
OWN_DO = "JJJJJ N>N>"
OWN_OR_HELP = "JJJJJ N..."  # helpers type in and mend what is pitched
OWN_OR_HELP_DO = "JJJJJ N>>>"
HELPERS = "NNNNN FF.."  # strangers do not learn that there is such a page
HELPERS_DO = "NNNNN FF>>"
ORGANISERS = "NNNNN FFF."
ORGANISERS_DO = "NNNNN FFF>"
#: no such method, but the question who one is comes first
NONE = "----- ----"
NONE_INSIDE = "JJJJJ ----"
NONE_HELPERS = "NNNNN FF--"
NONE_ORGANISERS = "NNNNN FFF-"

#: address: what looking gives, what sending gives
RIGHTS = {
    # -- the camp itself
    "events:camp_detail": (EVERYBODY, NONE),
    "events:camp_accent": (EVERYBODY, NONE),
    # A camp as an app of its own, and what a device keeps of it: to each what is theirs.
    "events:camp_manifest": (EVERYBODY, NONE),
    "events:camp_icon": (EVERYBODY, NONE),
    "camp_kept": (EVERYBODY, NONE),
    "camp_waiting": (INSIDE, NONE_INSIDE),
    # Who is in or waits is led on; who was removed is told so.
    "events:camp_join": ("....> >>>>", ">>>!> >>>>"),
    # Who is not in has nothing to leave; who waits may stop waiting.
    "events:camp_leave": (">>>>. ....", ">>>>> >>>>"),
    "events:camp_erase": (">>>>. ....", ">>>>> >>>>"),
    # Looked at by hand it leads on.
    "events:news_detail": (INSIDE_DO, NONE_INSIDE),
    "events:news_hear": (INSIDE_DO, INSIDE_DO),
    "events:name_edit": (INSIDE, INSIDE_DO),
    # Whoever sees the camp may say that something is wrong.
    "events:worry_create": (EVERYBODY, ">>>>> >>>>"),
    # Who can be told is a helper, or an organiser; what one was told is one's own.
    "events:worry_list": (INSIDE, "JJJJJ !!>>"),
    "events:worry_delete": ("JJJJJ NNN.", "JJJJJ NNN>"),
    "events:camp_poster": (HELPERS, NONE_HELPERS),
    "events:camp_edit": (ORGANISERS, ORGANISERS_DO),
    "events:camp_switch": (ORGANISERS_DO, ORGANISERS_DO),
    "events:camp_archive": (ORGANISERS, ORGANISERS_DO),
    "events:camp_delete": (ORGANISERS, ORGANISERS_DO),
    "events:camp_copy": (ORGANISERS, ORGANISERS_DO),
    "exchange:practise": (ORGANISERS, ORGANISERS_DO),
    # Where no practice copy is, one is led to where it is made.
    "exchange:practice_erase": (ORGANISERS_DO, ORGANISERS_DO),
    "events:room_list": (ORGANISERS, ORGANISERS_DO),
    "events:room_features": (ORGANISERS_DO, ORGANISERS_DO),
    "events:room_paste": (ORGANISERS_DO, ORGANISERS_DO),
    "events:room_unpaste": (ORGANISERS_DO, ORGANISERS_DO),
    "events:room_edit": (ORGANISERS, ORGANISERS_DO),
    "events:room_delete": (ORGANISERS, ORGANISERS_DO),
    "events:slot_list": (ORGANISERS, ORGANISERS_DO),
    "events:slot_generate": (ORGANISERS_DO, ORGANISERS_DO),
    "events:slot_ungenerate": (ORGANISERS_DO, ORGANISERS_DO),
    "events:slot_edit": (ORGANISERS, ORGANISERS_DO),
    "events:slot_delete": (ORGANISERS, ORGANISERS_DO),
    "events:people_list": (ORGANISERS, ORGANISERS_DO),
    "events:address_upload": (ORGANISERS_DO, ORGANISERS_DO),
    "events:address_drop": (ORGANISERS, ORGANISERS_DO),
    "events:person_role": (ORGANISERS_DO, ORGANISERS_DO),
    "events:person_remove": (ORGANISERS, ORGANISERS_DO),
    "events:person_handover": (ORGANISERS_DO, ORGANISERS_DO),
    "events:invitation_take_back": (ORGANISERS, ORGANISERS_DO),
    # The link is the right, also for somebody removed: an organiser made it since. Without an account one is asked to
    # sign in first.
    "events:invitation_accept": (EVERYBODY, ".>>>> >>>>"),
    # -- the board
    "pitches:pitch_list": (EVERYBODY, NONE),
    # Whoever opens it themselves is led to the board.
    "pitches:board_news": (">>>>> >>>>", NONE),
    "pitches:pitch_detail": (EVERYBODY, NONE),
    "pitches:pitch_create": (INSIDE, INSIDE_DO),
    "pitches:pitch_one": (INSIDE, NONE_INSIDE),
    "pitches:seen_mark": (INSIDE_DO, INSIDE_DO),
    "pitches:pitch_edit": (OWN_OR_HELP, OWN_OR_HELP_DO),
    "pitches:pitch_withdraw": (OWN_OR_HELP, OWN_OR_HELP_DO),
    # Who may withdraw it may put it back.
    "pitches:pitch_return": (INSIDE_DO, OWN_OR_HELP_DO),
    "pitches:pitch_host": (INSIDE_DO, INSIDE_DO),
    "pitches:pitch_merge": (HELPERS, HELPERS_DO),
    "pitches:interest_set": (INSIDE_DO, INSIDE_DO),
    # -- what was published
    "schedule:grid_detail": (EVERYBODY, NONE),
    "schedule:grid_print": (EVERYBODY, NONE),
    "schedule:version_list": (EVERYBODY, NONE),
    "schedule:version_detail": (EVERYBODY, NONE),
    "schedule:grid_how": (EVERYBODY, NONE),
    "schedule:camp_calendar": (EVERYBODY, NONE),
    "schedule:room_calendar": (EVERYBODY, NONE),
    "schedule:session_calendar": (EVERYBODY, NONE),
    # The address is the secret: calendar programs cannot sign in.
    "schedule:my_calendar": (EVERYBODY, NONE),
    "schedule:my_interests": (INSIDE, NONE_INSIDE),
    "schedule:moves_hear": (INSIDE_DO, INSIDE_DO),
    "schedule:tell_me": (INSIDE, NONE_INSIDE),
    "schedule:telling_choose": (INSIDE_DO, INSIDE_DO),
    "schedule:device_add": (INSIDE_DO, INSIDE_DO),
    # The organiser's; nobody else finds it.
    "schedule:device_remove": (INSIDE_DO, "JJJJJ NNN>"),
    # Whoever opens it themselves is led to the whole day.
    "schedule:next_line": (INSIDE_DO, NONE_INSIDE),
    "schedule:session_choose": (INSIDE_DO, INSIDE_DO),
    "schedule:calendar_detail": (EVERYBODY, NONE),
    "schedule:calendar_replace": (INSIDE, INSIDE_DO),
    # Its hosts, and an organiser for them: all others are led to the pitch, and read why.
    "schedule:place_claim": ("JJJJJ >.>.", INSIDE_DO),
    "schedule:place_give_back": (INSIDE_DO, INSIDE_DO),
    "schedule:mails_start": (INSIDE_DO, INSIDE_DO),
    # The address, with the code beside it in the mail: whoever reads the mail need not be signed in.
    "schedule:mails_stop": (EVERYBODY, ">>>>> >>>>"),
    # -- paper
    "schedule:paper_list": (HELPERS, NONE_HELPERS),
    "schedule:cells_print": (HELPERS, NONE_HELPERS),
    "schedule:cards_print": (HELPERS, NONE_HELPERS),
    "schedule:pack_print": (HELPERS, NONE_HELPERS),
    "schedule:pack_file": (HELPERS, NONE_HELPERS),
    "schedule:pack_make": (HELPERS_DO, HELPERS_DO),
    "schedule:sheet_type": (ORGANISERS, ORGANISERS_DO),
    "schedule:sheet_empty": (ORGANISERS, NONE_ORGANISERS),
    # Where a scan is sent: whoever does not run the camp is led to what the code stands for, and nothing happens.
    "schedule:scan_hold": (">>>>> >>>>", ">>>>> >>>>"),
    "schedule:scan_place": (">>>>> >>>>", ">>>>> >>>>"),
    "schedule:scan_done": (ORGANISERS, NONE_ORGANISERS),
    "schedule:wall_type": (ORGANISERS, ORGANISERS_DO),
    # -- the draft
    "schedule:draft_detail": (ORGANISERS, NONE_ORGANISERS),
    # A part of it, and of the page of places: on its own it leads there.
    "schedule:draft_here": (ORGANISERS_DO, NONE_ORGANISERS),
    "schedule:grid_publish": (ORGANISERS, ORGANISERS_DO),
    "schedule:version_take_back": (ORGANISERS, ORGANISERS_DO),
    "schedule:live_switch": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:session_place": (ORGANISERS, ORGANISERS_DO),
    "schedule:session_unplace": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:session_pin": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:pins_set": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:pitch_rename": (ORGANISERS, ORGANISERS_DO),
    "schedule:pitch_split": (ORGANISERS, ORGANISERS_DO),
    "schedule:cell_fill": (ORGANISERS, ORGANISERS_DO),
    "schedule:move_undo": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:step_undo": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:step_redo": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:draft_history": (ORGANISERS, NONE_ORGANISERS),
    "slots_shift": (ORGANISERS, ORGANISERS_DO),
    "schedule:shift_undo": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:draft_figures": (ORGANISERS, NONE_ORGANISERS),
    "schedule:plan_b_detail": (ORGANISERS, NONE_ORGANISERS),
    "schedule:plan_b_keep": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:plan_b_take": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:plan_b_drop": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:plan_b_return": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:repeat_add": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:draft_repair": (ORGANISERS, NONE_ORGANISERS),
    "schedule:session_repair": (ORGANISERS, ORGANISERS_DO),
    "schedule:cell_repair": (ORGANISERS, ORGANISERS_DO),
    "schedule:host_call": (ORGANISERS_DO, ORGANISERS_DO),
    # Whoever was called answers; others may offer.
    "schedule:call_answer": (OWN, OWN_DO),
    "schedule:lead_offer": (INSIDE, INSIDE_DO),
    "schedule:room_close": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:room_reopen": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:host_away": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:host_back": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:repair_start": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:repair_take": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:build_start": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:what_if_start": (ORGANISERS_DO, ORGANISERS_DO),
    # A part of the draft's page: on its own it leads there.
    "schedule:build_detail": (ORGANISERS_DO, NONE_ORGANISERS),
    "schedule:build_stop": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:build_take": (ORGANISERS_DO, ORGANISERS_DO),
    "schedule:build_leave": (ORGANISERS_DO, ORGANISERS_DO),
    # -- notes and what stays
    "session_detail": (EVERYBODY, NONE),
    "notes:note_edit": (INSIDE, INSIDE_DO),
    "notes:note_history": (INSIDE, NONE_INSIDE),
    "notes:note_restore": (INSIDE_DO, INSIDE_DO),
    # The room agrees, its host says so; a helper who types is no host.
    "notes:note_rule": (INSIDE_DO, OWN_DO),
    "notes:link_create": (INSIDE, INSIDE_DO),
    # Who added it may take it away again, and the host of the session.
    "notes:link_delete": (INSIDE_DO, "JJJJJ >>N>"),
    # The form is the right: only the answer to whoever took the link away holds it, signed.
    "notes:link_restore": (INSIDE_DO, INSIDE_DO),
    "notes:session_writeup_create": (INSIDE, INSIDE_DO),
    # Everybody's own; the draft is the organiser's, whom nobody else finds.
    "along_detail": (INSIDE, INSIDE_DO),
    "notes:along_download": (INSIDE, NONE_INSIDE),
    "notes:draft_edit": ("JJJJJ NNN.", "JJJJJ NNN>"),
    "notes:draft_delete": ("JJJJJ NNN.", "JJJJJ NNN>"),
    "notes:record_list": (EVERYBODY, NONE),
    "notes:record_feed": (EVERYBODY, NONE),
    "notes:writeup_create": (INSIDE, INSIDE_DO),
    "notes:writeup_detail": (EVERYBODY, NONE),
    "notes:writeup_edit": (OWN, OWN_DO),
    "notes:writeup_delete": (OWN, OWN_DO),
    # -- in and out
    "exchange:import_create": (ORGANISERS, ORGANISERS_DO),
    "exchange:import_detail": (ORGANISERS, ORGANISERS_DO),
    "exchange:sheet_download": (ORGANISERS, NONE_ORGANISERS),
    "exchange:export_list": (ORGANISERS, NONE_ORGANISERS),
    "exchange:export_download": (ORGANISERS, NONE_ORGANISERS),
}


def test_every_address_has_its_row_and_no_row_is_left_over():
    assert {address.name for address in camp_addresses()} == RIGHTS.keys()


@pytest.fixture
def person(full_camp, olga, hal, ben, cleo):
    """Somebody of that kind, at their browser."""
    camp = full_camp.camp
    users = {
        "stranger": lambda: UserFactory(),
        "elsewhere": lambda: make_organiser(CampFactory()).user,
        "removed": lambda: AttendeeFactory(camp=camp, removed_at=camp.created_at).user,
        "waiting": lambda: AttendeeFactory(camp=camp, is_waiting=True).user,
        "attendee": lambda: cleo.user,
        "host": lambda: ben.user,
        "helper": lambda: hal.user,
        "organiser": lambda: olga.user,
    }

    def person(kind: str) -> Client:
        client = Client()
        if kind in users:
            client.force_login(users[kind](), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return person


def letter(response, camp_slug: str) -> str:
    """How the answer is written in the table."""
    if response.status_code == 302:
        return "J" if response.url.startswith(f"/{camp_slug}/join/") else ">"
    return {200: ".", 403: "F", 404: "N", 405: "-", 422: "!"}.get(response.status_code, str(response.status_code))


def answers(full_camp: FullCamp, client: Client, address: Address) -> tuple[str, str]:
    """What looking and sending give this person; neither has happened afterwards."""
    form = full_camp.forms().get(address.name, Form())
    with unseen(client):
        seen = letter(client.get(full_camp.url(address)), full_camp.camp.slug)
    with unseen(client):
        sent = letter(client.post(full_camp.url(address, form), form.data), full_camp.camp.slug)
    return seen, sent


@contextmanager
def unseen(client: Client) -> Iterator[None]:
    """Neither the camp nor the browser remembers what was asked within: joining would sign a guest in."""
    cookies = copy(client.cookies)
    with undone():
        yield
    client.cookies = cookies


@pytest.mark.parametrize("kind", PEOPLE)
def test_everybody_may_what_the_table_says(full_camp, person, kind):
    client, column = person(kind), PEOPLE.index(kind)
    wrong = []
    for address in camp_addresses():
        expected = tuple(row.replace(" ", "")[column] for row in RIGHTS[address.name])
        got = answers(full_camp, client, address)
        if got != expected:
            wrong.append(f"{address.name}: {' '.join(got)} and not {' '.join(expected)}")
    assert wrong == []


#: what organisers may let helpers do: with each right they get what an organiser gets, and nothing else
SEES_DRAFT = {
    "schedule:draft_detail", "schedule:draft_here", "schedule:draft_history", "schedule:draft_figures",
    "schedule:build_detail", "schedule:move_undo", "schedule:step_undo", "schedule:step_redo",
}  # fmt: skip
LETS = {
    "helpers_move": SEES_DRAFT | {
        "schedule:session_place", "schedule:session_unplace", "schedule:session_pin", "schedule:pins_set",
        "schedule:cell_fill", "schedule:repeat_add", "schedule:pitch_rename", "schedule:pitch_split",
    },
    # Who scans is led on, whatever they may: see test_scan.
    "helpers_capture": SEES_DRAFT | {
        "schedule:wall_type", "schedule:scan_done", "schedule:sheet_type", "schedule:sheet_empty",
    },
    "helpers_repair": SEES_DRAFT | {
        "schedule:draft_repair", "schedule:room_close", "schedule:room_reopen", "schedule:host_away",
        "schedule:host_back", "schedule:repair_start", "schedule:repair_take",
        "schedule:session_repair", "schedule:cell_repair", "schedule:host_call", "schedule:call_answer",
    },
}  # fmt: skip


@pytest.mark.parametrize("right", LETS)
@pytest.mark.parametrize("kind", ["attendee", "helper"])
def test_helpers_may_what_the_organisers_let_them_and_nothing_else(full_camp, person, right, kind):
    full_camp.camp.save_flags(**{right: True})
    client, wrong = person(kind), []
    for address in camp_addresses():
        is_let = kind == "helper" and address.name in LETS[right]
        column = PEOPLE.index("organiser" if is_let else kind)
        expected = tuple(row.replace(" ", "")[column] for row in RIGHTS[address.name])
        if (got := answers(full_camp, client, address)) != expected:
            wrong.append(f"{address.name}: {' '.join(got)} and not {' '.join(expected)}")
    assert wrong == []


@pytest.mark.parametrize(("kind", "expected"), [*zip(PEOPLE, "NNNNNNN..", strict=True)])
def test_a_session_that_was_never_published_is_seen_by_those_who_help(full_camp, person, rooms, slots, kind, expected):
    session = place_session(pitch=PitchFactory(camp=full_camp.camp), room=rooms[0], slot=slots[2])
    response = person(kind).get(f"/{full_camp.camp.slug}/sessions/{session.pk}/")
    assert letter(response, full_camp.camp.slug) == expected


@pytest.mark.parametrize("kind", ["anonymous", "attendee", "organiser"])
def test_nothing_sent_is_never_our_error(full_camp, person, kind):
    client = person(kind)
    # The test client raises what a visitor would get as a 500.
    for address in camp_addresses():
        with unseen(client):
            response = client.post(full_camp.url(address), {})
            assert response.status_code in (200, 302, 403, 404, 405, 422), address.name


def test_another_camps_organiser_reaches_nothing_of_this_camp_under_their_own(full_camp, person):
    """Queries start at the camp: an address of one camp with a number of another is not found."""
    client = person("elsewhere")
    other = Attendee.objects.get(camp__slug__startswith="camp-", role="organiser").camp
    numbered = [a for a in camp_addresses() if "<row:" in a.path and "number" not in a.path]
    found = []
    for address in numbered:
        form = full_camp.forms().get(address.name, Form())
        url = full_camp.url(address, Form(values=form.values | {"camp": other.slug}))
        with unseen(client):
            # An address that only takes what is sent leads to a page of the same camp, whatever its number.
            looked = 404 if hasattr(address.view, "sent_from") else client.get(url).status_code
            statuses = {looked, client.post(url, form.data).status_code}
        if not statuses <= {404, 405}:
            found.append((address.name, statuses))
    assert len(numbered) > 25
    assert found == []


def test_a_camp_deleted_while_the_page_is_answered_is_not_found(sign_in, camp, olga, monkeypatch):
    def found_just_before(slug, user):
        found = find_camp(slug, user)
        Camp.objects.filter(pk=camp.pk).delete()
        return found

    monkeypatch.setattr(access, "find_camp", found_just_before)
    assert sign_in(olga).post(f"/{camp.slug}/rooms/", {"name": "Attic", "capacity": 5}).status_code == 404


@pytest.mark.parametrize(
    ("page", "table", "nth"),
    [("record/", "notes_writeup", 2), ("record/", "schedule_placement", 3), ("export/json/", "pitches_pitch", 1)],
)
def test_a_camp_deleted_while_its_rows_are_read_is_not_found(sign_in, full_camp, olga, page, table, nth):
    """What was read before names rows that are not there any more."""
    asked: list[str] = []

    def deletes(execute, sql, *rest):
        if f'FROM "{table}"' in sql:
            asked.append(sql)
            if len(asked) == nth:
                Camp.objects.get(pk=full_camp.camp.pk).delete()
        return execute(sql, *rest)

    client = sign_in(olga)
    with connection.execute_wrapper(deletes):
        assert client.get(f"/{full_camp.camp.slug}/{page}").status_code == 404


def test_what_is_wrong_in_a_camp_that_is_there_is_not_hidden(sign_in, full_camp, olga, monkeypatch):
    monkeypatch.setattr("notes.views.record.record_page", lambda *asked, **more: {}["x"])
    with pytest.raises(KeyError):
        sign_in(olga).get(f"/{full_camp.camp.slug}/record/")


def test_a_database_that_is_away_is_not_asked_whether_the_camp_is(sign_in, full_camp, olga, monkeypatch):
    """Each page would wait for it twice."""
    asked: list[str] = []

    def is_away(execute, sql, *rest):
        if 'FROM "notes_' in sql:
            asked.append(sql)
            raise OperationalError("server closed the connection unexpectedly")
        if asked:
            asked.append(sql)
        return execute(sql, *rest)

    client = sign_in(olga)
    client.raise_request_exception = False
    with connection.execute_wrapper(is_away):
        assert client.get(f"/{full_camp.camp.slug}/record/").status_code == 503
    assert len(asked) == 1
