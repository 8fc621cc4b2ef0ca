"""This after that: set on the pitch, kept by the grid, in and out with the camp."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from exchange.csv_export import csv_files
from exchange.json_export import export_camp
from exchange.json_import import import_document
from exchange.uploads import import_files
from pitches import forms
from pitches.models import Order
from pitches.services import merge_pitches, return_pitch, save_pitch, withdraw_pitch
from schedule import advice
from schedule.build import border
from schedule.draft import moves
from tests.factories import CampFactory, PitchFactory

FORM = {"title": "Splices", "who": "me", "kind": "workshop", "length": "1"}


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


@pytest.fixture
def splices(camp, cleo, knots):
    """Comes after Knots."""
    pitch = PitchFactory(camp=camp, title="Splices", hosts=[cleo])
    put_after(pitch, knots)
    return pitch


def put_after(pitch, *earlier):
    save_pitch(pitch=pitch, hosts=pitch.hosts.all(), not_in=(), after=earlier, by=None)


def titles(pitches):
    return [pitch.title for pitch in pitches.order_by("title")]


def page(client, pitch):
    return " ".join(client.get(pitch.get_absolute_url()).content.decode().split())


def test_a_pitch_that_would_come_after_itself_by_now_stays_off_the_board(camp, knots, splices):
    """Others were put in order while it was withdrawn."""
    bends = PitchFactory(camp=camp, title="Bends")
    put_after(bends, splices)
    withdraw_pitch(pitch=splices, by=None)
    put_after(knots, bends)
    with pytest.raises(ValidationError, match="That would be a circle: “Splices” after “Knots” after “Bends”"):
        return_pitch(pitch=splices, seen=splices.withdrawal, by=None)
    splices.refresh_from_db()
    assert not splices.is_open
    put_after(knots)
    return_pitch(pitch=splices, seen=splices.withdrawal, by=None)
    assert splices.is_open


# -- on the pitch --------------------------------------------------------------------------------------------------


def test_a_host_says_what_it_comes_after_when_pitching(client, sign_in, camp, cleo, knots):
    response = sign_in(cleo).post(f"/{camp.slug}/pitches/new/", FORM | {"builds_also_on": knots.pk})
    splices = camp.pitches.get(title="Splices")
    assert response.url == splices.get_absolute_url()
    assert "After “<a" in page(client, splices)
    assert ">Knots</a>”" in page(client, splices)
    assert "Before “<a" in page(client, knots)


def test_a_host_adds_one_and_takes_one_back(sign_in, camp, cleo, knots, splices):
    bends = PitchFactory(camp=camp, title="Bends")
    client, url = sign_in(cleo), f"{splices.get_absolute_url()}edit/"
    client.post(url, FORM | {"builds_on": [knots.pk], "builds_also_on": bends.pk})
    assert titles(splices.after) == ["Bends", "Knots"]
    client.post(url, FORM | {"builds_on": [bends.pk]})
    assert titles(splices.after) == ["Bends"]
    client.post(url, FORM)
    assert titles(splices.after) == []


def test_an_organiser_may_and_another_attendee_may_not(sign_in, camp, olga, ben, knots, splices):
    url = f"{splices.get_absolute_url()}edit/"
    assert sign_in(ben).post(url, FORM).status_code == 404
    assert titles(splices.after) == ["Knots"]
    sign_in(olga).post(url, FORM)
    assert titles(splices.after) == []


def test_a_circle_is_named_and_nothing_is_saved(sign_in, camp, ben, cleo, knots, splices):
    whips = PitchFactory(camp=camp, title="Whips", hosts=[ben])
    put_after(whips, splices)
    response = sign_in(ben).post(
        f"{knots.get_absolute_url()}edit/", FORM | {"title": "Knots", "builds_also_on": whips.pk}
    )
    assert response.status_code == 422
    words = response.content.decode()
    assert "That would be a circle: “Knots” after “Whips” after “Splices” after “Knots”." in words
    knots.refresh_from_db()
    assert (knots.title, titles(knots.after)) == ("Knots", [])


def test_nothing_comes_after_itself(sign_in, camp, ben, knots):
    client, url = sign_in(ben), f"{knots.get_absolute_url()}edit/"
    assert f'<option value="{knots.pk}">' not in client.get(url).content.decode()
    assert client.post(url, FORM | {"builds_also_on": knots.pk}).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(later=knots, earlier=knots)


def test_a_pitch_of_another_camp_is_not_to_be_chosen(sign_in, camp, cleo, splices):
    other = PitchFactory(camp=CampFactory())
    response = sign_in(cleo).post(f"{splices.get_absolute_url()}edit/", FORM | {"builds_also_on": other.pk})
    assert response.status_code == 422


def test_where_there_are_too_many_to_choose_from_the_title_is_typed(sign_in, camp, cleo, knots, monkeypatch):
    monkeypatch.setattr(forms, "MOST_CHOICES", 2)
    PitchFactory.create_batch(2, camp=camp, title="Ropes and sails")
    client, url = sign_in(cleo), f"/{camp.slug}/pitches/new/"
    assert "<option value" not in client.get(url).content.decode().split('id="id_builds_also_on"')[1]
    for typed, told in (
        ("Ropes", "Did you mean: “Ropes and sails”"),
        ("ropes and sails", "Two pitches are called “ropes and sails”"),
        ("Owls", "No pitch is called “Owls”. Copy its title"),
    ):
        response = client.post(url, FORM | {"builds_also_on": typed})
        assert response.status_code == 422
        assert told in response.content.decode()
    client.post(url, FORM | {"builds_also_on": "knots"})
    assert titles(camp.pitches.get(title="Splices").after) == ["Knots"]
    # Also where the database knows no such letters (SQLite).
    PitchFactory(camp=camp, title="Éclairs")
    client.post(url, FORM | {"title": "Whipping", "builds_also_on": "éclairs"})
    assert titles(camp.pitches.get(title="Whipping").after) == ["Éclairs"]


def test_saving_without_a_word_about_it_keeps_the_order(splices):
    save_pitch(pitch=splices, hosts=(), not_in=(), by=None)
    assert titles(splices.after) == ["Knots"]


# -- withdrawn and merged ------------------------------------------------------------------------------------------


def test_what_is_withdrawn_holds_nothing_up(client, camp, knots, splices):
    withdraw_pitch(pitch=knots, by=None)
    assert "Knots" not in page(client, splices)
    assert border.read_case(camp).problem.order == ()


def test_a_circle_through_a_withdrawn_pitch_is_none(camp, knots, splices):
    whips = PitchFactory(camp=camp, title="Whips")
    put_after(whips, splices)
    withdraw_pitch(pitch=splices, by=None)
    put_after(knots, whips)
    assert titles(knots.after) == ["Whips"]


@pytest.mark.parametrize("which", ["earlier", "later"])
def test_the_order_goes_over_to_what_a_pitch_is_merged_into(camp, knots, splices, which):
    other = PitchFactory(camp=camp, title="Other")
    source = knots if which == "earlier" else splices
    merge_pitches(source=source, target=other, by=None)
    assert {(o.earlier.title, o.later.title) for o in Order.objects.all()} == {
        ("Other", "Splices") if which == "earlier" else ("Knots", "Other")
    }


def test_merging_the_two_ends_the_order(camp, knots, splices):
    merge_pitches(source=splices, target=knots, by=None)
    assert not Order.objects.exists()


def test_a_merge_that_makes_a_circle_is_refused(camp, knots, splices):
    whips = PitchFactory(camp=camp, title="Whips")
    put_after(whips, splices)
    with pytest.raises(ValidationError, match="“Knots” after “Splices” after “Knots”"):
        merge_pitches(source=whips, target=knots, by=None)
    assert titles(whips.after) == ["Splices"]
    whips.refresh_from_db()
    assert whips.is_open


# -- on the grid ---------------------------------------------------------------------------------------------------


def test_a_draft_out_of_order_breaks_a_rule_in_words(camp, knots, splices, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[1])
    moves.place_session(pitch=splices, room=rooms[1], slot=slots[0])
    [broken] = advice.broken_rules(border.read_case(camp))
    assert broken.sentence == "“Splices” comes after “Knots”, which has not ended by 10:00."
    moves.place_session(pitch=splices, room=rooms[1], slot=slots[2])
    assert advice.broken_rules(border.read_case(camp)) == []


def test_a_place_says_what_it_would_break(sign_in, camp, olga, knots, splices, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[1])
    page = f"/{camp.slug}/draft/pitches/{splices.pk}/place/"
    html = sign_in(olga).get(page).content.decode()
    said = [
        html.count(f"“Splices” comes after “Knots”, which has not ended by {at}.") for at in ("10:00", "11:00", "13:00")
    ]
    # At eleven there is its own cell, from which it would move on, and the free one beside it.
    assert said == [2, 1, 0]


def test_a_build_keeps_the_order(camp, knots, splices, rooms, slots):
    case = border.read_case(camp)
    solution = border.best_grid(case, seconds=0.3, seed=1)
    slot = {case.pitches[p.session].title: p.slot for p in solution.placements}
    assert slot["Knots"] < slot["Splices"]


def test_of_pitches_that_run_twice_the_first_time_counts(camp, knots, splices, rooms, slots):
    for room, slot in ((rooms[0], slots[0]), (rooms[0], slots[2])):
        moves.add_repeat(pitch=knots, room=room, slot=slot)
    moves.place_session(pitch=splices, room=rooms[1], slot=slots[1])
    assert advice.broken_rules(border.read_case(camp)) == []


def test_the_rule_is_told(client, camp):
    assert "A session that builds on another comes after it." in client.get(f"/{camp.slug}/grid/how/").content.decode()


# -- in and out ----------------------------------------------------------------------------------------------------


def test_a_camp_exported_as_json_keeps_its_order(camp, knots, splices):
    document = export_camp(camp, with_interest=False)
    copy = import_document(document=document, slug="copy")
    assert titles(copy.pitches.get(title="Splices").after) == ["Knots"]
    assert export_camp(copy, with_interest=False)["pitches"] == document["pitches"]


def test_a_document_with_a_circle_is_refused_with_the_place(camp, knots, splices):
    document = export_camp(camp, with_interest=False)
    document["pitches"][0]["after"] = [2]
    with pytest.raises(ValidationError, match=r"pitches\[1\]: comes after itself"):
        import_document(document=document, slug="copy")


def test_csv_keeps_the_order_too_and_importing_twice_changes_nothing(camp, knots, splices):
    files = csv_files(camp, with_interest=False)
    copy = CampFactory()
    for _twice in range(2):
        import_files(
            camp=copy, files={"attendees.csv": files["attendees.csv"], "pitches.csv": files["pitches.csv"]}, by=None
        )
        assert titles(copy.pitches.get(title="Splices").after) == ["Knots"]
    put_after(copy.pitches.get(title="Splices"))
    import_files(
        camp=copy, files={"attendees.csv": files["attendees.csv"], "pitches.csv": files["pitches.csv"]}, by=None
    )
    assert not Order.objects.filter(later__camp=copy).exists()


@pytest.mark.parametrize(
    ("rows", "told"),
    [("p1,Knots,p9\n", "There is no pitch “p9”"), ("p1,Knots,p2\np2,Splices,p1\n", "That would be a circle")],
)
def test_csv_that_makes_no_sense_is_a_fault_of_its_row(camp, rows, told):
    report = import_files(camp=camp, files={"pitches.csv": f"pitch,title,after\n{rows}"}, dry_run=True, by=None)
    assert told in str(report.faults)
