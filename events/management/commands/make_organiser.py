"""The first organiser: whoever has this address may open camps, or runs one that an import left without anybody."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.services import account_under
from events.models import Camp
from events.opening import make_organiser


class Command(BaseCommand):
    help = "Whoever signs in with this e-mail address may open camps; with --camp they are an organiser of that one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with, by a code that is mailed to it")
        parser.add_argument("--camp", help="the last part of a camp's address: they are an organiser of it")
        parser.add_argument("--name", default="", help="what they are called in that camp")

    def handle(self, *args: Any, email: str, camp: str | None, name: str, **options: Any) -> None:
        found = Camp.objects.filter(slug=camp).first() if camp else None
        if camp and found is None:
            raise CommandError(f"There is no camp “{camp}”.")
        if camp and not name:
            raise CommandError("Say with --name what they are called in the camp.")
        try:
            validate_email(email)
            make_organiser(user=account_under(email=email.lower()), camp=found, display_name=name)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(f"{email} may open camps." if found is None else f"{email} is an organiser of {found}.")
        self.stdout.write("They sign in with that address; a code is mailed to it.")
