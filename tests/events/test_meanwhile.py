"""Two people who save one thing at once: who is later is told what the other saved, and loses nothing they typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client

from events.frame import drop_from_frame
from events.models import Camp, Room, Slot
from notes.models import Link, WriteUp
from notes.services import remove_link, remove_writeup, save_link, save_writeup
from pitches.models import Pitch
from pitches.services import host_idea, save_pitch, withdraw_pitch
from tests.factories import PitchFactory

MEANWHILE = "This was saved anew since you opened the page. Save once more to keep yours."


class Fields(HTMLParser):
    """What a browser without scripts sends of the last form of a page that is sent by POST."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.sent = {}
        elif tag == "input" and given.get("type") not in ("submit", "search"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value") or ("on" if "checked" in given else ""))
        elif tag == "textarea":
            self._area = name
            self.sent[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given and self._select:
            self.sent.setdefault(self._select, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser leaves out the first line break, and sends each as two characters.
            self.sent[self._area][0] = self.sent[self._area][0].removeprefix("\n").replace("\n", "\r\n")
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][0] += data


def form_in(response, path: str) -> dict[str, list[str]]:
    """The form of the page that is about the thing, not the buttons around it."""
    html = response.content.decode()
    forms = [form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if 'name="shown"' in form]
    assert len(forms) == 1, path
    return Fields(forms[0]).sent


class Editor:
    """Somebody with the form open in their browser."""

    def __init__(self, attendee, path: str) -> None:
        self.client, self.path = Client(), path
        self.client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
        self.fields: dict[str, list[str]] = {}

    def open(self) -> Editor:
        self.fields = form_in(self.client.get(self.path), self.path)
        return self

    def type(self, **typed: str | list[str]) -> Editor:
        self.fields |= {name: [value] if isinstance(value, str) else value for name, value in typed.items()}
        return self

    def save(self):
        response = self.client.post(self.path, self.fields)
        if response.status_code == 422:
            self.html = response.content.decode()
            self.fields = form_in(response, self.path)
        return response.status_code


class Thing:
    """One of what is edited: where, a field that both change with two values, and one that another changes alone."""

    def __init__(
        self, path: str, read: Callable[[], dict[str, object]], both: str, alone: tuple[str, str, str]
    ) -> None:
        self.path, self.read, self.both, self.alone = path, read, both, alone


def row(model, pk, *names):
    return lambda: {name: getattr(model.objects.get(pk=pk), name) for name in names}


@pytest.fixture
def things(full_camp) -> dict[str, Thing]:
    camp, room, slot, pitch = full_camp.camp, full_camp.rooms[0], full_camp.slots[2], full_camp.pitch
    writeup = WriteUp.objects.get()
    at = f"/{camp.slug}"
    return {
        "camp": Thing(f"{at}/settings/", row(Camp, camp.pk, "name", "venue"), "name", ("venue", "", "Dock 3")),
        "room": Thing(f"{at}/rooms/{room.pk}/", row(Room, room.pk, "name", "building"), "name", ("building", "", "B")),
        "slot": Thing(f"{at}/slots/{slot.pk}/", row(Slot, slot.pk, "title", "kind"), "title", ("kind", "sessions", "everyone")),
        "pitch": Thing(f"{at}/pitches/{pitch.pk}/edit/", row(Pitch, pitch.pk, "title", "topic"), "title", ("topic", "", "Rope")),
        "writeup": Thing(f"{at}/write-ups/{writeup.pk}/edit/", row(WriteUp, writeup.pk, "title", "text"), "title", ("text", "t", "Other")),
    }  # fmt: skip


THINGS = ["camp", "room", "slot", "pitch", "writeup"]


@pytest.fixture
def two(things, olga, full_camp):
    """Two organisers who have the same form open."""

    def two(name: str) -> tuple[Editor, Editor, Thing]:
        thing, oscar = things[name], full_camp.camp.attendees.get(display_name="Oscar")
        return Editor(olga, thing.path).open(), Editor(oscar, thing.path).open(), thing

    return two


@pytest.mark.parametrize("name", THINGS)
def test_the_later_is_told_what_the_other_saved_and_a_second_press_saves_theirs(two, name):
    first, second, thing = two(name)
    field = thing.both
    assert first.type(**{field: "Hers"}).save() == 302
    assert second.type(**{field: "His & mine"}).save() == 422
    assert thing.read()[field] == "Hers"
    assert MEANWHILE in second.html
    assert "Saved meanwhile:</b> Hers" in second.html
    assert second.fields[field] == ["His & mine"]
    # Theirs is named where the field is described, for those who hear the page.
    described = re.search(rf'name="{field}"[^>]*aria-describedby="([^"]*)"', second.html)[1].split()
    assert f"id_{field}_error" in described
    assert second.save() == 302
    assert thing.read()[field] == "His & mine"


@pytest.mark.parametrize("name", THINGS)
def test_what_only_one_of_them_changed_is_merged_without_a_word(two, name):
    first, second, thing = two(name)
    field, before, after = thing.alone
    assert thing.read()[field] == before
    assert first.type(**{field: after}).save() == 302
    assert second.type(**{thing.both: "Mine"}).save() == 302
    assert thing.read() == {thing.both: "Mine", field: after}


@pytest.mark.parametrize("name", THINGS)
def test_theirs_and_mine_are_shown_together_with_all_that_was_typed(two, name):
    first, second, thing = two(name)
    field, _before, after = thing.alone
    first.type(**{thing.both: "Hers", field: after}).save()
    assert second.type(**{thing.both: "Mine"}).save() == 422
    # What they did not touch is by now as the other saved it, and is no contradiction.
    assert second.fields[field] == [after]
    assert second.html.count("Saved meanwhile:") == 1
    assert second.save() == 302
    assert thing.read() == {thing.both: "Mine", field: after}


@pytest.mark.parametrize("name", THINGS)
def test_the_same_change_by_both_and_no_change_are_no_contradiction(two, name):
    first, second, thing = two(name)
    first.type(**{thing.both: "Same"}).save()
    assert second.type(**{thing.both: "Same"}).save() == 302
    third, fourth, thing = two(name)
    third.type(**{thing.both: "New"}).save()
    assert fourth.save() == 302
    assert thing.read()[thing.both] == "New"


@pytest.mark.parametrize("name", THINGS)
def test_changed_a_third_time_it_is_told_a_second_time(two, name):
    first, second, thing = two(name)
    first.type(**{thing.both: "One"}).save()
    assert second.type(**{thing.both: "Mine"}).save() == 422
    first.open().type(**{thing.both: "Two"}).save()
    assert second.save() == 422
    assert "Saved meanwhile:</b> Two" in second.html
    assert second.save() == 302
    assert thing.read()[thing.both] == "Mine"


@pytest.mark.parametrize("name", THINGS)
def test_what_oneself_saved_is_no_contradiction_where_the_answer_was_lost(two, name):
    """The page is there still, with its key: a word is put right, and it is sent once more."""
    one, other, thing = two(name)
    field, _before, after = thing.alone
    assert other.type(**{field: after}).save() == 302
    for typed in ("First", "Second", "Third"):
        assert one.type(**{thing.both: typed}).save() == 302
        # What only the other changed stays, though this page never showed it.
        assert thing.read() == {thing.both: typed, field: after}
    assert other.open().type(**{thing.both: "By the other"}).save() == 302
    assert one.type(**{thing.both: "Fourth"}).save() == 422
    assert MEANWHILE in one.html
    assert thing.read() == {thing.both: "By the other", field: after}
    for typed in ("Fourth", "Fifth"):
        assert one.type(**{thing.both: typed}).save() == 302
        assert thing.read()[thing.both] == typed


@pytest.mark.parametrize("name", THINGS)
def test_the_form_saved_as_it_was_opened_changes_nothing(two, name, full_camp):
    """What a page shows is what is stored, in every field: else a person would change what they never touched."""
    first, _second, thing = two(name)
    before, shown = thing.read(), first.fields["shown"]
    assert first.save() == 302
    assert thing.read() == before
    assert first.open().fields["shown"] == shown


def test_a_check_box_and_boxes_to_tick_are_fields_like_others(two, full_camp):
    first, second, _thing = two("camp")
    del first.fields["is_public"]
    assert first.save() == 302
    assert second.type(venue="Dock 3").save() == 302
    full_camp.camp.refresh_from_db()
    assert (full_camp.camp.is_public, full_camp.camp.venue) == (False, "Dock 3")
    first, second, thing = two("room")
    assert first.type(features=["quiet", "stage"]).save() == 302
    assert second.type(features=["projector"]).save() == 422
    assert "Saved meanwhile:</b> Quiet, Stage" in second.html
    assert second.save() == 302
    assert Room.objects.get(name=thing.read()["name"]).features == ["projector"]


def test_who_hosts_and_what_it_builds_on_are_merged_like_words(two, full_camp, ben, cleo):
    other = PitchFactory(camp=full_camp.camp, title="Bells")
    _first, second, _thing = two("pitch")
    # Meanwhile Cleo hosts it, too, and it comes after "Bells".
    save_pitch(pitch=full_camp.pitch, hosts=[ben, cleo], not_in=[full_camp.slots[1]], after=[other], by=None)
    assert second.type(title="Ropes").save() == 302
    pitch = Pitch.objects.get(pk=full_camp.pitch.pk)
    assert (pitch.title, {*pitch.hosts.all()}, [*pitch.after.all()]) == ("Ropes", {ben, cleo}, [other])
    assert [*pitch.not_in.all()] == [full_camp.slots[1]]


def test_an_idea_that_found_a_host_while_somebody_edited_it_keeps_them(full_camp, olga, ben):
    editor = Editor(olga, f"/{full_camp.camp.slug}/pitches/{full_camp.idea.pk}/edit/").open()
    host_idea(pitch=full_camp.idea, attendee=ben)
    assert editor.type(title="Bells").save() == 302
    assert [*full_camp.idea.hosts.all()] == [ben]


def test_a_form_of_which_nothing_is_known_is_as_typed(two):
    first, second, thing = two("room")
    first.type(name="Hers").save()
    del second.fields["shown"]
    assert second.type(name="Mine").save() == 302
    assert thing.read()["name"] == "Mine"


@pytest.mark.parametrize("shown", ["", "name", "name=", "=", "nonsense=1 name=\x01", "a" * 100_000])
def test_nonsense_in_the_hidden_field_is_no_error_of_ours(two, shown):
    first, second, _thing = two("room")
    first.type(name="Hers").save()
    assert second.type(name="Mine", shown=shown).save() in (302, 422)


@pytest.mark.parametrize("name", ["room", "slot"])
def test_what_was_deleted_meanwhile_is_told_and_not_remade(two, name, full_camp):
    _first, second, thing = two(name)
    full_camp.session.cells.all().delete()
    gone = full_camp.rooms[0] if name == "room" else full_camp.slots[2]
    drop_from_frame(thing=gone)
    count = (Room.objects.count(), Slot.objects.count())
    response = second.client.post(thing.path, second.type(**{thing.both: "Mine"}).fields)
    html = response.content.decode()
    assert response.status_code == 422
    assert f"The {name} was deleted meanwhile." in html
    assert 'value="Mine"' in html
    assert (Room.objects.count(), Slot.objects.count()) == count


def test_a_write_up_taken_away_meanwhile_is_told_and_published_as_a_new_one_only_if_wanted(two, full_camp):
    _first, second, thing = two("writeup")
    remove_writeup(writeup=WriteUp.objects.get())
    response = second.client.post(thing.path, second.type(text="All I <wrote>.").fields)
    html = response.content.decode()
    assert response.status_code == 422
    assert "This write-up was taken away meanwhile." in html
    assert "All I &lt;wrote&gt;." in html
    assert not WriteUp.objects.exists()
    action = re.search(r'<form method="post"[^>]*action="([^"]*/write-ups/[^"]*)"', html)[1]
    assert second.client.post(action, second.fields).status_code == 302
    assert WriteUp.objects.get().text == "All I <wrote>."


def test_a_pitch_withdrawn_while_somebody_edited_it_is_told_and_what_they_typed_stays(two, full_camp):
    _first, second, thing = two("pitch")
    withdraw_pitch(pitch=full_camp.pitch, by=None)
    response = second.client.post(thing.path, second.type(title="All I typed").fields)
    assert response.status_code == 422
    assert "The pitch was withdrawn or merged meanwhile." in response.content.decode()
    assert 'value="All I typed"' in response.content.decode()
    assert Pitch.objects.get(pk=full_camp.pitch.pk).title == "Knots"
    assert second.client.get(thing.path).status_code == 404


def test_a_link_or_write_up_that_is_gone_is_not_remade_by_saving_it(full_camp):
    link, writeup = Link.objects.get(), WriteUp.objects.get()
    remove_link(link=Link.objects.get())
    remove_writeup(writeup=WriteUp.objects.get())
    for save in (lambda: save_link(link=link), lambda: save_writeup(writeup=writeup)):
        with pytest.raises(Exception, match="away meanwhile") as refused:
            save()
        assert type(refused.value).__name__ == "ValidationError"
    assert not Link.objects.exists()
    assert not WriteUp.objects.exists()


def test_what_is_there_and_not_mine_is_not_found_either_way(full_camp, cleo):
    path = f"/{full_camp.camp.slug}/write-ups/{WriteUp.objects.get().pk}/edit/"
    editor = Editor(cleo, path)
    assert editor.client.post(path, {"title": "x", "text": "x"}).status_code == 404
    assert editor.client.get(f"/{full_camp.camp.slug}/write-ups/999999/edit/").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("name", THINGS)
def test_of_two_who_save_at_once_one_is_told(two, name):
    first, second, thing = two(name)
    first.type(**{thing.both: "Hers"})
    second.type(**{thing.both: "His"})
    barrier = Barrier(2)

    def press(editor: Editor) -> int:
        barrier.wait()
        try:
            return editor.save()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        statuses = [*pool.map(press, (first, second))]
    assert sorted(statuses) == [302, 422]
    winner, loser, words = (first, second, "Hers") if statuses[0] == 302 else (second, first, "His")
    assert thing.read()[thing.both] == words
    assert f"Saved meanwhile:</b> {words}" in loser.html
    assert winner.path == loser.path
