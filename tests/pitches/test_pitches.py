"""Pitching, merging, interest, the board."""

import html
import re
import threading
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from events.editing import archive_camp, switch_camp
from events.roles import leave_camp, remove_attendee
from exchange.csv_export import csv_files
from pitches import board, services
from pitches.models import Interest, LastTap, Pitch, fair_order
from pitches.wishes import read_wishes
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


def test_pitching_that_closed_while_somebody_typed_is_told_beside_what_they_typed(sign_in, camp, ben):
    client, address = sign_in(ben), f"/{camp.slug}/pitches/new/"
    switch_camp(camp=camp, is_pitching_open=False)
    page = client.post(address, {"title": "Bells", "about": "All of it.", "kind": "talk", "length": 1, "who": "me"})
    found = page.content.decode()
    assert page.status_code == 422
    assert "Pitching is closed." in found
    assert "All of it.</textarea>" in found
    # Who only looks is offered no form that would be refused.
    assert "<textarea" not in client.get(address).content.decode()


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


def edited(client, pitch, **changes):
    """The form as it stands on the page, sent with these changes."""
    address = f"/{pitch.camp.slug}/pitches/{pitch.pk}/edit/"
    shown = client.get(address).context["form"]
    data = {"title": pitch.title, "kind": pitch.kind, "length": pitch.length, "cohosts": shown.initial["cohosts"]}
    return client.post(address, data | changes)


@pytest.mark.parametrize(
    "names", [["Ben", "Ben"], ["Ben, Leeds", "Ben"], ["Leeds", "Ben, Leeds", "Ben"], ["Ben, Leeds"]]
)
def test_an_edit_keeps_every_host_whatever_they_are_called(sign_in, camp, ben, hal, names):
    """Two of one name, a comma in a name, and whoever edits it called like another."""
    hosts = [AttendeeFactory(camp=camp, display_name=name) for name in names]
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, *hosts])
    for person in (hal, ben):
        assert edited(sign_in(person), pitch, title="Bends").status_code == 302
        assert set(pitch.hosts.all()) == {ben, *hosts}


def test_hosts_are_known_in_whatever_order_they_are_typed(sign_in, camp, ben):
    hosts = [AttendeeFactory(camp=camp, display_name=name) for name in ("Ada", "Ada, Leeds")]
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, *hosts])
    assert edited(sign_in(ben), pitch, cohosts="Ada, Leeds, Ada").status_code == 302
    assert set(pitch.hosts.all()) == {ben, *hosts}


def test_a_name_with_a_comma_and_the_second_of_one_name_are_added(sign_in, camp, ben, cleo):
    away = AttendeeFactory(camp=camp, display_name="Cleo, Leeds")
    first, second = (AttendeeFactory(camp=camp, display_name="Ada") for _ in range(2))
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, first])
    assert edited(sign_in(ben), pitch, cohosts="Ada, cleo, leeds, Cleo, ada").status_code == 302
    assert set(pitch.hosts.all()) == {ben, first, second, away, cleo}


@pytest.mark.parametrize("typed", ["ZOË ÅNGSTRÖM", "zoë\u00a0 ångström", "Zoë\u200b Ångström"])
def test_a_host_is_known_however_the_name_is_typed(sign_in, camp, ben, typed):
    """On SQLite Ë and ë were two letters."""
    zoe = AttendeeFactory(camp=camp, display_name="Zoë Ångström")
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    assert edited(sign_in(ben), pitch, cohosts=typed).status_code == 302
    assert set(pitch.hosts.all()) == {ben, zoe}


def test_a_new_name_that_two_have_is_still_refused(sign_in, camp, ben):
    for _ in range(2):
        AttendeeFactory(camp=camp, display_name="Ada")
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    page = edited(sign_in(ben), pitch, cohosts="Ada, Nobody").content.decode()
    assert "Two people here are called “Ada”." in page
    assert "Nobody here is called “Nobody”." in page


