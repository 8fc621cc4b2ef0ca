"""Pitching, merging, interest, the board."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from pitches import services
from pitches.models import Interest, Pitch, fair_order
from tests.factories import AttendeeFactory, CampFactory, PitchFactory

FORM = {"title": "Knots", "who": "me", "kind": "workshop", "length": "1"}


def test_a_title_is_enough(sign_in, camp, ben):
    response = sign_in(ben).post(f"/{camp.slug}/pitches/new/", FORM)
    pitch = Pitch.objects.get()
    assert response.url == f"/{camp.slug}/pitches/{pitch.pk}/"
    assert list(pitch.hosts.all()) == [ben]


def test_an_idea_has_no_host_until_somebody_offers_and_the_second_is_told(sign_in, camp, ben, cleo):
    sign_in(ben).post(f"/{camp.slug}/pitches/new/", FORM | {"who": "nobody"})
    pitch = Pitch.objects.get()
    assert pitch in camp.pitches.without_host()
    services.host_idea(pitch=pitch, attendee=cleo)
    with pytest.raises(ValidationError, match="Cleo hosts it already"):
        services.host_idea(pitch=pitch, attendee=ben)


def test_a_helper_pitches_for_somebody_without_a_phone(sign_in, camp, hal):
    sign_in(hal).post(f"/{camp.slug}/pitches/new/", FORM | {"who": "other", "behalf": "Gran"})
    host = Pitch.objects.get().hosts.get()
    assert (host.display_name, host.user) == ("Gran", None)


def test_an_attendee_cannot_pitch_in_anothers_name(sign_in, camp, ben):
    response = sign_in(ben).post(f"/{camp.slug}/pitches/new/", FORM | {"who": "other", "behalf": "Cleo"})
    assert response.status_code == 422


def test_a_cohost_nobody_knows_is_named_and_what_was_typed_stays(sign_in, camp, ben):
    response = sign_in(ben).post(f"/{camp.slug}/pitches/new/", FORM | {"cohosts": "Nobody"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Nobody here is called “Nobody”" in page
    assert 'value="Knots"' in page


def test_closed_pitching_is_told_and_helpers_still_can(sign_in, camp, ben, hal):
    camp.save_flags(is_pitching_open=False)
    assert sign_in(ben).post(f"/{camp.slug}/pitches/new/", FORM).status_code == 422
    assert sign_in(hal).post(f"/{camp.slug}/pitches/new/", FORM).status_code == 302


def test_edit_is_not_found_for_another(client, sign_in, camp, ben, cleo):
    pitch = PitchFactory(camp=camp, hosts=[ben], title="Knots")
    response = sign_in(cleo).post(f"/{camp.slug}/pitches/{pitch.pk}/edit/", FORM | {"title": "Mine"})
    assert response.status_code == 404
    pitch.refresh_from_db()
    assert pitch.title == "Knots"


def test_a_host_edits_and_stays_the_host(sign_in, camp, ben, cleo):
    pitch = PitchFactory(camp=camp, hosts=[ben, cleo])
    sign_in(ben).post(f"/{camp.slug}/pitches/{pitch.pk}/edit/", FORM | {"title": "New", "cohosts": "Cleo"})
    pitch.refresh_from_db()
    assert pitch.title == "New"
    assert set(pitch.hosts.all()) == {ben, cleo}


def test_merging_unites_hosts_and_interest_and_the_old_address_leads_on(client, camp, ben, cleo):
    one, two = PitchFactory(camp=camp, hosts=[ben]), PitchFactory(camp=camp, hosts=[cleo])
    dan, eve = AttendeeFactory(camp=camp), AttendeeFactory(camp=camp)
    services.set_interest(pitch=one, attendee=dan, level=2)
    services.set_interest(pitch=two, attendee=dan, level=1)
    services.set_interest(pitch=one, attendee=eve, level=1)

    services.merge_pitches(source=one, target=two)

    assert set(two.hosts.all()) == {ben, cleo}
    assert dict(two.interests.values_list("attendee_id", "level")) == {dan.pk: 2, eve.pk: 1}
    assert client.get(f"/{camp.slug}/pitches/{one.pk}/").url == f"/{camp.slug}/pitches/{two.pk}/"


def test_a_chain_of_merges_leads_to_the_last(client, camp):
    one, two, three = PitchFactory.create_batch(3, camp=camp)
    services.merge_pitches(source=one, target=two)
    services.merge_pitches(source=two, target=three)
    assert client.get(f"/{camp.slug}/pitches/{one.pk}/").url == f"/{camp.slug}/pitches/{three.pk}/"


def test_a_merged_pitch_cannot_be_merged_again(camp):
    one, two, three = PitchFactory.create_batch(3, camp=camp)
    services.merge_pitches(source=one, target=two)
    with pytest.raises(ValidationError, match="withdrawn or merged already"):
        services.merge_pitches(source=one, target=three)
    with pytest.raises(ValidationError, match="with itself"):
        services.merge_pitches(source=two, target=two)


@pytest.mark.parametrize("levels", [[1], [1, 1], [1, 2, 0], [2, 2, 1], [0, 0]])
def test_interest_is_what_was_set_last(camp, ben, levels):
    pitch = PitchFactory(camp=camp)
    for level in levels:
        services.set_interest(pitch=pitch, attendee=ben, level=level)
    assert [i.level for i in Interest.objects.all()] == ([levels[-1]] if levels[-1] else [])


def test_musts_are_few_and_the_sentence_says_which(camp, ben):
    camp.musts_each = 1
    camp.save()
    first, second = PitchFactory(camp=camp, title="Knots"), PitchFactory(camp=camp)
    services.set_interest(pitch=first, attendee=ben, level=2)
    services.set_interest(pitch=first, attendee=ben, level=2)
    with pytest.raises(ValidationError, match="1 musts already: “Knots”"):
        services.set_interest(pitch=second, attendee=ben, level=2)


def test_a_tap_answers_with_the_control_and_without_htmx_leads_back(sign_in, camp, ben):
    pitch = PitchFactory(camp=camp)
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{pitch.pk}/interest/"

    partial = client.post(url, {"level": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert partial.lstrip().startswith(f'<div id="interest-control-{pitch.pk}">')
    assert 'aria-pressed="true"' in partial

    back = f"/{camp.slug}/pitches/?topic=x"
    assert client.post(url, {"level": "0", "next": back}).url == back
    assert not Interest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_tap_in_the_same_moment_lose_nothing():
    camp = CampFactory()
    pitch = PitchFactory(camp=camp)
    people = AttendeeFactory.create_batch(24, camp=camp)
    barrier = threading.Barrier(len(people))
    errors = []

    def tap(person):
        try:
            barrier.wait()
            for level in (1, 0, 2, 1, 2):
                services.set_interest(pitch=pitch, attendee=person, level=level)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=tap, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(pitch.interests.values_list("level", flat=True)) == [2] * len(people)


@pytest.mark.parametrize("level", ["", "3", "-1", "must", "1; drop"])
def test_a_level_that_is_none_changes_nothing(sign_in, camp, ben, level):
    pitch = PitchFactory(camp=camp)
    sign_in(ben).post(f"/{camp.slug}/pitches/{pitch.pk}/interest/", {"level": level})
    assert not Interest.objects.exists()


def test_closed_interest_stays_as_it_is(camp, ben):
    pitch = PitchFactory(camp=camp)
    camp.save_flags(is_interest_open=False)
    pitch.camp = camp
    with pytest.raises(ValidationError, match="closed"):
        services.set_interest(pitch=pitch, attendee=ben, level=1)


def test_the_order_is_each_persons_own_and_stays(camp):
    ids = list(range(40))
    assert fair_order(ids, 1) == fair_order(reversed(ids), 1)
    assert fair_order(ids, 1) != fair_order(ids, 2)
    first = [fair_order(ids, who)[0] for who in range(400)]
    # Every pitch is first for somebody, none for very many.
    assert len(set(first)) == 40
    assert max(first.count(pk) for pk in ids) < 40


def test_counts_are_hidden_until_the_organiser_shows_them(client, camp, ben):
    pitch = PitchFactory(camp=camp)
    services.set_interest(pitch=pitch, attendee=ben, level=1)
    url = f"/{camp.slug}/pitches/"
    assert "1 interested" not in client.get(url).content.decode()
    camp.save_flags(are_counts_shown=True)
    assert "1 interested" in client.get(url).content.decode()


def test_filters_find_by_word_topic_host_and_what_is_new(sign_in, camp, ben, cleo):
    knots = PitchFactory(camp=camp, title="Knots", topic="Rope", hosts=[ben])
    ducks = PitchFactory(camp=camp, title="Ducks", topic="Birds", about="Feeding them")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/"

    def shown(query):
        return {p.title for p in client.get(url + query).context["pitches"]}

    assert shown("?q=feeding") == {"Ducks"}
    assert shown("?q=ben") == {"Knots"}
    assert shown("?topic=Rope") == {"Knots"}
    assert shown("?show=mine") == {"Knots"}
    assert shown("?show=hostless") == {"Ducks"}
    assert shown("?show=unseen") == {"Ducks"}
    client.get(f"/{camp.slug}/pitches/{ducks.pk}/")
    assert shown("?show=unseen") == set()
    assert shown("?topic=none&kind=none&show=none&page=x") == {knots.title, ducks.title}


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_for_one_and_for_three(sign_in, camp, ben, cleo, count, django_assert_max_num_queries):
    PitchFactory.create_batch(count, camp=camp, hosts=[cleo])
    client = sign_in(ben)
    client.get(f"/{camp.slug}/pitches/")
    with django_assert_max_num_queries(8):
        response = client.get(f"/{camp.slug}/pitches/")
    assert len(response.context["pitches"]) == count
