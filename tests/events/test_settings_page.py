"""The settings of a camp: in groups, and as quick as another page."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.test.html import parse_html
from django.urls import reverse

from events.forms import CampCreateForm, CampForm
from events.time_zones import TimeZoneSelect, time_zone_choices

from ..factories import UserFactory


def groups_on(html: str) -> dict[str, list[str]]:
    """The heading of each group, and the names of its fields."""
    parts = re.findall(r'<fieldset class="group">(.*?)(?=<fieldset class="group">|</form>)', html, re.DOTALL)
    return {
        re.findall(r"<legend><h2>(.*?)</h2>", part)[0]: re.findall(
            r'<(?:input|select|textarea)\b[^>]*\bname="(\w+)"', part
        )
        for part in parts
    }


def test_settings_are_in_groups(sign_in, camp, olga):
    html = sign_in(olga).get(reverse("events:camp_edit", args=[camp.slug])).content.decode()
    found = groups_on(html)
    assert list(found) == ["What it is", "When and where", "Who comes", "How it goes"]
    assert found["When and where"] == ["starts_on", "ends_on", "time_zone", "venue", "room_minutes", "walking_minutes"]
    assert found["Who comes"] == ["is_public", "joining", "capacity"]


def test_a_new_camp_asks_in_the_same_groups(client, db):
    client.force_login(UserFactory())
    found = groups_on(client.get(reverse("events:camp_create")).content.decode())
    assert list(found) == ["What it is", "When and where", "Who comes", "How it goes", "You"]
    assert found["What it is"][:2] == ["name", "slug"]


@pytest.mark.parametrize("form", [CampForm, CampCreateForm])
def test_no_setting_is_outside_the_groups(form):
    grouped = [name for _heading, names in form.groups for name in names]
    assert set(form.base_fields) <= set(grouped)
    assert len(grouped) == len(set(grouped))


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Chatham", "America/Port-au-Prince", "Mars/<b>", "", None])
def test_the_list_of_time_zones_says_what_every_other_list_would(zone):
    choices = [*time_zone_choices(), ("Mars/<b>", "Mars/<b>")]
    ours, djangos = TimeZoneSelect({"class": "x"}, choices), forms.Select({"class": "x"}, choices)
    attrs = {"id": "id_time_zone", "aria-describedby": "a&b", "required": True}
    html = ours.render("time_zone", zone, attrs)
    assert parse_html(html) == parse_html(djangos.render("time_zone", zone, attrs))
    assert html.count(" selected") == (zone not in ("", None))


def test_a_time_zone_that_the_list_lacks_stays_chosen(sign_in, camp, olga):
    """An import may have brought one; saving another field does not move the camp to London."""
    camp.time_zone = "Etc/GMT+3"
    camp.save(update_fields=["time_zone"])
    html = sign_in(olga).get(reverse("events:camp_edit", args=[camp.slug])).content.decode()
    assert '<option value="Etc/GMT+3" selected>' in html


def test_a_template_is_used_for_no_option_of_the_time_zones(sign_in, camp, olga):
    """Hundreds of them took most of the page's time."""
    client = sign_in(olga)
    used = [t.name for t in client.get(reverse("events:camp_edit", args=[camp.slug])).templates]
    # Of the lists that are short there are three options: who may join.
    assert used.count("django/forms/widgets/select_option.html") == 3


def test_each_button_of_a_switch_says_by_itself_what_it_does(sign_in, olga, camp):
    client, flags = sign_in(olga), ("can_hosts_claim", "helpers_move", "helpers_capture", "helpers_repair")
    for is_on in (False, True):
        camp.save_flags(**dict.fromkeys(flags, is_on))
        html = client.get(f"/{camp.slug}/settings/").content.decode()
        said = re.findall(r'<button class="quiet" name="on"[^>]*>([^<]*)<', html)
        assert len(said) == len(set(said)), said
        verbs = ["Leave it to organisers", "Stop helpers placing"] if is_on else ["Let hosts place"]
        assert set(verbs) <= set(said)
