"""What the rooms above the draft may hear."""

from django.dispatch import Signal

#: a deed on the draft of `camp` is done, and the draft is whole again; sent inside the transaction with the `kind` of
#: the step, and `by` whom
step_done = Signal()

#: what was done beside the sessions of a step (`Step.beside`) is to be taken back, or, `is_anew`, done again; sent
#: inside the transaction, before the step is turned
beside_turned = Signal()
