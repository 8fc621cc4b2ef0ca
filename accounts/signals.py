"""What the apps above may hear."""

from django.dispatch import Signal

#: a guest proved an address that has an account; sent inside the transaction with `guest` and `account`
guest_claimed = Signal()
