"""`manage.py publish_grid SLUG [--accept-broken]`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from events.models import Camp
from schedule.wall.changes import with_sentences
from schedule.wall.publish import publish_grid


class Command(BaseCommand):
    help = "Publishes the draft of a camp's grid as its next version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--accept-broken", action="store_true", help="publish although rules are broken")

    def handle(self, *args: Any, **options: Any) -> None:
        camp = Camp.objects.filter(slug=options["slug"]).first()
        if camp is None:
            raise CommandError(f"There is no camp “{options['slug']}”.")
        try:
            version = publish_grid(camp=camp, accept_broken=options["accept_broken"], by=None)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{camp.name}: version {version.number}")
        [version] = with_sentences(camp, [version])
        for sentence in version.sentences:
            self.stdout.write(f"  {sentence}")
