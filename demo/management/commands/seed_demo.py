"""`manage.py seed_demo`: the demo camps, in all stages of life."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.mail import QUEUE
from accounts.models import User
from demo.camps import CAMPS, is_stale
from demo.checks import are_people_here
from demo.seeder import Seeder
from events.models import Attendee, Camp

#: how many guests come to the largest demo camp
CROWD = 245


def crowd(count: int) -> list[User]:
    """The same guests come to every demo camp; nobody can sign in as one."""
    addresses = [f"crowd-{number:03d}@demo.campgrid.example" for number in range(count)]
    known = {user.email: user for user in User.objects.filter(email__in=addresses)}
    return [known.get(address) or User.objects.create_user(address) for address in addresses]


class Command(BaseCommand):
    help = "Makes the demo camps that are not there yet; the camp of today is made anew when its day is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--camp", choices=list(CAMPS), help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        if are_people_here():
            raise CommandError("This database holds people who are none of the demo's. The demo needs one of its own.")
        wanted = [options["camp"]] if options["camp"] else list(CAMPS)
        for camp in Camp.objects.filter(slug__in=wanted):
            if is_stale(camp):
                camp.delete()
        missing = [slug for slug in wanted if not Camp.objects.filter(slug=slug).exists()]
        for slug in missing:
            with transaction.atomic():
                seeder = Seeder(random.Random(f"{options['seed']}-{slug}"), timezone.now())
                seeder.people()
                seeder.users = crowd(CROWD)
                CAMPS[slug](seeder)
            be_silent(slug)
            self.stdout.write(f"{slug}: made")
        if not missing:
            self.stdout.write("The demo camps are there.")


def be_silent(slug: str) -> None:
    """Nobody is behind these people: what was done with their places is no news, and no mail about it is due."""
    Attendee.objects.filter(camp__slug=slug).exclude(news=[]).update(news=[], news_due_from=None)
    DBTaskResult.objects.filter(queue_name=QUEUE, status=TaskResultStatus.READY).delete()
