"""A session is renamed from the board, and one that is too much becomes two."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from pitches.models import Interest, Pitch
from pitches.order import put_after
from pitches.services import rename_pitch, save_pitch, set_interest, split_pitch, withdraw_pitch
from schedule.draft.moves import place_session
from schedule.models import Cell, Session
from tests.factories import AttendeeFactory, PitchFactory, make_organiser


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", about="Ropes.", topic="Hands", hosts=[ben])


def at(pitch, page: str) -> str:
    return reverse(f"schedule:pitch_{page}", args=[pitch.camp.slug, pitch.pk])


def told(answer) -> str:
    return str([*get_messages(answer.wsgi_request)][-1])


def places() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cell in Cell.objects.order_by("slot__starts_at"):
        found.setdefault(cell.session.title, []).append(f"{cell.room}, {cell.slot.starts_at:%H}")
    return found


class TestRename:
    def test_it_is_called_so_everywhere_and_the_board_has_it_in_view(self, sign_in, camp, olga, knots, rooms, slots):
        session = place_session(pitch=knots, room=rooms[0], slot=slots[0])
        answer = sign_in(olga).post(at(knots, "rename"), {"title": "  Knots  and ropes "})
        assert answer.url.endswith(f"/draft/#entry-{session.pk}")
        assert told(answer) == "“Knots” is called “Knots and ropes” now."
        knots.refresh_from_db()
        assert (knots.title, knots.about, knots.topic) == ("Knots and ropes", "Ropes.", "Hands")

    def test_one_that_waits_is_led_back_to_where_it_waits(self, sign_in, olga, knots):
        answer = sign_in(olga).post(at(knots, "rename"), {"title": "Ropes"})
        assert answer.url.endswith(f"#waiting-{knots.pk}")

    @pytest.mark.parametrize("title", ["", "   ", "x" * 300, "\u200b\u2060"])
    def test_what_is_no_title_is_told_beside_it_and_nothing_changes(self, sign_in, olga, knots, title):
        answer = sign_in(olga).post(at(knots, "rename"), {"title": title})
        assert answer.status_code == 422
        assert answer.context["form"].errors["title"]
        knots.refresh_from_db()
        assert knots.title == "Knots"

    def test_who_else_renamed_it_meanwhile_is_not_overwritten_unseen(self, sign_in, camp, olga, knots):
        client = sign_in(olga)
        shown = client.get(at(knots, "rename")).context["form"].shown_state
        Pitch.objects.filter(pk=knots.pk).update(title="Hitches")
        answer = client.post(at(knots, "rename"), {"title": "Ropes", "shown": shown})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Hitches" in page
        assert 'value="Ropes"' in page
        again = {"title": "Ropes", "shown": answer.context["form"].shown_state}
        assert client.post(at(knots, "rename"), again).status_code == 302
        knots.refresh_from_db()
        assert knots.title == "Ropes"

    def test_what_others_write_beside_the_title_stays(self, sign_in, olga, ben, knots):
        client = sign_in(olga)
        shown = client.get(at(knots, "rename")).context["form"].shown_state
        knots.about = "Bring a rope."
        save_pitch(pitch=knots, hosts=[ben], not_in=[], by=ben)
        client.post(at(knots, "rename"), {"title": "Ropes", "shown": shown})
        knots.refresh_from_db()
        assert (knots.title, knots.about) == ("Ropes", "Bring a rope.")

    def test_who_renames_a_row_that_was_read_before_writes_the_title_alone(self, knots):
        Pitch.objects.filter(pk=knots.pk).update(about="Bring a rope.")
        rename_pitch(pitch=knots, title="Ropes")
        knots.refresh_from_db()
        assert (knots.title, knots.about) == ("Ropes", "Bring a rope.")

    def test_withdrawn_meanwhile_is_said(self, sign_in, olga, knots):
        withdraw_pitch(pitch=knots, by=olga)
        answer = sign_in(olga).post(at(knots, "rename"), {"title": "Ropes"})
        assert answer.status_code == 422
        assert "withdrawn or merged meanwhile" in answer.content.decode()
        assert 'value="Ropes"' in answer.content.decode()

    def test_the_form_stands_where_the_card_is_in_hand(self, sign_in, camp, olga, knots, slots, rooms):
        page = sign_in(olga).get(f"/{camp.slug}/draft/pitches/{knots.pk}/place/").content.decode()
        assert f'action="{at(knots, "rename")}"' in page
        assert f'href="{at(knots, "split")}"' in page


class TestSplit:
    def test_a_double_becomes_two_in_a_row(self, sign_in, camp, olga, ben, rooms, slots):
        long = PitchFactory(camp=camp, title="Data, all of it", length=2, hosts=[ben], needs=["screen"], topic="Data")
        session = place_session(pitch=long, room=rooms[0], slot=slots[0])
        answer = sign_in(olga).post(at(long, "split"), {"title": "Data: the ethics"})
        part = Pitch.objects.get(title="Data: the ethics")
        assert places() == {"Data, all of it": ["Barn, 10"], "Data: the ethics": ["Barn, 11"]}
        assert told(answer) == "“Data: the ethics” has the second of the two slots of “Data, all of it”."
        assert [*part.hosts.all()] == [ben]
        assert (part.needs, part.topic, part.length) == (["screen"], "Data", 1)
        long.refresh_from_db()
        assert long.length == 1
        # Its address and its notes stay with the first.
        assert Session.objects.get(pitch=long).pk == session.pk
        assert Session.objects.get(pitch=part).moved_by == olga

    def test_a_single_one_stays_and_the_second_waits(self, sign_in, camp, olga, knots, rooms, slots):
        place_session(pitch=knots, room=rooms[1], slot=slots[2])
        answer = sign_in(olga).post(at(knots, "split"), {"title": "Splices"})
        assert places() == {"Knots": ["Loft, 13"]}
        part = Pitch.objects.get(title="Splices")
        assert told(answer) == "“Splices” is split off from “Knots”, and waits for a place."
        assert answer.url.endswith(f"#waiting-{part.pk}")

    def test_a_double_that_waits_gives_two_singles_that_wait(self, camp, olga, rooms, slots):
        long = PitchFactory(camp=camp, title="Long", length=2)
        part = split_pitch(pitch=long, title="Longer", by=olga)
        long.refresh_from_db()
        assert (long.length, part.length) == (1, 1)
        assert places() == {}

    def test_who_wants_the_one_wants_the_other_and_nobody_has_more_musts(self, camp, olga, knots):
        one, other = AttendeeFactory(camp=camp), AttendeeFactory(camp=camp)
        set_interest(pitch=knots, attendee=one, level=Interest.Level.MUST)
        set_interest(pitch=knots, attendee=other, level=Interest.Level.INTERESTED)
        part = split_pitch(pitch=knots, title="Splices", by=olga)
        assert dict(part.interests.values_list("attendee", "level")) == {one.pk: 1, other.pk: 1}
        assert dict(knots.interests.values_list("attendee", "level")) == {one.pk: 2, other.pk: 1}

    def test_when_its_hosts_cannot_be_there_and_what_it_comes_after_holds_for_both(self, camp, olga, knots, slots):
        first = PitchFactory(camp=camp, title="First")
        knots.not_in.add(slots[1])
        Pitch.objects.filter(pk=knots.pk).update(rather=Pitch.Rather.MORNING)
        put_after(pitch=knots, earlier=[first])
        part = split_pitch(pitch=knots, title="Splices", by=olga)
        assert [*part.not_in.all()] == [slots[1]]
        assert part.rather == Pitch.Rather.MORNING
        assert [*part.after.all()] == [first]

    def test_its_hosts_are_told(self, camp, ben, knots):
        oscar = make_organiser(camp, "Oscar")
        ben.refresh_from_db()
        before = len(ben.news)
        split_pitch(pitch=knots, title="Splices", by=oscar)
        ben.refresh_from_db()
        assert len(ben.news) == before + 1

    def test_sent_twice_there_is_one(self, sign_in, olga, knots):
        client = sign_in(olga)
        page = client.get(at(knots, "split")).content.decode()
        key = page.partition('name="form_key" value="')[2].partition('"')[0]
        assert key
        for _time in range(2):
            client.post(at(knots, "split"), {"title": "Splices", "form_key": key})
        assert Pitch.objects.filter(title="Splices").count() == 1

    def test_withdrawn_meanwhile_is_said_and_none_is_made(self, sign_in, olga, knots):
        withdraw_pitch(pitch=knots, by=olga)
        answer = sign_in(olga).post(at(knots, "split"), {"title": "Splices"})
        assert answer.status_code == 422
        assert "withdrawn or merged meanwhile" in answer.content.decode()
        assert not Pitch.objects.filter(title="Splices").exists()