def test_a_pitch_of_many_hosts_can_be_edited(sign_in, camp, ben):
    hosts = [AttendeeFactory(camp=camp, display_name=f"{n} {'x' * 50}") for n in range(9)]
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben, *hosts])
    assert edited(sign_in(ben), pitch).status_code == 302
    assert pitch.hosts.count() == 10


def test_merging_unites_hosts_and_interest_and_the_old_address_leads_on(client, camp, ben, cleo):
    one, two = PitchFactory(camp=camp, hosts=[ben]), PitchFactory(camp=camp, hosts=[cleo])
    dan, eve = AttendeeFactory(camp=camp), AttendeeFactory(camp=camp)
    services.set_interest(pitch=one, attendee=dan, level=2)
    services.set_interest(pitch=two, attendee=dan, level=1)
    services.set_interest(pitch=one, attendee=eve, level=1)

    services.merge_pitches(source=one, target=two, by=None)

    assert set(two.hosts.all()) == {ben, cleo}
    assert dict(two.interests.values_list("attendee_id", "level")) == {dan.pk: 2, eve.pk: 1}
    assert client.get(f"/{camp.slug}/pitches/{one.pk}/").url == f"/{camp.slug}/pitches/{two.pk}/"


def test_a_chain_of_merges_leads_to_the_last(client, camp):
    one, two, three = PitchFactory.create_batch(3, camp=camp)
    services.merge_pitches(source=one, target=two, by=None)
    services.merge_pitches(source=two, target=three, by=None)
    assert client.get(f"/{camp.slug}/pitches/{one.pk}/").url == f"/{camp.slug}/pitches/{three.pk}/"


def test_a_merged_pitch_cannot_be_merged_again(camp):
    one, two, three = PitchFactory.create_batch(3, camp=camp)
    services.merge_pitches(source=one, target=two, by=None)
    with pytest.raises(ValidationError, match="withdrawn or merged already"):
        services.merge_pitches(source=one, target=three, by=None)
    with pytest.raises(ValidationError, match="with itself"):
        services.merge_pitches(source=two, target=two, by=None)


@pytest.mark.parametrize("levels", [[1], [1, 1], [1, 2, 0], [2, 2, 1], [0, 0]])
def test_interest_is_what_was_set_last(camp, ben, levels):
    pitch = PitchFactory(camp=camp)
    for level in levels:
        services.set_interest(pitch=pitch, attendee=ben, level=level)
    assert [i.level for i in Interest.objects.all()] == ([levels[-1]] if levels[-1] else [])


def test_a_must_too_many_counts_as_interested_and_the_sentence_says_why(camp, ben):
    camp.musts_each = 1
    camp.save()
    first, second = PitchFactory(camp=camp, title="Knots"), PitchFactory(camp=camp, title="Tents")
    tap = partial(services.set_interest, attendee=ben)
    assert tap(pitch=first, level=2) == tap(pitch=first, level=2) == (first, 2, "", "")
    pitch, level, problem, why = tap(pitch=second, level=2)
    assert (pitch, level) == (second, 1)
    # Of several such taps the second part is told once.
    assert why == "You have 1 must: “Knots”. Take 1 back for another one."
    assert problem == f"“Tents” counts as interested. {why}"
    assert dict(ben.interests.values_list("pitch", "level")) == {first.pk: 2, second.pk: 1}


def test_without_a_script_a_must_too_many_is_told_on_the_next_page(sign_in, camp, ben):
    camp.musts_each = 1
    camp.save()
    first, second = PitchFactory(camp=camp, title="Knots"), PitchFactory(camp=camp, title="Tents")
    services.set_interest(pitch=first, attendee=ben, level=2)
    page = sign_in(ben).post(f"/{camp.slug}/pitches/{second.pk}/interest/", {"level": "2"}, follow=True)
    html = page.content.decode()
    assert "“Tents” counts as interested. You have 1 must: “Knots”. Take 1 back for another one." in html
    assert f'id="interested-{second.pk}" aria-pressed="true"' in html
    assert f'id="must-{second.pk}" aria-pressed="false"' in html


