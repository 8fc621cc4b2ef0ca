"""What the apps above may hear."""

from django.dispatch import Signal

#: two places of one person become one; sent before rows move, with `source` and `target`
attendees_merging = Signal()
