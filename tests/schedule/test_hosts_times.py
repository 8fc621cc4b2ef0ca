"""Hosts say when they would rather be there, and nobody leads an empty room unseen."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.erasing import erase_attendee
from events.models import Slot
from pitches.models import Pitch
from pitches.services import merge_pitches, set_interest
from pitches.times import unwelcome_slots
from schedule import advice, solver
from schedule.advice.words import rather_in_words
from schedule.build import border
from schedule.draft import moves
from schedule.draft.concerns import set_concerns
from schedule.draft.rows import read_draft
from schedule.models import Draft
from tests.factories import DAY, AttendeeFactory, PitchFactory, RoomFactory, make_slot

NOTHING_COUNTS = dict.fromkeys(Draft.CONCERNS, 0)
MORNING = "The host would rather be in the morning."


@pytest.fixture
def knots(camp, ben, slots):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben], rather="morning")


def case_of(camp):
    return border.read_case(camp)


def hours(camp, rather):
    found = unwelcome_slots(camp, camp.slots.all())[rather]
    return [slot.starts_at.astimezone(camp.tz).hour for slot in camp.slots.filter(pk__in=found)]


def test_which_slots_a_host_would_rather_not_have_over_days_and_nights(camp, slots):
    camp.time_zone = "Europe/Berlin"
    camp.save()
    camp.slots.all().delete()
    shift = -(DAY.astimezone(camp.tz).utcoffset() - DAY.utcoffset()).total_seconds() / 3600
    for hour in (10, 11, 13, 23, 25, 33, 36):
        make_slot(camp, hour + shift)
    make_slot(camp, 9 + shift, title="Opening", kind=Slot.Kind.EVERYONE)
    # 01:00 is the end of the first day; 09:00 and 12:00 are the second. The opening is for everybody.
    assert hours(camp, "morning") == [13, 23, 1, 12]
    assert hours(camp, "afternoon") == [10, 11, 9]
    assert hours(camp, "not_first") == [10, 9]
    assert hours(camp, "not_last") == [1, 12]


def test_the_form_asks_when_one_would_rather_be_there_and_keeps_it(sign_in, camp, ben, slots):
    client = sign_in(ben)
    new = reverse("pitches:pitch_create", args=[camp.slug])
    page = BeautifulSoup(client.get(new).content.decode(), "html.parser")
    choices = [option.text for option in page.select("select[name=rather] option")]
    assert choices == ["At any time", "In the morning", "In the afternoon or later", "Not first on a day",
                       "Not last on a day"]  # fmt: skip
    data = {"title": "Bells", "kind": "talk", "length": 1, "who": "me"}
    assert client.post(new, data | {"rather": "at dawn"}).status_code == 422
    client.post(new, data | {"rather": "not_last"})
    pitch = camp.pitches.get()
    assert pitch.rather == "not_last"
    edit = reverse("pitches:pitch_edit", args=[camp.slug, pitch.pk])
    page = BeautifulSoup(client.get(edit).content.decode(), "html.parser")
    assert page.select_one("select[name=rather] option[selected]")["value"] == "not_last"
    client.post(edit, data | {"rather": ""})
    assert camp.pitches.get().rather == ""


def test_the_database_knows_what_can_be_said(camp, knots):
    with pytest.raises(IntegrityError), transaction.atomic():
        Pitch.objects.update(rather="dawn")
    said = {value for value in Pitch.Rather.values if value}
    assert {rather for rather in said if rather_in_words(Pitch(rather=rather))} == said
    assert rather_in_words(Pitch()) == ""


def test_a_build_gives_hosts_the_time_they_would_rather_have(camp, rooms, slots, knots):
    # Nobody is interested, so any slot would do.
    for person in AttendeeFactory.create_batch(3, camp=camp):
        set_interest(pitch=PitchFactory(camp=camp), attendee=person, level=1)
    set_concerns(camp=camp, concerns=NOTHING_COUNTS | {"times": 10})
    case = case_of(camp)
    assert case.problem.sessions[case.position_of(knots.pk)].rather_not == {2}
    solution = solver.solve(case.solvable, solver.Job(moves=2_000, weighted=True))
    assert solution.score.concerns["times"] == 0
    Pitch.objects.filter(pk=knots.pk).update(rather="afternoon")
    solution = solver.solve(case_of(camp).solvable, solver.Job(moves=2_000, weighted=True))
    assert solution.score.concerns["times"] == 0


def test_the_page_of_places_says_whose_host_would_rather_have_another_time(sign_in, camp, olga, rooms, slots, knots):
    session = moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    bells = PitchFactory(camp=camp, title="Bells", hosts=[AttendeeFactory(camp=camp)])
    moves.place_session(pitch=bells, room=rooms[0], slot=slots[2])
    client = sign_in(olga)

    def told(pitch):
        address = reverse("schedule:session_place", args=[camp.slug, pitch.pk])
        page = BeautifulSoup(client.get(address).content.decode(), "html.parser")
        found = {button["value"]: button.text for button in page.select("table.board button.price")}
        return page, found

    page, found = told(knots)
    assert MORNING in page.select_one(".held").text
    late = {key for key, text in found.items() if MORNING in text}
    assert late == {f"{slots[2].pk}-{rooms[1].pk}", f"{bells.sessions.get().pk}-{bells.sessions.get().revision}"}
    # Best is a place that the host likes.
    assert MORNING not in page.select_one(".place-cells li").text
    # Whoever changes places with it goes where its own host minds.
    _page, found = told(bells)
    assert f"“Knots”: {MORNING}" in found[f"{session.pk}-{session.revision}"]
    assert sum(MORNING in text for text in found.values()) == 1


def test_of_places_that_win_as_much_those_are_best_that_no_host_minds(camp, rooms, slots, knots):
    Pitch.objects.filter(pk=knots.pk).update(rather="afternoon")
    first, *_others = advice.best_cells(advice.place_slots(read_draft(camp), None, knots.pk, None))
    assert (first.slot, first.choice.rather) == (slots[2], ())
    # Of two swaps in one slot the smaller room, whose host does not mind the slot that is left.
    session = moves.place_session(pitch=knots, room=rooms[0], slot=slots[2])
    for room, rather in ((rooms[0], "morning"), (rooms[1], "")):
        moves.place_session(pitch=PitchFactory(camp=camp, rather=rather), room=room, slot=slots[0])
    found = advice.place_slots(read_draft(camp), None, knots.pk, session.pk)
    assert [cell.room for cell in found[0].cells if cell.is_good] == rooms
    assert found[0].best.room == rooms[1]


def test_the_page_of_a_cell_says_so_of_what_waits(sign_in, camp, olga, rooms, slots, knots):
    client = sign_in(olga)
    for slot, is_told in ((slots[0], False), (slots[2], True)):
        address = reverse("schedule:cell_fill", args=[camp.slug, slot.pk, rooms[0].pk])
        assert (MORNING in client.get(address).content.decode()) == is_told


def test_figures_tell_how_many_hosts_got_the_time_they_would_rather_have(sign_in, camp, olga, rooms, slots, knots):
    # Knots is at its time; Bells is not, and Sails, of the same host, is; Maps has none; Kites does not mind.
    bells, sails = (PitchFactory(camp=camp, hosts=[cleo := AttendeeFactory(camp=camp)], rather=r)
                    for r in ("not_first", "not_last"))  # fmt: skip
    assert cleo
    sails.hosts.set(bells.hosts.all())
    PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)], rather="afternoon")
    kites = PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)])
    for pitch, room, slot in ((knots, 0, 1), (bells, 0, 0), (sails, 1, 1), (kites, 0, 2)):
        moves.place_session(pitch=pitch, room=rooms[room], slot=slots[slot])
    found = advice.figures(case_of(camp))
    assert (found.hosts_in_time, found.hosts_with_times) == (1, 3)
    advice.renew_figures(camp=camp)
    html = sign_in(olga).get(reverse("schedule:draft_figures", args=[camp.slug])).content.decode()
    assert "<strong>1 of 3</strong>" in html
    assert "hosts got the time they would rather have" in html


@pytest.fixture
def crowd(camp, rooms, slots):
    """At ten a room of two next to one of about thirty; at eleven ten people in one, and forty nobody leads."""
    room = RoomFactory(camp=camp)
    for fans, led, where, slot in ((2, True, rooms[0], 0), (31, True, rooms[1], 0), (10, True, rooms[0], 1),
                                   (40, False, room, 0)):  # fmt: skip
        pitch = PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)] if led else [])
        for person in AttendeeFactory.create_batch(fans, camp=camp):
            set_interest(pitch=pitch, attendee=person, level=1)
        moves.place_session(pitch=pitch, room=where, slot=slots[slot])
    return camp


def test_figures_tell_of_the_emptiest_room_without_telling_a_few(sign_in, crowd, olga):
    found = advice.figures(border.read_case(crowd))
    assert (found.emptiest, found.beside, found.usual) == (0, 30, 10)
    advice.renew_figures(camp=crowd)
    html = sign_in(olga).get(reverse("schedule:draft_figures", args=[crowd.slug])).content.decode()
    text = " ".join(BeautifulSoup(html, "html.parser").text.split())
    assert "a few people are expected in the emptiest room that somebody leads, next to about 30" in text
    assert "about 10 people or more, in half the rooms that somebody leads" in text


def test_one_person_more_in_an_empty_room_changes_no_figure(crowd):
    before = advice.figures(border.read_case(crowd))
    lonely = min(crowd.pitches.all(), key=lambda pitch: pitch.interests.count())
    set_interest(pitch=lonely, attendee=AttendeeFactory(camp=crowd), level=1)
    after = advice.figures(border.read_case(crowd))
    assert (before.emptiest, before.beside, before.usual) == (after.emptiest, after.beside, after.usual)


def test_figures_of_before_know_nothing_of_hosts(crowd):
    counted = advice.renew_figures(camp=crowd)
    old = advice.counted_of(advice.last_figures(draft=Draft.of(crowd))).as_json()
    assert counted is None or counted
    for name in ("emptiest", "beside", "usual", "hosts_with_times", "hosts_in_time"):
        del old["figures"][name]
    assert advice.Counted.from_json(old).figures.emptiest is None


def test_a_merge_keeps_the_time_of_the_pitch_that_stays_or_the_only_one(camp, knots):
    merge_pitches(source=knots, target=(one := PitchFactory(camp=camp)), by=None)
    one.refresh_from_db()
    assert one.rather == "morning"
    merge_pitches(source=one, target=(other := PitchFactory(camp=camp, rather="not_last")), by=None)
    other.refresh_from_db()
    assert other.rather == "not_last"


def test_nothing_is_told_of_it_to_others_and_nothing_is_left_when_its_host_is_erased(client, camp, ben, knots):
    assert "morning" not in client.get(knots.get_absolute_url()).content.decode()
    erase_attendee(attendee=ben, with_texts=True)
    knots.refresh_from_db()
    assert knots.rather == ""


def test_sliders_that_are_not_named_stay(camp):
    set_concerns(camp=camp, concerns={"hosts": 7})
    draft = Draft.of(camp)
    assert (draft.hosts, draft.times, draft.fairness) == (7, 3, 2)
    assert border.weights_of(draft).hosts == 10.0