def test_fewer_musts_each_take_none_from_whoever_taps_again(camp, ben):
    pitches = PitchFactory.create_batch(2, camp=camp)
    for pitch in pitches:
        services.set_interest(pitch=pitch, attendee=ben, level=2)
    camp.musts_each = 1
    camp.save()
    # Sent again by a script that did not hear the answer.
    assert services.set_interest(pitch=pitches[0], attendee=ben, level=2).level == 2


#: what `taps.js` sends
SCRIPT = {"Accept": "application/json"}


def test_a_tap_tells_a_script_what_stands_and_without_one_leads_back(sign_in, camp, ben):
    pitch = PitchFactory(camp=camp, title="Knots")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{pitch.pk}/interest/"

    answer = client.post(url, {"level": "1"}, headers=SCRIPT)
    assert answer.json() == {"problem": "", "pitch": pitch.pk, "title": "Knots", "level": 1}
    assert answer["Cache-Control"] == "private, no-store"

    back = f"/{camp.slug}/pitches/?topic=x"
    assert client.post(url, {"level": "0", "next": back}).url == f"{back}#interest-control-{pitch.pk}"
    assert not Interest.objects.exists()


def test_a_tap_held_up_on_its_way_undoes_no_newer_one(sign_in, camp, ben):
    pitch, other = PitchFactory.create_batch(2, camp=camp)
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{{}}/interest/"

    def tap(number, level, pitch=pitch, device="a" * 32):
        fields = {"level": level, "device": device, "number": number}
        return client.post(url.format(pitch.pk), fields, headers=SCRIPT)

    assert tap(10, 1).json() == {"problem": "", "pitch": pitch.pk, "title": "", "level": 1}
    assert tap(12, 0).json()["level"] == 0
    late = tap(11, 2)
    assert (late.status_code, late.json()) == (409, {"problem": "You tapped there again since.", "is_old": True})
    assert not Interest.objects.exists()
    # Sent again, since the answer was lost; of another device; by a script that counts nothing.
    assert tap(13, 2, other).status_code == tap(13, 2, other).status_code == 200
    assert tap(1, 1, device="b" * 32).status_code == 200
    assert dict(ben.interests.values_list("pitch", "level")) == {pitch.pk: 1, other.pk: 2}
    for wrong in ("", "-1", "²", "9" * 5000, "soon"):
        assert tap(wrong, 2, pitch).status_code == 200
        assert tap(1, 2, pitch, device=wrong).status_code == 200
    assert LastTap.objects.count() == 2


def test_a_tap_sent_again_undoes_nothing_that_another_device_did_since(sign_in, camp, ben):
    """Its answer was lost: it is told what stands now."""
    pitch = PitchFactory(camp=camp, title="Knots")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{pitch.pk}/interest/"

    def tap(number, level, device):
        return client.post(url, {"level": level, "device": device * 32, "number": number}, headers=SCRIPT).json()

    assert tap(7, 1, "a")["level"] == 1
    assert tap(3, 0, "b")["level"] == 0
    assert tap(7, 1, "a") == {"problem": "", "pitch": pitch.pk, "title": "", "level": 0}
    assert not ben.interests.exists()
    assert tap(4, 2, "b")["level"] == tap(7, 1, "a")["level"] == 2


def test_who_hosts_a_pitch_and_said_nothing_of_it_is_told_no_more_than_that(sign_in, camp, ben):
    pitch = PitchFactory(camp=camp, hosts=[ben])
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{pitch.pk}/interest/"
    tap = {"level": 0, "device": "a" * 32, "number": 1}
    assert [client.post(url, tap, headers=SCRIPT).json()["level"] for _sent in range(2)] == [0, 0]
    camp.is_interest_open = False
    camp.save()
    refused = client.post(url, {"level": 1}, headers=SCRIPT)
    assert (refused.status_code, refused.json()["level"]) == (422, 0)


