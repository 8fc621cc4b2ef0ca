"""What the apps above may hear."""

from django.dispatch import Signal

#: sent inside the transaction with `pitch`; with `archived` if that may happen in an archived camp, too
pitch_withdrawn = Signal()
#: it was withdrawn, and is on the board again; sent inside the transaction with `pitch`
pitch_returned = Signal()
#: its length, needs, hosts, order or the slots it cannot be in are others; sent inside the transaction with `pitch`
pitch_changed = Signal()
#: the `source` pitch is now part of `target`; sent inside the transaction
pitch_merged = Signal()
#: it took two slots and takes one by now: the second is for `part`, a pitch of its own; sent inside the transaction
#: with `by`
pitch_split = Signal()
#: answered with how many sessions of `pitch` stand on the draft
standing_asked = Signal()
#: a pitch is shown to `me` (None: to a stranger): whoever knows where it runs answers with HTML
pitch_shown = Signal()
