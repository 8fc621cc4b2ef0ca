"""What the apps above may hear."""

from django.dispatch import Signal

#: a guest proved an address that has an account; sent inside the transaction with `guest` and `account`, and the number
#: up to which the guest `heard` what was told
guest_claimed = Signal()
#: a guest proved an address; sent inside the transaction with `guest_id`, and the `account_id` whose address it is by
#: now or None, before a row is held: what is held before accounts, camps and the places in them, is held now
guest_claiming = Signal()
