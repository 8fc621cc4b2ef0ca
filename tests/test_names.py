"""A name can be seen, and two people of one name are told apart where it matters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import get_resolver

from accounts.names import is_seen, refuse_name, refuse_unseen
from events import joining, opening, roles
from events.models import Attendee, Camp
from events.people import told_apart
from events.views.people import LONGEST_SEARCH
from exchange.csv_import import text

from .factories import DAY, AttendeeFactory, PitchFactory
from .test_refusals import forms_of_ours

UNSEEN = {
    "no-break space": "\u00a0\u2003",
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "soft hyphen": "\u00ad",
    "braille blank": "\u2800",
    "hangul fillers": "\u3164\u115f\u1160\uffa0",
    "combining only": "\u0301\u034f\u0489",
    "bidi controls": "\u202e\u2066\u2069\u200f\u061c",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0041\U000e007f",
}
SEEN = ["A", "李", "É", "e\u0301", "👩‍🚀", "🏳️‍🌈", ".", "₣", "नि", "\u202eabc", "한", "⠓⠊"]
#: fields by which something is called, in any of our forms
NAMES = {"display_name", "name", "title", "behalf"}
#: the name of the camp is typed once more to delete it: it has to be the same, whatever it is
TYPED_AGAIN = {("DeleteForm", "name")}


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_what_nobody_can_see_is_no_name(name):
    assert not is_seen(name)
    with pytest.raises(ValidationError, match="invisible"):
        refuse_unseen(name)


@pytest.mark.parametrize("name", SEEN)
def test_whatever_can_be_seen_is_one(name):
    assert is_seen(name)


def _is_of_model(kind: type[forms.BaseForm], name: str) -> bool:
    """Those are looked at on the models."""
    model = getattr(getattr(kind, "_meta", None), "model", None)
    return model is not None and name in {field.name for field in model._meta.get_fields()}


def test_every_field_for_a_name_refuses_what_nobody_can_see():
    """In all forms and all models, also those to come."""
    # Forms are known once the pages are that show them.
    assert get_resolver().url_patterns
    named = [
        (kind.__name__, name, field)
        for kind in forms_of_ours()
        for name, field in kind.base_fields.items()
        if name in NAMES and isinstance(field, forms.CharField) and not _is_of_model(kind, name)
    ]
    assert len(named) >= 6
    bare = {
        (kind, name)
        for kind, name, field in named
        if not any(v in (refuse_unseen, refuse_name) for v in field.validators)
    }
    assert bare == TYPED_AGAIN
    # What a person is called is no address either.
    people = [(kind, field) for kind, name, field in named if name in ("display_name", "behalf")]
    assert len(people) >= 6
    assert [kind for kind, field in people if refuse_name not in field.validators] == []
    kept = [
        (model.__name__, field.name)
        for label in ("events", "pitches", "notes")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and field.name in NAMES and refuse_unseen not in field.validators
    ]
    assert kept == []


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_the_join_page_says_so_and_nobody_is_in(client, camp, name):
    response = client.post(f"/{camp.slug}/join/", {"display_name": f"{name}x{name}".replace("x", "")})
    assert response.status_code == 422
    assert not Attendee.objects.exists()
    page = response.content.decode()
    assert "invisible characters only" in page or "Type a name." in page


def test_no_way_around_the_form(camp, ben):
    for call in (
        lambda: joining.rename_attendee(attendee=ben, display_name="\u3164"),
        lambda: joining.write_down(camp=camp, display_name="\u2800"),
        lambda: joining.join_as_guest(camp=camp, display_name="\u200b"),
        lambda: opening.open_camp(camp=Camp(slug="x", name="X", starts_on="2030-01-12", ends_on="2030-01-12"),
                                   by=ben.user, display_name="\u3164"),
        lambda: text({"display_name": "\u3164"}, "display_name", 60),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match="invisible"):
            call()


# -- an organiser's name ---------------------------------------------------------------------------------------

CALLED_SO = "An organiser of this camp is called so. Add something to your name."


@pytest.mark.parametrize(
    "name",
    # Wide; with something unseen in it; small capitals; on a coin; Armenian O and g.
    [
        "Olga",
        " olga",
        "O L G A",
        "Ｏｌｇａ",
        "Ol\u200bga",
        "\u1d0f\u029f\u0262\u1d00",
        "\U0001f17elga",
        "\u0555l\u0581a",
    ],
)
def test_nobody_comes_in_under_a_name_that_looks_like_an_organisers(client, camp, olga, name):
    answer = client.post(f"/{camp.slug}/join/", {"display_name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"display_name": [CALLED_SO]}
    assert list(camp.attendees.all()) == [olga]
    assert client.post(f"/{camp.slug}/join/", {"display_name": f"{name} B."}).status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        # Cyrillic P, e and O; Greek O; wide, and without its full stop; digits; small l for a capital I.
        "\u0420\u0435tra Il. O.", "Petra Il. \u039f.", "Petra ll \uff2f\u3002", "Petra 1l. 0.", "PETRA IL. \u041e",
        "Petra Il. O. (organiser)", "Petra Il. O. \u2013 Team", "Petra Il. O. [Admin]", "Host: Petra Il. O.",
    ],
)  # fmt: skip
def test_letters_drawn_alike_make_no_other_name(client, camp, name):
    olga = AttendeeFactory(camp=camp, display_name="Petra Il. O.", role="organiser")
    answer = client.post(f"/{camp.slug}/join/", {"display_name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"display_name": [CALLED_SO]}
    assert list(camp.attendees.all()) == [olga]


@pytest.mark.parametrize("name", ["Organiser", "organizers", "\u041erganiser", "(Admin)", "TEAM", "Host."])
def test_what_one_does_is_no_name(client, camp, olga, name):
    answer = client.post(f"/{camp.slug}/join/", {"display_name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "display_name": ["That says what somebody does at a camp. Type your name."]
    }


@pytest.mark.parametrize("name", ["Olga Teamer", "Hostia", "\u041e\u043b\u044c\u0433\u0430", "...", "李"])
def test_other_names_are_taken(client, camp, olga, name):
    assert client.post(f"/{camp.slug}/join/", {"display_name": name}).status_code == 302


def test_names_of_full_stops_alone_are_no_worse_than_others(client, camp, olga):
    AttendeeFactory(camp=camp, display_name="!!!", role="organiser")
    for name, status in (("!!!", 422), ("...", 302)):
        assert client.post(f"/{camp.slug}/join/", {"display_name": name}).status_code == status


def test_nobody_takes_the_name_of_an_organiser_afterwards(sign_in, camp, olga, ben):
    client, page = sign_in(ben), f"/{camp.slug}/name/"
    answer = client.post(page, {"display_name": "OLGA"})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"display_name": [CALLED_SO]})
    ben.refresh_from_db()
    assert ben.display_name == "Ben"


def test_whoever_had_the_name_before_the_organiser_keeps_it(sign_in, camp, olga):
    before = AttendeeFactory(camp=camp, display_name="olga")
    assert sign_in(before).post(f"/{camp.slug}/name/", {"display_name": "Olga"}).status_code == 302


def test_two_organisers_may_have_one_name(camp, olga, stranger):
    opening.make_organiser(user=stranger, camp=camp, display_name="Olga")
    assert camp.attendees.organisers().filter(display_name="Olga").count() == 2


# -- told apart ------------------------------------------------------------------------------------------------


@pytest.fixture
def two_bens(camp, ben) -> Attendee:
    return AttendeeFactory(camp=camp, display_name="Ｂen\u200b", joined_at=ben.joined_at + timedelta(minutes=1))


def test_two_of_one_name_are_told_apart_beside_remove(camp, olga, ben, cleo, two_bens, sign_in):
    which = told_apart(camp)
    assert set(which) == {ben.pk, two_bens.pk}
    assert which[ben.pk].startswith("no. 1 of this name, joined ")
    assert which[two_bens.pk].startswith("no. 2 of this name, joined ")
    page = sign_in(olga).get(f"/{camp.slug}/people/").content.decode()
    for person in (ben, two_bens):
        link = f'Remove<span class="visually-hidden"> {person.display_name} ({which[person.pk]})</span>'
        assert link in page
    assert page.count("of this name") == 2 * 4
    assert 'Remove<span class="visually-hidden"> Cleo</span>' in page


def test_two_of_one_name_who_came_in_one_minute_are_told_apart_by_number(camp):
    people = [AttendeeFactory(camp=camp, display_name="Ben", joined_at=DAY) for _ in range(3)]
    assert len({told_apart(camp)[person.pk] for person in people}) == 3


def test_a_name_without_accents_is_compared_as_any_other(camp):
    """Letters that look alike are one however they were typed; ASCII is the short way, and no other rule."""
    names = ["Big Ben", "big ben", "BigBen", "Ｂｉｇ Ben", "Big\u200bBen", "Big  Ben"]
    people = [AttendeeFactory(camp=camp, display_name=name) for name in names]
    assert set(told_apart(camp)) == {person.pk for person in people}


def test_a_search_of_any_length_is_answered_for_as_much_as_a_name_can_be(camp, olga, sign_in):
    name = "Q" * LONGEST_SEARCH
    AttendeeFactory(camp=camp, display_name=name)
    page = sign_in(olga).get(f"/{camp.slug}/people/", {"q": name + "x" * 3_000}).content.decode()
    assert f">{name}<" in page or f"{name}</" in page
    assert "x" * 3_000 not in page


def test_a_search_says_how_many_it_found_and_not_how_many_are_in(camp, olga, ben, sign_in):
    client, page = sign_in(olga), f"/{camp.slug}/people/"
    assert re.search(r'<p class="soft">\s+2 in\s', client.get(page).content.decode())
    for words, found in (("Ben", 1), ("Zed", 0)):
        assert re.search(rf'<p class="soft">\s+{found} found\s', client.get(page, {"q": words}).content.decode())


def test_one_who_left_is_nobody_to_be_told_apart_from(camp, ben, two_bens):
    roles.leave_camp(attendee=two_bens)
    assert told_apart(camp) == {}


def test_a_host_of_a_name_that_another_has_is_chosen_by_when_they_came(
    camp, olga, ben, two_bens, rooms, slots, sign_in
):
    for person in (ben, two_bens):
        PitchFactory(camp=camp, hosts=[person])
    page = sign_in(olga).get(f"/{camp.slug}/draft/repair/")
    assert "no. 2 of this name" in page.content.decode()


# -- in order --------------------------------------------------------------------------------------------------


def test_people_stand_in_the_order_in_which_one_looks_for_them(sign_in, camp, olga, monkeypatch):
    for name in ("Person 10", "person 2", "Zed", "Person 1", "9 to 5", "Ärzte", "ben 3b", "Ben 3a", "Person 2"):
        person = AttendeeFactory(camp=camp, display_name=name)
        PitchFactory(camp=camp, hosts=[person])
    names = ["9 to 5", "Ben 3a", "ben 3b", "Olga", "person 2", "Person 2", "Person 10", "Zed", "Ärzte"]
    names.insert(4, "Person 1")
    client = sign_in(olga)
    page = client.get(f"/{camp.slug}/people/")
    assert [person.display_name for person in page.context["page"]] == names
    hosts = [
        str(label).partition(" (")[0]
        for _pk, label in client.get(f"/{camp.slug}/draft/repair/").context["away_form"].fields["host"].choices
    ]
    assert hosts == ["Choose", *(name for name in names if name != "Olga")]
    # Whose role was set is on their page of the list.
    monkeypatch.setattr("events.views.people.PER_PAGE", 3)
    person = camp.attendees.get(display_name="Person 10")
    answer = client.post(f"/{camp.slug}/people/{person.pk}/role/", {"role": "helper"})
    assert answer.url == f"/{camp.slug}/people/?page=3#person-{person.pk}"
    assert person in client.get(answer.url).context["page"]
