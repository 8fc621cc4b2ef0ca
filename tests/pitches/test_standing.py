"""Not for me, seen, one by one: what somebody says of pitches, and the order in which they meet them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from events import stamps
from pitches.models import Interest, Pitch, Sight, fair_order
from pitches.services import mark_seen, set_interest, withdraw_pitch
from pitches.standing import HOSTS, NOT_FOR_ME, PUT_LAST, count_seen, one_by_one, put_last, standing_of
from pitches.together import wanted_too
from pitches.wishes import read_wishes, renew_wishes
from tests.factories import AttendeeFactory, PitchFactory


@pytest.mark.parametrize("before", [0, 1, 2, NOT_FOR_ME])
@pytest.mark.parametrize("level", [0, 1, 2, NOT_FOR_ME])
def test_whatever_was_said_before_the_last_tap_stands(camp, ben, before, level):
    pitch = PitchFactory(camp=camp)
    for said in (before, level, level):
        assert set_interest(pitch=pitch, attendee=ben, level=said).level == said
    assert dict(standing_of(ben)).get(pitch.pk, 0) == level
    wished = list(Interest.objects.values_list("level", flat=True))
    assert wished == ([level] if level > 0 else [])
    assert read_wishes(camp).people == ((ben.pk,) if level > 0 else ())


def test_taken_back_an_interest_leaves_nothing_of_what_was_said_before_it(camp, ben):
    pitch = PitchFactory(camp=camp)
    for level in (NOT_FOR_ME, 1, 0):
        set_interest(pitch=pitch, attendee=ben, level=level)
    assert standing_of(ben) == ((pitch.pk, 0),)


def test_not_for_me_of_a_pitch_says_nothing_of_the_one_that_it_is_part_of(camp, ben):
    knots, ropes = PitchFactory.create_batch(2, camp=camp)
    set_interest(pitch=ropes, attendee=ben, level=2)
    Pitch.objects.filter(pk=knots.pk).update(merged_into=ropes)
    assert set_interest(pitch=knots, attendee=ben, level=NOT_FOR_ME)[:2] == (ropes, 2)


def test_what_was_put_away_goes_to_the_end_at_the_next_visit(sign_in, camp, ben):
    pitches = PitchFactory.create_batch(6, camp=camp)
    client = sign_in(ben)

    def order(query: str = "") -> list[int]:
        return list(client.get(f"/{camp.slug}/pitches/{query}").context["page"].object_list)

    mine = fair_order([pitch.pk for pitch in pitches], ben.pk)
    assert order() == mine
    began = int((timezone.now().timestamp() - 60) * 1_000_000)
    set_interest(pitch=Pitch.objects.get(pk=mine[1]), attendee=ben, level=NOT_FOR_ME)
    assert order(f"?visit={began}") == mine
    assert order() == [mine[0], *mine[2:], mine[1]]


def test_over_the_board_stands_how_many_came_since_and_they_are_shown_first(sign_in, camp, ben):
    first, *_others = PitchFactory.create_batch(3, camp=camp)
    client, board = sign_in(ben), f"/{camp.slug}/pitches/"
    newest = client.get(board).context["newest"]

    def ask(**known):
        return client.get(f"{board}since/", {"after": newest} | known, headers={"HX-Request": "true"})

    asked = ask()
    assert "new pitch" not in asked.content.decode()
    assert ask(seen=asked.wsgi_request.page_stamp).status_code == 204
    ducks, geese = PitchFactory.create_batch(2, camp=camp)
    PitchFactory(camp=camp, proposed_by=ben)
    stamps.bump(camp, stamps.PITCHES)
    asked = ask(seen=asked.wsgi_request.page_stamp)
    assert "2 new pitches" in asked.content.decode()
    assert ask(seen=asked.wsgi_request.page_stamp).status_code == 204
    withdraw_pitch(pitch=geese, by=None)
    html = ask(seen=asked.wsgi_request.page_stamp).content.decode()
    assert "1 new pitch\n" in html
    assert f'href="{board}?after={newest}"' in html
    page = client.get(board, {"after": newest}).context["page"].object_list
    new = [pk for pk in page if pk > newest]
    assert ducks.pk in new
    assert page == [*new, *(pk for pk in client.get(board).context["page"].object_list if pk not in new)]
    assert first.pk in page


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30])
def test_what_names_no_pitch_is_as_if_none_was_known(client, camp, after):
    PitchFactory(camp=camp)
    address = f"/{camp.slug}/pitches/since/"
    told = client.get(address, {"after": after}, headers={"HX-Request": "true"})
    assert "1 new pitch" in told.content.decode()
    assert client.get(f"/{camp.slug}/pitches/", {"after": after}).status_code == 200


@pytest.mark.parametrize("visit", ["", "x", "-1", "0", "9" * 18, "²", "1e9"])
def test_a_visit_that_makes_no_sense_is_one_that_begins_now(sign_in, camp, ben, visit):
    PitchFactory(camp=camp)
    assert sign_in(ben).get(f"/{camp.slug}/pitches/?visit={visit}").status_code == 200


def test_what_is_looked_at_meanwhile_does_not_make_the_next_page_of_the_unseen_leave_any_out(camp, ben):
    first, second = PitchFactory.create_batch(2, camp=camp)
    began = timezone.now() - timedelta(seconds=5)
    Sight.objects.create(pitch=first, attendee=ben, seen_at=began - timedelta(days=1))
    mark_seen(attendee=ben, pitch_ids=[second.pk])
    assert list(camp.pitches.not_seen_by(ben, began)) == [second]
    assert not camp.pitches.not_seen_by(ben, timezone.now() + timedelta(seconds=5))


def test_seen_is_what_one_looked_at_said_something_of_or_hosts(camp, ben):
    looked, wished, put_away, hosted, new = PitchFactory.create_batch(5, camp=camp)
    mark_seen(attendee=ben, pitch_ids=[looked.pk])
    set_interest(pitch=wished, attendee=ben, level=1)
    set_interest(pitch=put_away, attendee=ben, level=NOT_FOR_ME)
    hosted.hosts.add(ben)
    standing = standing_of(ben, since=timezone.now() + timedelta(seconds=1))
    assert dict(standing) == {looked.pk: 0, wished.pk: 1, put_away.pk: PUT_LAST, hosted.pk: HOSTS}
    assert count_seen([pitch.pk for pitch in (looked, wished, put_away, hosted, new)], standing) == 4
    assert count_seen([new.pk], standing) == 0
    assert put_last([put_away.pk, new.pk], standing) == [new.pk, put_away.pk]
    # Nobody else's.
    assert standing_of(AttendeeFactory(camp=camp)) == () == standing_of(None)


def test_one_by_one_begins_with_what_is_new_and_comes_round_to_what_was_put_off():
    order, standing = [5, 3, 8, 1, 9], ((5, 0), (3, 1), (8, -1), (2, HOSTS))
    turn = {
        (None, None): [1, 9, 5],
        (None, 1): [9, 5, 1],
        (None, 3): [1, 9, 5],
        (None, 9): [5, 1, 9],
        (8, None): [8, 1, 9, 5],
        (8, 9): [8, 1, 9, 5],
        (77, None): [1, 9, 5],
        (None, 77): [1, 9, 5],
    }
    for (at, after), expected in turn.items():
        assert one_by_one(order, standing, at=at, after=after) == expected, (at, after)
    assert one_by_one(order, tuple((pk, 1) for pk in order), at=None, after=None) == []
    assert one_by_one([], (), at=None, after=None) == []


def test_the_page_shows_one_and_leads_on_without_a_script(sign_in, camp, ben):
    for number in range(3):
        PitchFactory(camp=camp, title=f"Number {number}", about="**Bold** & more")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/one/"
    order = fair_order(camp.pitches.values_list("pk", flat=True), ben.pk)
    first = client.get(url)
    html = first.content.decode()
    assert first.context["here"] == order[0]
    assert html.count('<article class="one">') == 1
    assert html.count('<article class="one" hidden>') == 2
    assert "<strong>Bold</strong> &amp; more" in html
    assert f'name="next" value="{url}?after={order[0]}"' in html
    answer = client.post(
        f"/{camp.slug}/pitches/{order[0]}/interest/", {"level": "1", "next": f"{url}?after={order[0]}"}
    )
    second = client.get(answer.url)
    assert second.context["here"] == order[1]
    assert second.context["before"] == order[0]
    client.post(f"/{camp.slug}/pitches/seen/", {"pitch": order[1], "next": f"{url}?after={order[1]}"})
    assert client.get(f"{url}?after={order[1]}").context["here"] == order[2]
    set_interest(pitch=Pitch.objects.get(pk=order[2]), attendee=ben, level=NOT_FOR_ME)
    # What was put off comes again.
    assert client.get(f"{url}?after={order[2]}").context["here"] == order[1]
    set_interest(pitch=Pitch.objects.get(pk=order[1]), attendee=ben, level=2)
    assert "You have been through all of them." in client.get(url).content.decode()
    camp.save_flags(is_interest_open=False)
    assert "Interest is closed." in client.get(url).content.decode()


def test_a_script_says_what_was_seen_and_no_page_tells_of_it(sign_in, camp, ben):
    pitch = PitchFactory(camp=camp)
    answer = sign_in(ben).post(
        f"/{camp.slug}/pitches/seen/", {"pitch": pitch.pk}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 204
    assert standing_of(ben) == ((pitch.pk, 0),)
    assert "no longer new" not in sign_in(ben).get(f"/{camp.slug}/pitches/").content.decode()


def test_musts_left_and_seen_are_told_on_the_board(sign_in, camp, ben):
    camp.musts_each = 3
    camp.save()
    one, _two = (PitchFactory(camp=camp, title=title) for title in ("One & only", "Two"))
    set_interest(pitch=one, attendee=ben, level=2)
    html = sign_in(ben).get(f"/{camp.slug}/pitches/").content.decode()
    assert "1 of 2 seen" in html
    assert "2 of 3 musts left" in html
    assert f'<li class="line" data-tap="{one.pk}" data-level="2" data-title="One &amp; only">' in html


def wish(camp, people, *pitches):
    for person in people:
        for pitch in pitches:
            set_interest(pitch=pitch, attendee=person, level=1)


def test_wanted_too_is_what_five_want_together_and_never_what_four_do(client, camp):
    knots, ropes, tents, stars = (PitchFactory(camp=camp, title=t) for t in ("Knots", "Ropes", "Tents", "Stars"))
    people = AttendeeFactory.create_batch(12, camp=camp)
    wish(camp, people[:5], knots, ropes)
    wish(camp, people[1:5], tents)
    wish(camp, people[5:12], tents, stars)
    renew_wishes(camp=camp)
    assert wanted_too(camp, knots.pk, 1) == [ropes.pk]
    assert wanted_too(camp, stars.pk, 1) == [tents.pk]
    page = client.get(knots.get_absolute_url()).content.decode()
    text = page[page.index("People who want this also want") :].partition("</p>")[0]
    assert "Ropes" in text
    assert "Tents" not in text


def test_wanted_too_names_the_most_alike_first_and_only_what_is_open(client, camp):
    knots, near, far, gone = (PitchFactory(camp=camp, title=t) for t in ("Knots", "Near", "Far", "Gone"))
    people = AttendeeFactory.create_batch(30, camp=camp)
    wish(camp, people[:10], knots, near, gone)
    wish(camp, people[5:30], far)
    renew_wishes(camp=camp)
    assert wanted_too(camp, knots.pk, 1) == [near.pk, gone.pk, far.pk]
    Pitch.objects.filter(pk=gone.pk).update(withdrawn_at=datetime(2030, 1, 1, tzinfo=UTC))
    page = client.get(knots.get_absolute_url()).content.decode()
    text = page[page.index("People who want this also want") :].partition("</p>")[0]
    assert text.index("Near") < text.index("Far")
    assert "Gone" not in text