def test_a_must_too_many_sent_again_says_why_it_is_none_once_more(sign_in, camp, ben):
    camp.musts_each = 1
    camp.save()
    pitches = PitchFactory.create_batch(2, camp=camp)
    services.set_interest(pitch=pitches[0], attendee=ben, level=2)
    url = f"/{camp.slug}/pitches/{pitches[1].pk}/interest/"
    first, again = (
        sign_in(ben).post(url, {"level": 2, "device": "a" * 32, "number": 1}, headers=SCRIPT).json() for _n in range(2)
    )
    assert (first["level"], "counts as interested" in first["problem"]) == (1, True)
    assert {**again, "title": ""} == {**first, "title": ""}


def test_a_tap_writes_its_turn_into_one_index(db):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, LastTap._meta.db_table).values()
    assert {tuple(one["columns"]) for one in found if one["index"] or one["unique"] or one["primary_key"]} == {
        ("device",)
    }


def test_a_tap_by_number_is_about_this_camps_board_and_follows_a_merge(sign_in, camp, ben):
    elsewhere, gone = PitchFactory(camp=CampFactory()), PitchFactory(camp=camp)
    old, new = PitchFactory(camp=camp), PitchFactory(camp=camp, title="New ropes")
    services.withdraw_pitch(pitch=gone, by=None)
    services.merge_pitches(source=old, target=new, by=None)
    client = sign_in(ben)

    def tap(pitch, number):
        fields = {"level": 1, "device": "a" * 32, "number": number}
        return client.post(f"/{camp.slug}/pitches/{pitch.pk}/interest/", fields, headers=SCRIPT)

    for pitch in (elsewhere, gone):
        answer = tap(pitch, 1)
        assert (answer.status_code, answer.json()["level"]) == (422, 0)
        assert "withdrawn" in answer.json()["problem"]
    assert tap(old, 2).json() == {"problem": "", "pitch": new.pk, "title": "New ropes", "level": 1}
    assert tap(old, 1).json().get("is_old") is True
    assert [interest.pitch for interest in Interest.objects.all()] == [new]


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
    assert "interested</span>" not in client.get(url).content.decode()
    camp.save_flags(are_counts_shown=True)
    assert "a few people interested" in client.get(url).content.decode()


def test_filters_find_by_word_topic_host_and_what_is_new(sign_in, camp, ben, cleo):
    knots = PitchFactory(camp=camp, title="Knots", topic="Rope", hosts=[ben])
    ducks = PitchFactory(camp=camp, title="Ducks", topic="Birds", about="Feeding them")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/"

    def shown(query):
        return set(titles_on(client.get(url + query)))

    assert shown("?q=feeding") == {"Ducks"}
    assert shown("?q=ben") == {"Knots"}
    assert shown("?topic=Rope") == {"Knots"}
    assert shown("?show=mine") == {"Knots"}
    assert shown("?show=hostless") == {"Ducks"}
    assert shown("?show=unseen") == {"Ducks"}
    client.get(f"/{camp.slug}/pitches/{ducks.pk}/")
    assert shown("?show=unseen") == set()
    assert shown("?topic=none&kind=none&show=none&page=x") == {knots.title, ducks.title}


