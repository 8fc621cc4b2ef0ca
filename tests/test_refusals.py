"""A form that was refused says so in the page's title, and what to do in each field."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest
from django import forms
from django.apps import apps

from events.missing import SENTENCES

from .addresses import camp_addresses
from .test_archived import undone

ROOT = Path(__file__).resolve().parent.parent
USUAL = "This field is required"


def forms_of_ours() -> list[type[forms.BaseForm]]:
    found: list[type[forms.BaseForm]] = [forms.Form, forms.ModelForm]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found]
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    # In the admin Django has its own words.
    return [
        kind for kind in found if kind.__module__.partition(".")[0] in ours and not kind.__module__.endswith(".admin")
    ]


def test_every_field_that_must_be_filled_in_says_what_to_do():
    usual = str(forms.Field.default_error_messages["required"])
    silent = [
        (kind.__name__, name)
        for kind in forms_of_ours()
        for name, field in kind.base_fields.items()
        if field.required and name not in SENTENCES and str(field.error_messages["required"]) == usual
    ]
    assert silent == []


def title_of(page: str) -> str:
    return html.unescape(re.findall(r"<title>(.*?)</title>", page, re.DOTALL)[0]).strip()


def test_whatever_refuses_an_empty_form_says_error_first(full_camp, olga, sign_in):
    """Every address that shows its form again, by what is sent to it: nothing."""
    client, refused = sign_in(olga), []
    for address in camp_addresses():
        with undone():
            response = client.post(full_camp.url(address), {})
        if response.status_code != 422:
            continue
        refused.append(address.name)
        page = response.content.decode()
        assert title_of(page).startswith("Error: "), address.name
        assert USUAL not in page, address.name
    assert len(refused) > 15, refused


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("pitches/new/", "Type a title."),
        ("write-ups/new/", "Type a title."),
        ("name/", "Type a name."),
        ("rooms/", "Type a name."),
        ("rooms/", "Type how many people fit."),
        ("slots/", "Choose a day."),
        ("slots/", "Type when it starts."),
        ("slots/generate/", "Type how many minutes a slot takes."),
        ("settings/", "Choose the first day."),
        ("people/addresses/", "Paste addresses, or choose a file."),
        ("delete/", "Type a name."),
    ],
)
def test_an_empty_field_says_what_to_do(camp, olga, sign_in, path, sentence):
    page = sign_in(olga).post(f"/{camp.slug}/{path}", {}).content.decode()
    assert sentence in page
    assert USUAL not in page


def test_signing_in_with_nothing_says_what_to_do(client, db):
    """A form of the library."""
    page = client.post("/accounts/login/code/", {}).content.decode()
    assert "Type an e-mail address." in page
    assert title_of(page).startswith("Error: ")


def test_a_page_that_was_only_looked_at_is_no_error(camp, olga, sign_in):
    page = sign_in(olga).get(f"/{camp.slug}/pitches/new/").content.decode()
    assert title_of(page) == "Pitch a session · Lakeside 2030 · Campgrid"


def test_a_button_that_was_refused_says_error_first(full_camp, olga, sign_in):
    """What a service refuses is told on the page that follows."""
    path = f"/{full_camp.camp.slug}/rooms/{full_camp.rooms[0].pk}/delete/"
    page = sign_in(olga).post(path, follow=True).content.decode()
    assert 'class="message error"' in page
    assert title_of(page).startswith("Error: Rooms")


#: views that answer a refusal in a way of their own, and how
ANSWERS_ITSELF = {
    "accounts/views.py:account_confirm": "a form that is sent for two things, as the one below",
    "accounts/views.py:_take_code": "a form that is sent for two things: where the other was wanted, the next page says it",
    "events/views/camp.py:_find_invitation": "a link that may not be tried now is no page of a form",
    "pitches/views.py:interest_set": "a script is told by JSON",
    "schedule/views/tell.py:device_move": "a browser says it by itself, with no page open: it is told by a status",
    "schedule/views/place.py:session_place": "above the places to choose from",
    "schedule/views/claims.py:place_claim": "above the places to choose from",
    "schedule/views/desk.py:_desk": "above the ways to mend it",
    "schedule/views/sheet.py:_placed": "the form tells each line what is wrong with it",
    "schedule/views/cells.py:cell_fill": "above what one typed, and what waits to be chosen",
    "schedule/views/publish.py:version_take_back": "where there is nothing to go back to the page says so",
}


def test_a_refusal_is_told_on_the_next_page_or_at_the_form_and_nowhere_by_hand():
    """`refusal_told` and `refusal_on`: read from the source of every view."""
    by_hand = set()
    for path in sorted([*ROOT.glob("*/views.py"), *ROOT.glob("*/views/*.py")]):
        for function in ast.parse(path.read_text()).body:
            handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler) and node.type]
            if any("ValidationError" in ast.unparse(handler.type) for handler in handlers):
                by_hand.add(f"{path.relative_to(ROOT)}:{getattr(function, 'name', '')}")
    assert by_hand == ANSWERS_ITSELF.keys()
