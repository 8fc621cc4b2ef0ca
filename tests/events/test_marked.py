"""Organisers are marked wherever their name stands, by their role alone, and nobody can pose as one."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from events.joining import join_camp, rename_attendee, write_down
from events.models import Attendee, Role
from events.people import named, named_all
from events.roles import change_role
from notes.models import WriteUp
from pitches.models import hosts_of
from tests.addresses import camp_addresses
from tests.factories import PitchFactory, UserFactory

#: nobody else's, and in no text of ours
NAME = "Zebedee"

#: every page on which a name of somebody else stands, and how it stands there: marked; or beside that in text that can
#: hold no mark. In files, calendars, feeds and sentences about a broken rule a name stands alone
MARKED, TITLE, CHOICE, FIELD, READ_OUT = "marked", "title", "choice", "field", "read out"
PLACES = {
    "events:camp_detail": {MARKED},
    "events:invitation_take_back": {MARKED},
    "events:people_list": {MARKED, READ_OUT},
    "events:person_remove": {MARKED, TITLE},
    "notes:note_history": {MARKED},
    "notes:record_list": {MARKED},
    "notes:writeup_detail": {MARKED},
    "pitches:pitch_detail": {MARKED},
    "pitches:pitch_list": {MARKED},
    "pitches:pitch_one": {MARKED},
    "schedule:cards_print": {MARKED},
    "schedule:draft_detail": {MARKED},
    "schedule:draft_history": {MARKED},
    "schedule:draft_repair": {MARKED, READ_OUT, CHOICE},
    "schedule:session_repair": {MARKED},
    "schedule:cell_repair": {MARKED},
    "schedule:call_answer": {MARKED},
    "schedule:grid_detail": {MARKED},
    "schedule:grid_print": {MARKED},
    "schedule:pack_file": {MARKED},
    "schedule:pack_print": {MARKED},
    # Sentences of the rules that a place would break say names alone.
    "schedule:session_place": {MARKED, "bare"},
    "schedule:place_claim": {"bare"},
    "schedule:version_detail": {MARKED},
    "session_detail": {MARKED},
}


class Places(HTMLParser):
    """How a name stands wherever it does on a page."""

    VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "use", "path", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.found: set[str] = set()
        #: a name stood in a `bdi`, and what follows it is not known yet
        self.is_open = False
        self.feed(html)
        if self.is_open:
            self.found.add("bare")

    def handle_starttag(self, tag, attrs):
        classes = dict(attrs).get("class") or ""
        if self.is_open and tag != "bdi":
            self.found.add(MARKED if tag == "span" and classes == "organiser" else "bare")
            self.is_open = False
        if tag not in self.VOID:
            self.stack.append((tag, classes))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if NAME not in data:
            if self.is_open and data.strip():
                self.found.add("bare")
                self.is_open = False
            return
        tags = [tag for tag, _classes in self.stack]
        if "bdi" in tags:
            self.is_open = True
        elif {"title", "h1"} & set(tags):
            self.found.add(TITLE)
        elif "option" in tags:
            self.found.add(CHOICE)
        elif "textarea" in tags:
            self.found.add(FIELD)
        elif any("visually-hidden" in classes for _tag, classes in self.stack):
            self.found.add(READ_OUT)
        else:
            self.found.add("bare")


@pytest.fixture
def named_everywhere(full_camp):
    """Somebody who did all that one is named for."""
    camp, host = full_camp.camp, full_camp.host
    rename_attendee(attendee=host, display_name=NAME)
    host.away_in.add(full_camp.slots[2])
    camp.invitations.update(invited_by=host)
    camp.steps.update(by=host)
    WriteUp.objects.create(camp=camp, session=full_camp.session, by=host, title="v", text="t")
    PitchFactory(camp=camp, title="Waits", hosts=[host])
    full_camp.values["attendee_id"] = host.pk
    return host


@pytest.fixture
def oscar(full_camp, sign_in):
    """Another organiser's browser."""
    return sign_in(full_camp.camp.attendees.get(display_name="Oscar"))


@pytest.fixture
def places(full_camp, oscar):
    """How the name stands on each page of the camp on which it does."""

    def places() -> dict[str, set[str]]:
        answers = {address.name: oscar.get(full_camp.url(address)) for address in camp_addresses()}
        pages = {
            name: Places(answer.content.decode()).found
            for name, answer in answers.items()
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        }
        return {name: found for name, found in pages.items() if found}

    return places


def test_it_is_marked_on_every_page_where_it_stands(named_everywhere, places):
    change_role(attendee=named_everywhere, role=Role.ORGANISER, by=None)
    assert places() == PLACES


def test_nobody_else_is_and_what_is_kept_follows_the_role(named_everywhere, places):
    host = named_everywhere
    assert not [name for name, found in places().items() if MARKED in found]
    change_role(attendee=host, role=Role.ORGANISER, by=None)
    assert places() == PLACES
    change_role(attendee=host, role=Role.HELPER, by=None)
    assert not [name for name, found in places().items() if MARKED in found]


@pytest.mark.parametrize("name", sorted(name for name, found in PLACES.items() if MARKED in found))
def test_a_browser_that_has_the_page_is_told_that_it_changed(named_everywhere, full_camp, oscar, name):
    """By its ETag, where it has one."""
    [address] = [full_camp.url(address) for address in camp_addresses() if address.name == name]
    etag = oscar.get(address).get("ETag")
    change_role(attendee=named_everywhere, role=Role.ORGANISER, by=None)
    again = oscar.get(address, headers={"If-None-Match": etag} if etag else {})
    assert again.status_code == 200
    assert MARKED in Places(again.content.decode()).found