def titles_on(response):
    return re.findall(r'<h2><a href="[^"]+">([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("is_cold", "query_count"), [(True, 9), (False, 5)])
def test_the_board_costs_the_same_for_one_and_for_three(
    sign_in, camp, ben, cleo, count, is_cold, query_count, empty_cache, django_assert_num_queries
):
    PitchFactory.create_batch(count, camp=camp, hosts=[cleo])
    client = sign_in(ben)
    client.get(f"/{camp.slug}/pitches/")
    if is_cold:
        empty_cache()
    with django_assert_num_queries(query_count):
        response = client.get(f"/{camp.slug}/pitches/")
    assert len(titles_on(response)) == count


def test_a_tap_costs_five_queries_and_answers_with_what_is_stored(sign_in, camp, ben, django_assert_num_queries):
    pitch = PitchFactory(camp=camp, title="Knots & <bends>")
    client, url = sign_in(ben), f"/{camp.slug}/pitches/{pitch.pk}/interest/"
    # Two of these begin and end the transaction: outside of a test BEGIN and COMMIT.
    for number, level in enumerate((1, 0, 1, 0)):
        # The last two by which tap of its device it is, as `taps.js` says it.
        which = {"device": "a" * 32, "number": number} if number > 1 else {}
        # Taken back, what was not for them once is so no more, either.
        with django_assert_num_queries(7 if level else 8):
            answer = client.post(url, {"level": level, **which}, headers=SCRIPT).json()
        assert list(pitch.interests.values_list("attendee", "level")) == ([(ben.pk, 1)] if level else [])
        assert (answer["level"], answer["title"]) == (level, "" if which else "Knots & <bends>")


def test_the_buttons_say_whose_pitch_it_is_and_where_they_send(sign_in, camp, ben):
    pitch = PitchFactory(camp=camp, title="Knots & <bends>")
    services.set_interest(pitch=pitch, attendee=ben, level=1)
    for page in ("", f"{pitch.pk}/"):
        html = sign_in(ben).get(f"/{camp.slug}/pitches/{page}").content.decode()
        control = re.sub(r"\s+", " ", html[html.index(f'<div id="interest-control-{pitch.pk}"') :])
        assert f'data-tap="{pitch.pk}" data-level="1" data-title="Knots &amp; &lt;bends&gt;"' in control
        assert 'aria-label="My interest in Knots &amp; &lt;bends&gt;"' in control
        sends = f'<button form="tap" formaction="/{camp.slug}/pitches/{pitch.pk}/interest/" name="level"'
        for name, value, level, is_pressed in [
            ("not", -1, -1, "false"),
            ("interested", 0, 1, "true"),
            ("must", 2, 2, "false"),
        ]:
            button = f'{sends} value="{value}" data-for="{level}" id="{name}-{pitch.pk}" aria-pressed="{is_pressed}"'
            assert button in control, name
        assert html.count('<form method="post" id="tap">') == 1


def test_the_buttons_of_a_page_carry_the_token_and_the_way_back(camp, ben):
    pitch = PitchFactory(camp=camp)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ben.user, backend="django.contrib.auth.backends.ModelBackend")
    page = strict.get(f"/{camp.slug}/pitches/?q=&kind=").content.decode()
    form = page[page.index('<form method="post" id="tap">') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    assert re.fullmatch(rf"/{camp.slug}/pitches/\?q=&amp;kind=&amp;visit=\d+", hidden["next"])
    answer = strict.post(
        f"/{camp.slug}/pitches/{pitch.pk}/interest/", hidden | {"next": f"/{camp.slug}/pitches/?q=", "level": "1"}
    )
    assert answer.url == f"/{camp.slug}/pitches/?q=#interest-control-{pitch.pk}"
    assert pitch.interests.count() == 1


def test_what_somebody_searched_for_is_in_nobody_elses_form(client, sign_in, camp, ben):
    sign_in(ben).get(f"/{camp.slug}/pitches/?q={'x' * 200}&topic=nonsense")
    client.logout()
    assert "xxx" not in client.get(f"/{camp.slug}/pitches/").content.decode()
    assert "xxx" not in sign_in(ben).get(f"/{camp.slug}/pitches/").content.decode()


@pytest.mark.parametrize(
    ("count", "words"), [(0, "a few people interested"), (4, "a few people interested"), (5, "5 people")]
)
def test_a_count_is_never_exactly_few_and_may_lag(client, camp, count, words):
    camp.save_flags(are_counts_shown=True)
    pitch = PitchFactory(camp=camp)
    for attendee in AttendeeFactory.create_batch(count, camp=camp):
        services.set_interest(pitch=pitch, attendee=attendee, level=1)
    for page in ("", f"{pitch.pk}/"):
        assert words in client.get(f"/{camp.slug}/pitches/{page}").content.decode()
    services.set_interest(pitch=pitch, attendee=AttendeeFactory(camp=camp), level=1)
    assert words in client.get(f"/{camp.slug}/pitches/").content.decode()


@pytest.mark.parametrize("word", ["R&D", "50%", "C#", "a+b", "x=y", "what?", "caf\u00e9;", "<b>", '"quoted"', "a/b"])
def test_the_next_page_of_a_search_keeps_what_was_searched(client, camp, monkeypatch, word):
    """`R&D` is a word with an ampersand, not two parameters."""
    monkeypatch.setattr("pitches.views.PER_PAGE", 1)
    PitchFactory(camp=camp, title=f"{word} for beginners")
    PitchFactory(camp=camp, title=f"{word} for all")
    PitchFactory(camp=camp, title="Rugs")
    board = f"/{camp.slug}/pitches/"
    page = client.get(board, {"q": word, "show": ""}).content.decode()
    (more,) = re.findall(r'<a href="([^"]+)">More</a>', page)
    page = client.get(board + html.unescape(more)).content.decode()
    assert "Page 2 of 2" in page
    assert "Rugs" not in page
    (before,) = re.findall(r'<a href="([^"]+)">Before</a>', page)
    page = client.get(board + html.unescape(before)).content.decode()
    assert "Page 1 of 2" in page


@pytest.mark.parametrize("go", [lambda a: remove_attendee(attendee=a), lambda a: leave_camp(attendee=a)])
def test_what_somebody_wanted_counts_no_more_when_they_are_gone(camp, olga, ben, cleo, go):
    """Not on the board, not for the grid, not in the file that goes elsewhere."""
    pitch = PitchFactory(camp=camp)
    for person in (ben, cleo):
        services.set_interest(pitch=pitch, attendee=person, level=1)
    go(cleo)
    assert read_wishes(camp).people == (ben.pk,)
    assert csv_files(camp, with_interest=True)["interests.csv"].count(f"p{pitch.pk}") == 1


@pytest.mark.parametrize(("lag", "is_followed"), [(0, True), (30, False)])
def test_shown_counts_follow_the_taps_once_the_lag_is_over(sign_in, camp, ben, monkeypatch, lag, is_followed):
    """A tap tells nobody: whoever looks at the board has it looked for, at most once in so many seconds."""
    monkeypatch.setattr(board, "COUNTS_LAG", lag)
    camp.save_flags(are_counts_shown=True)
    pitch, client = PitchFactory(camp=camp), sign_in(ben)

    def shown():
        page = client.get(f"/{camp.slug}/pitches/").content.decode()
        return re.findall(r"<span>([^<]+ interested)</span>", page)

    before = shown()
    for _ in range(5):
        services.set_interest(pitch=pitch, attendee=AttendeeFactory(camp=camp), level=1)
    shown()
    assert (shown() != before) == is_followed


def test_a_withdrawn_pitch_is_brought_back_from_its_own_page(sign_in, camp, ben, cleo, olga):
    """Also long after the message with the button is gone; by those who may, until the camp is archived."""
    pitch = PitchFactory(camp=camp, hosts=[ben])
    services.withdraw_pitch(pitch=pitch, by=ben)
    assert "Bring it back" not in sign_in(cleo).get(pitch.get_absolute_url()).content.decode()
    assert "Bring it back" in sign_in(olga).get(pitch.get_absolute_url()).content.decode()
    client = sign_in(ben)
    page = client.get(pitch.get_absolute_url()).content.decode()
    [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
    client.post(f"{pitch.get_absolute_url()}return/", {"seen": html.unescape(seen)})
    pitch.refresh_from_db()
    assert pitch.is_open
    assert "Bring it back" not in client.get(pitch.get_absolute_url()).content.decode()
    services.withdraw_pitch(pitch=pitch, by=ben)
    archive_camp(camp=camp)
    assert "Bring it back" not in client.get(pitch.get_absolute_url()).content.decode()
