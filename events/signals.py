"""What the apps above may hear."""

from django.dispatch import Signal

#: two places of one person become one; sent before rows move, with `source` and `target`
attendees_merging = Signal()
#: it is done, with the `attendee` that they are now; sent inside the transaction
attendees_merged = Signal()
#: a camp is about to go with all that is in it, and is locked; sent inside the transaction with `camp`
camp_deleting = Signal()
#: where and when sessions of `camp` can be is not as it was; sent inside the transaction
frame_changed = Signal()
#: the camp's slots may be about to stand at other times, to be published at once: answered with whether anything else
#: waits to be published with them
times_moving = Signal()
#: the camp's slots stand at other times, and that is to be published at once; sent inside the transaction with `camp`,
#: `by` whom, and whether anything else `waits`, as it was answered before. Who publishes answers with the number of the
#: version, None if nothing was published before; refused with a sentence
times_moved = Signal()
#: the camp is about to be saved in another time zone and its clock times stay; sent inside the transaction with `camp`
#: as it will be and the zone that is `old`. Who publishes answers with the number of the version that follows, None if
#: there is nothing to
clocks_kept = Signal()
#: a `slot` is about to be one for everybody, where it was one for sessions; who has something in it refuses
sessions_ending = Signal()
#: somebody is about to change or take away a `thing`, a room or a slot: answered with sentences about what hangs on it
hanging_asked = Signal()
#: a person is being erased; sent inside the transaction before the row goes, with `attendee` and `with_texts`: whether
#: what they wrote alone goes, too
attendee_erasing = Signal()
#: a page is shown to somebody who is in the camp; sent with the `request`. Answered with what stands beside each page
#: for them (see `events/beside.py`), or None
beside_asked = Signal()
#: how far the day is, for what the camp's front page tells by the clock; sent with `camp` and `grid`, the stamp of what
#: is published. Answered with how many of its slots have begun or ended
edges_asked = Signal()
#: the camp's front page tells how its days run; sent with `camp` and `grid`, the stamp of what is published. Answered
#: with the slots as they are published, in their order, or None where nothing is
slots_asked = Signal()
#: the camp's front page is shown to `me` (None: to a stranger): whoever knows what changed of the day answers with HTML
camp_shown = Signal()
#: a page is made for `me`, who is in: whoever has something to tell them beside their news, on each page until they
#: have seen it, answers with what tells one state of that from another
waiting_asked = Signal()
#: the same, with the `request` and the page `back` to which a form of it leads: answered with HTML
waiting_shown = Signal()
