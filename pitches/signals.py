"""What the apps above may hear."""

from django.dispatch import Signal

#: sent inside the transaction with `pitch`
pitch_withdrawn = Signal()
#: the `source` pitch is now part of `target`; sent inside the transaction
pitch_merged = Signal()
