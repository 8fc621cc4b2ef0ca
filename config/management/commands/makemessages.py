"""`makemessages` that finds what the solver marks: it stands without Django, and has a mark of its own."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # "N_" is gettext's usual no-op mark.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=N_"]