def test_who_waits_or_is_out_is_marked_nowhere(camp, olga):
    pitch = PitchFactory(camp=camp, hosts=[olga])
    assert hosts_of([pitch.pk])[pitch.pk][0].runs_camp
    Attendee.objects.filter(pk=olga.pk).update(is_waiting=True)
    olga.refresh_from_db()
    assert not olga.runs_camp
    assert not hosts_of([pitch.pk])[pitch.pk][0].runs_camp


def test_the_mark_stands_outside_of_the_name_and_what_is_typed_is_escaped(olga, ben):
    olga.display_name, ben.display_name = "<b>Olga</b>", "<span class=organiser>Ben"
    assert named(olga).startswith('<bdi>&lt;b&gt;Olga&lt;/b&gt;</bdi>\n<span class="organiser">')
    assert named(ben) == "&lt;span class=organiser&gt;Ben"
    assert named_all([ben, olga], is_tight=True).count('class="visually-hidden">Organiser<') == 1


POSING = [
    "Ann (organiser)", "Organiser Ann", "Ann, co-organizer", "Ann \u2013 Team", "Ann | staff", "[Admin] Ann", "Ann Admin",
    "\u041erg\u0430niser Ann", "0rganiser Ann", "Ann O r g a n i s e r", "Organisatorin Ann", "\U0001f6e1\ufe0f Ann",
    "Ann \u2714", "Ann \u2705", "\u24c4rganiser Ann", "\u202eresinagrO", "Ann \u00b7 Organ\u200biser", "Staff: Ann",
    "Ann @ crew", "Team", "Ann \u1d0f\u0280\u0262\u1d00\u0274\u026as\u1d07\u0280", "Ann \U0001f17erganiser",
    "Ann \U0001f15e\U0001f161\U0001f156\U0001f150\U0001f15d\U0001f158\U0001f162\U0001f154\U0001f161",
    "Ann \U0001f1f4rganiser", "\xd3rganiser Ann", "Ann Organi\u015fer", "\xd8rganiser Ann", "Ann, \u0555rga\u0578iser",
    "T\xe9am", "Ann (st\xe4ff)",
]  # fmt: skip
HARMLESS = [
    "Morgan Isaacs", "Ann Host", "Ada Staff", "Organ Grinder", "Anna-Team", "Teamer, Olga", "Quiet Fox", "Ann \u2b50", "...",
    "Modesta", "\xd3scar \xd8rgan", "S\xf6ren (he/him)", "\u0555\u056c\u0563\u0561", "\u674e", "Team Rocket", "Ann (she/her)", "Li Or", "Crew-Smith", "Ann / Ben", "J. O. R. Gani",
]  # fmt: skip


@pytest.mark.parametrize("name", POSING)
def test_a_name_that_poses_is_refused_whichever_way_it_comes(camp, olga, ben, name):
    deeds = [
        lambda: join_camp(camp=camp, user=UserFactory(), display_name=name, code=camp.code),
        lambda: join_camp(camp=camp, user=UserFactory(), display_name=name, invited=True),
        lambda: rename_attendee(attendee=ben, display_name=name),
        # A mark is never part of a name, an organiser's neither: they may be none one day.
        lambda: rename_attendee(attendee=olga, display_name=name),
        lambda: write_down(camp=camp, display_name=name),
    ]
    for deed in deeds:
        with pytest.raises(ValidationError):
            deed()


@pytest.mark.parametrize("name", HARMLESS)
def test_other_names_are_taken(camp, ben, name):
    rename_attendee(attendee=ben, display_name=name)


@pytest.mark.parametrize(
    "name",
    [
        "Lakeside",
        "lakes\u0456de",
        "Lakeside team",
        "Staff, Lakeside",
        "Camp Team",
        "Camp-Crew",
        "Campgrid",
        "Campgrid Admin",
    ],
)
def test_nobody_is_called_as_the_camp_is(camp, ben, name):
    """With what somebody does there beside it, or without."""
    camp.name = "Lakeside"
    camp.save()
    with pytest.raises(ValidationError):
        join_camp(camp=camp, user=UserFactory(), display_name=name, code=camp.code)
    with pytest.raises(ValidationError):
        rename_attendee(attendee=ben, display_name=name)


@pytest.mark.parametrize("name", ["Lakeside Ann", "Ada Camp", "Camper", "Anne of Lakeside"])
def test_a_name_that_has_the_camps_in_it_is_taken(camp, ben, name):
    camp.name = "Lakeside"
    camp.save()
    rename_attendee(attendee=ben, display_name=name)


def test_the_form_says_why_and_keeps_what_was_typed(client, camp):
    page = client.post(f"/{camp.slug}/join/", {"display_name": "Ann (organiser)"})
    assert page.status_code == 422
    assert "Only Campgrid says who is an organiser" in page.content.decode()
    assert 'value="Ann (organiser)"' in page.content.decode()


def test_a_ticket_shops_list_brings_no_such_name(camp, olga, sign_in):
    """Whoever bought the ticket typed it."""
    lines = b"attendee,display_name,role\na1,Ann (organiser),attendee\n"
    page = f"/{camp.slug}/import/"
    answer = sign_in(olga).post(page, {"attendees": SimpleUploadedFile("attendees.csv", lines)}, follow=True)
    assert "has a mark like theirs" in answer.content.decode()
    assert not camp.attendees.filter(display_name__startswith="Ann").exists()
