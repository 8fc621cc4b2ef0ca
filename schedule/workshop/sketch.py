"""The board as a build has it so far, drawn before anything is moved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from ..advice import count_moves
from ..draft.rows import DraftRows, Standing
from ..models import Cell, GridBuild, Session


def is_sketched(build: GridBuild | None, revision: int) -> bool:
    """Whether the board shows what a build has so far: it runs, and the draft is as it was when it began."""
    return build is not None and build.is_active and bool(build.plan) and build.draft_revision == revision


def sketch_of(draft: DraftRows, build: GridBuild) -> DraftRows:
    """The same rows with the places that the build has so far.

    A session that stays, or moves, is the one that stands now; one that has no place yet has a number below nought.
    """
    now: dict[int, list[Session]] = defaultdict(list)
    for found in draft.standing:
        now[found.session.pitch_id].append(found.session)
    pitches = {pitch.pk: pitch for pitch in draft.pitches}
    slots, rooms = {slot.pk: slot for slot in draft.slots}, {room.pk: room for room in draft.rooms}
    standing = []
    for number, (pitch_id, slot_id, room_id) in enumerate(build.plan, 1):
        pitch, slot, room = pitches.get(pitch_id), slots.get(slot_id), rooms.get(room_id)
        if pitch is None or slot is None or room is None:
            continue
        session = now[pitch_id].pop(0) if now[pitch_id] else Session(pk=-number, camp=draft.camp, pitch=pitch)
        # A slot that was made longer, say, may have no room for a double any more.
        if cells := [Cell(session=session, room=room, slot=taken) for taken in draft.span(slot, pitch.length)]:
            standing.append(Standing(session, cells))
    return replace(draft, standing=standing)


def moves_to(draft: DraftRows, build: GridBuild) -> tuple[int, int, int]:
    """How many sessions stand elsewhere, come, and go if what the build found is taken."""
    open_ids = {pitch.pk for pitch in draft.pitches}
    before = [(found.session.pitch_id, found.slot.pk, found.room.pk) for found in draft.standing]
    after = [(pitch, slot, room) for pitch, slot, room in build.plan if pitch in open_ids]
    return count_moves(before, after)
