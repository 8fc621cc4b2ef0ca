"""Every address of a camp, a camp that has one of everything an address can name, and what is sent to each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import dumps
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from events.models import Attendee, Camp, Invitation, Room, Slot, Worry
from exchange.models import Upload
from exchange.report import Report
from notes.models import Link, NoteRevision, WriteUp, WriteUpDraft
from notes.services import save_note
from pitches.models import Interest
from pitches.services import withdraw_pitch
from schedule.advice.mending import Mending
from schedule.desk.plan import Move, Plan, Why
from schedule.draft.drawer import bring_back_plan_b, keep_plan_b
from schedule.draft.moves import pin_session, place_session
from schedule.draft.undo import undo_step
from schedule.models import Draft, GridBuild, HostCall, MailedCalendar
from schedule.paper.codes import Codes, give_codes
from schedule.paper.marks import CardMark, CellMark, mark_text
from schedule.wall.publish import publish_grid

from .factories import DAY, AttendeeFactory, PitchFactory, make_organiser

TODAY = DAY.date().isoformat()


@dataclass(frozen=True)
class Address:
    """`pitches:pitch_edit`, what it looks like, and what answers."""

    name: str
    path: str
    view: Callable[..., Any]

    def filled(self, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(values[found[1]]), self.path)


def walk(patterns: Any, prefix: str = "", app: str = "") -> Iterator[Address]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path, pattern.namespace or app)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{app}:{pattern.name}" if app else str(pattern.name), path, pattern.callback)


def camp_addresses() -> list[Address]:
    return [address for address in walk(get_resolver().url_patterns) if address.path.startswith("<slug:camp>")]


@dataclass(frozen=True)
class Form:
    """What a person sends, and to which of the things in the camp if not to the first."""

    data: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


#: of a browser: a push service that everybody knows, and a point of its curve
A_SERVICE = "https://fcm.googleapis.com/fcm/send"
A_POINT = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"  # the curve's own (generator)


def told_worry(attendee: Attendee) -> int:
    """As if that person could be told: the number of what was."""
    worry = Worry(camp=attendee.camp, to=attendee)
    worry.seal("Somebody shouts.")
    worry.save()
    return worry.pk


@dataclass
class FullCamp:
    """One of everything that an address can name, and a second organiser, so that nobody is the last."""

    camp: Camp
    host: Attendee
    attendee: Attendee
    rooms: list[Room]
    slots: list[Slot]

    def __post_init__(self) -> None:
        camp, host, rooms, slots = self.camp, self.host, self.rooms, self.slots
        self.pitch = PitchFactory(camp=camp, title="Knots", hosts=[host], proposed_by=host)
        self.idea = PitchFactory(camp=camp, title="An idea")
        Interest.objects.create(pitch=self.pitch, attendee=host)
        self.session = place_session(pitch=self.pitch, room=rooms[0], slot=slots[0])
        # By its host, though not pinned: plans below move it.
        self.session.claimed_as_of = self.session.as_of
        self.session.save(update_fields=["claimed_as_of"])
        camp.save_flags(can_hosts_claim=True)
        publish_grid(camp=camp, by=None)
        self.plan_b = keep_plan_b(camp=camp, seen_revision=Draft.revision_of(camp), seen_plan=None, by=None).pk
        self.other = place_session(pitch=self.idea, room=rooms[1], slot=slots[1])
        # One that was kept instead, and dropped again.
        seen = {"seen_revision": Draft.revision_of(camp), "seen_plan": self.plan_b}
        self.dropped_plan_b = keep_plan_b(camp=camp, by=None, **seen).pk
        bring_back_plan_b(camp=camp, plan=self.plan_b, instead_of=self.dropped_plan_b)
        # A version to go back to.
        publish_grid(camp=camp, by=None)
        for number, text in enumerate(["Ducks.", "Ducks and geese."]):
            save_note(session=self.session, text=text, by=host, base_revision=number)
        self.withdrawn = PitchFactory(camp=camp, title="Kites", hosts=[host], proposed_by=host)
        withdraw_pitch(pitch=self.withdrawn, by=None)
        rooms[1].closed_in.add(slots[2])
        make_organiser(camp, "Oscar")
        # Steps of the organiser who was there first: two that stand, and one that was taken back.
        first = camp.attendees.organisers().order_by("pk")[0]
        for is_pinned in (True, False, True):
            pin_session(session=self.other, is_pinned=is_pinned, by=first)
        undo_step(camp=camp, by=first)
        self.undo, self.redo = camp.steps.to_undo(first).first(), camp.steps.to_redo(first).first()
        self.other.refresh_from_db()
        self.away = AttendeeFactory(camp=camp, display_name="Away")
        self.away.away_in.add(slots[2])
        self.waits = PitchFactory(camp=camp, title="Tides", hosts=[self.away])
        self.written_down = AttendeeFactory(camp=camp, display_name="Gran", user=None)
        #: nothing stands in it, nobody is away then
        self.lunch = camp.slots.get(title="Lunch")
        # The shed came after codes were given.
        give_codes(camp=camp)
        codes = Codes(camp)
        #: C1 4: what waits, in a free cell, as it is written on a sheet of paper
        self.line_of_sheet = f"{codes.cell(self.slots[2].pk, self.rooms[0].pk)} {codes.pitches[self.waits.pk]}"
        self.empty_room = camp.rooms.create(name="Shed")
        plan = [[self.pitch.pk, slots[2].pk, rooms[0].pk]]
        done = {"state": GridBuild.State.DONE, "draft_revision": Draft.revision_of(camp)}
        # One that is on the draft: leaving it takes back what it moved.
        step = camp.steps.filter(undone_at=None).first()
        self.on_draft = camp.grid_builds.create(is_applied=True, step=step, **done)
        build = camp.grid_builds.create(plan=plan, **done)
        mending = asdict(Mending([], moved=1, people=7, attended=1, standing=0, is_fewest=True, rows=plan))
        HostCall.objects.create(
            session=self.session, host=host, by=first, called_at=timezone.now() - timedelta(hours=1)
        )
        self.session.refresh_from_db()
        move = Move(self.session.pk, self.session.revision, rooms[0].pk, slots[2].pk)
        self.plan = Plan(Why.HOST, moves=[move], at=(self.session.pk, rooms[0].pk, slots[0].pk)).signed(camp)
        self.repair = camp.grid_builds.create(kind=GridBuild.Kind.REPAIR, alternatives=[mending], **done)
        self.values = {
            "camp": camp.slug,
            "pitch_id": self.pitch.pk,
            "session_id": self.session.pk,
            "room_id": rooms[0].pk,
            "slot_id": slots[0].pk,
            "attendee_id": AttendeeFactory(camp=camp, display_name="Person").pk,
            "number": 1,
            "build_id": build.pk,
            "revision_id": NoteRevision.objects.get(number=1).pk,
            # Added by one who neither hosts the session nor runs the camp.
            "link_id": Link.objects.create(
                session=self.session, url="https://x.example", title="x", by=self.attendee
            ).pk,
            "writeup_id": WriteUp.objects.create(camp=camp, by=host, title="w", text="t").pk,
            "upload_id": Upload.objects.create(
                camp=camp, files={"rooms.csv": "name,capacity\nAttic,5\n"}, state="read", report=Report().as_json()
            ).pk,
            # Told to the organiser who was there first: nobody else finds it.
            "worry_id": told_worry(camp.attendees.organisers().order_by("pk")[0]),
            # Mailed, so that its address stands on no page.
            "invitation_id": Invitation.objects.issue(
                camp=camp, role="helper", email="invited@example.org", is_shown=False
            ).pk,
            "device_id": camp.attendees.organisers()
            .order_by("pk")[0]
            .devices.create(
                endpoint=f"{A_SERVICE}/known",
                p256dh=A_POINT,
                auth="A" * 22,
                vapid="x",
                name="Firefox",
                language="en-gb",
            )
            .pk,
            "switch": "is_pitching_open",
            "kind": "json",
            "sheet": "grid",
            "name": "192",
        }
        #: of the organiser who was there first
        WriteUpDraft.objects.create(by=camp.attendees.organisers().order_by("pk")[0], title="My day", text="It was.")
        #: hears what is wrong, and is none of the nine
        self.listener = make_organiser(camp, "Lia")
        self.listener.hears_worries = True
        self.listener.save()
        link = {"url": "https://z.example", "title": "z", "kind": "slides", "by": self.attendee.pk}
        #: a link that was taken away, as Undo holds it
        self.link_away = dumps(link, salt=f"notes.link.{self.session.pk}")
        camp.attendees.filter(role="organiser").update(news=[{"kind": "back", "address": ""}])
        self.keys = {
            "events:invitation_accept": Invitation.objects.issue(camp=camp, role="helper", is_shown=True).key,
            "schedule:my_calendar": host.calendar_key,
        }
        self.mails = MailedCalendar.objects.create(attendee=host)
        self.keys["schedule:mails_stop"] = self.mails.key
        #: as a page had it: sent twice, a form is the same form, also if the first changed the draft
        self.seen_then = {"seen": Draft.revision_of(camp), "plan": self.plan_b}

    def url(self, address: Address, form: Form | None = None) -> str:
        values = self.values | {"key": self.keys.get(address.name)} | (form.values if form else {})
        return address.filled(values)

    def forms(self) -> dict[str, Form]:
        """By address, what the camp takes there from whoever may; an address that takes nothing has none."""
        free, seen = {"slot": self.slots[2].pk, "room": self.rooms[0].pk}, {"seen": Draft.revision_of(self.camp)}
        rooms = SimpleUploadedFile("rooms.csv", b"name,capacity\nAttic,5\n")
        addresses = SimpleUploadedFile("list.csv", b"new@example.org\n")
        settings = {
            "name": "Another name", "starts_on": TODAY, "ends_on": TODAY, "time_zone": "Europe/London",
            "accent": "#123456", "joining": "open", "musts_each": 3, "walking_minutes": 0, "room_minutes": 2,
        }  # fmt: skip
        slot = {"day": TODAY, "starts": "15:00", "ends": "15:30", "kind": "sessions"}
        pattern = {"starts": "16:00", "ends": "18:00", "minutes": 30, "between": 0, "lunch_minutes": 60}
        pitch = {"title": "Bells", "kind": "talk", "length": 1, "who": "me"}
        writeup = {"title": "After", "text": "It was good."}
        return {
            "events:camp_join": Form({"display_name": "Fern"}),
            "events:camp_leave": Form(),
            "events:camp_erase": Form({"texts": "on"}),
            "events:news_hear": Form({"seen": "1"}),
            "events:worry_create": Form({"to": self.listener.pk, "text": "It is too loud."}),
            "events:worry_list": Form({"hears_worries": "on", "found_by": "Yellow lanyard"}),
            "events:worry_delete": Form(),
            "events:name_edit": Form({"display_name": "Somebody else"}),
            "events:camp_edit": Form(settings),
            "events:camp_switch": Form({"on": "0"}),
            "events:camp_archive": Form({"on": "0" if self.camp.is_archived else "1"}),
            "events:camp_delete": Form({"name": self.camp.name}),
            "events:camp_copy": Form({"name": "Next", "slug": "next", "starts_on": "2031-01-11"}),
            "events:room_list": Form({"name": "Attic", "capacity": 5}),
            "events:room_features": Form({"feature": "quiet", "was": "", "rooms": [self.rooms[0].pk]}),
            "events:room_paste": Form({"lines": "Attic, 40, projector\nCellar, 12"}),
            "events:room_unpaste": Form({"room": [f"{self.empty_room.pk}-{self.empty_room.state}"]}),
            "events:room_edit": Form({"name": "Attic", "capacity": 5}),
            "events:room_delete": Form(values={"room_id": self.empty_room.pk}),
            "events:slot_list": Form(slot),
            "events:slot_edit": Form(slot),
            "events:slot_generate": Form({f"day-{name}": value for name, value in pattern.items()}),
            "events:slot_ungenerate": Form({"slots": f"{self.lunch.pk}-{self.lunch.state}"}),
            "events:slot_delete": Form(values={"slot_id": self.slots[2].pk}),
            "events:people_list": Form({"role": "helper"}),
            "events:address_upload": Form({"file": addresses}),
            "events:address_drop": Form(),
            "events:person_role": Form({"role": "helper"}),
            "events:person_remove": Form(),
            "events:person_handover": Form(values={"attendee_id": self.written_down.pk}),
            "events:invitation_take_back": Form(),
            "events:invitation_accept": Form({"display_name": "Hal"}),
            "pitches:pitch_create": Form(pitch),
            "pitches:seen_mark": Form({"pitch": [self.idea.pk]}),
            "pitches:pitch_edit": Form(pitch),
            "pitches:pitch_withdraw": Form(),
            "pitches:pitch_return": Form({"seen": self.withdrawn.withdrawal}, {"pitch_id": self.withdrawn.pk}),
            "pitches:pitch_host": Form(values={"pitch_id": self.idea.pk}),
            "pitches:pitch_merge": Form({"target": self.idea.pk}),
            "pitches:interest_set": Form({"level": "2"}),
            "schedule:session_choose": Form({"goes": self.other.pk}),
            "schedule:calendar_replace": Form(),
            "schedule:moves_hear": Form({"seen": timezone.now().isoformat()}),
            "schedule:telling_choose": Form({"is_before": "on"}),
            "schedule:device_add": Form({"endpoint": f"{A_SERVICE}/new", "p256dh": A_POINT, "auth": "A" * 22}),
            "schedule:device_remove": Form(),
            "schedule:mails_start": Form(),
            "schedule:mails_stop": Form({"code": self.mails.codes[0]}),
            "schedule:grid_publish": Form(seen | {"accept_broken": "1"}),
            "schedule:version_take_back": Form({"seen": 2}),
            "schedule:live_switch": Form({"on": "0"}),
            "schedule:place_claim": Form({"cell": f"{self.slots[2].pk}-{self.rooms[0].pk}"}),
            "schedule:place_give_back": Form({"seen": self.session.revision}),
            "schedule:session_place": Form({"cell": f"{self.slots[2].pk}-{self.rooms[0].pk}"}),
            "schedule:session_unplace": Form({"seen": self.session.revision}),
            "schedule:session_pin": Form({"on": "1"}),
            "schedule:pins_set": Form({"where": f"room-{self.rooms[0].pk}-1"}),
            "schedule:pitch_rename": Form({"title": "Renamed"}),
            "schedule:pitch_split": Form({"title": "The second half"}),
            "schedule:cell_fill": Form(
                {"pitch": f"{self.waits.pk}-0"}, {"slot_id": self.slots[2].pk, "room_id": self.rooms[0].pk}
            ),
            "schedule:scan_hold": Form({"mark": mark_text(CardMark.of(self.waits))}),
            "schedule:scan_place": Form(
                {
                    "card": mark_text(CardMark.of(self.waits)),
                    "cell": mark_text(CellMark.of(self.slots[2], self.rooms[0])),
                    "seen": "-0",
                }
            ),
            "schedule:wall_type": Form(
                {"1-slot": self.slots[2].pk, "1-room": self.rooms[0].pk, "1-title": self.waits.title}
            ),
            "schedule:pack_make": Form({"size": "a3"}),
            "schedule:sheet_type": Form({"lines": self.line_of_sheet}),
            "schedule:plan_b_keep": Form(self.seen_then),
            "schedule:plan_b_take": Form(self.seen_then),
            "schedule:plan_b_drop": Form({"plan": self.plan_b}),
            "schedule:plan_b_return": Form({"plan": self.dropped_plan_b, "instead_of": self.plan_b}),
            "schedule:move_undo": Form({"moved": f"{self.session.pk}-{self.session.revision}"}),
            "schedule:step_undo": Form({"step": self.undo.pk}),
            "schedule:step_redo": Form({"step": self.redo.pk}),
            "slots_shift": Form(seen | {"moving": self.slots[2].pk, "by_minutes": 15, "way": "later"}),
            "schedule:shift_undo": Form(seen | {"slot": [self.slots[2].pk], "by_minutes": 15, "way": "later"}),
            "schedule:repeat_add": Form(free),
            "schedule:room_close": Form({"room": self.rooms[0].pk, "closed_in": [self.slots[0].pk]}),
            "schedule:room_reopen": Form(values={"room_id": self.rooms[1].pk}),
            "schedule:host_away": Form({"host": self.host.pk, "away_in": [self.slots[0].pk]}),
            "schedule:host_back": Form(values={"attendee_id": self.away.pk}),
            "schedule:repair_start": Form(seen),
            "schedule:session_repair": Form({"plan": self.plan}),
            "schedule:cell_repair": Form(
                {"plan": self.plan}, {"slot_id": self.slots[2].pk, "room_id": self.rooms[0].pk}
            ),
            "schedule:host_call": Form({"host": self.host.pk}),
            "schedule:call_answer": Form({"answer": "coming"}),
            "schedule:lead_offer": Form({"offer": "yes"}),
            "schedule:repair_take": Form({"number": 0}, {"build_id": self.repair.pk}),
            "schedule:build_start": Form(seen | {"seconds": "1"}),
            "schedule:what_if_start": Form({"room": self.rooms[0].pk}),
            "schedule:build_stop": Form(),
            "schedule:build_take": Form(seen),
            "schedule:build_leave": Form(values={"build_id": self.on_draft.pk}),
            "notes:note_edit": Form({"text": "Swans.", "base": 2}),
            "notes:note_restore": Form(),
            "notes:note_rule": Form({"rule": "attendees"}),
            "notes:link_create": Form({"url": "https://y.example", "title": "y", "kind": "slides"}),
            "notes:link_delete": Form(),
            "notes:link_restore": Form({"link": self.link_away}),
            "along_detail": Form({f"{self.session.pk}-here": "on", "next-text": "Ask Ann.", "do": "draft"}),
            "notes:draft_edit": Form({"title": "My day", "text": "It was long."}),
            "notes:draft_delete": Form(),
            "notes:session_writeup_create": Form(writeup),
            "notes:writeup_create": Form(writeup),
            "notes:writeup_edit": Form(writeup),
            "notes:writeup_delete": Form(),
            "exchange:practise": Form({"begins": "now"}),
            # None is there: it was erased meanwhile.
            "exchange:practice_erase": Form({"practice": "0"}),
            "exchange:import_create": Form({"rooms": rooms}),
            "exchange:import_detail": Form(),
        }
