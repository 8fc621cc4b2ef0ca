"""What the apps above may hear."""

from django.dispatch import Signal

#: a guest proved an address that has an account; sent inside the transaction with `guest` and `account`, and the number
#: up to which the guest `heard` what was told
guest_claimed = Signal()
#: a guest proved an address; sent inside the transaction with `guest_id`, before a row is held: what is held before
#: accounts, camps say, is held now
guest_claiming = Signal()
