"""`manage.py build_grid SLUG --seconds N --seed S [--json]`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from events.models import Camp
from schedule import advice
from schedule.build import border
from schedule.draft.plan import apply_plan
from schedule.models import Draft
from schedule.models.sentences import with_titles
from schedule.solver.problem import to_document


class Command(BaseCommand):
    help = "Builds the draft of a camp's grid and says how good it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--seconds", type=float, default=10.0)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print the result as one JSON line")
        parser.add_argument("--instance", help="also write the problem (unconf-1) to this file")
        parser.add_argument("--grid", help="also write the grid, for a checker, to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        camp = Camp.objects.filter(slug=options["slug"]).first()
        if camp is None:
            raise CommandError(f"There is no camp “{options['slug']}”.")
        try:
            camp.refuse_archived()
            revision = Draft.revision_of(camp)
            case = border.read_case(camp)
            solution = border.best_grid(case, seconds=options["seconds"], seed=options["seed"])
            apply_plan(camp=camp, rows=case.rows(solution.placements), seen_revision=revision)
        except ValidationError as refused:
            raise CommandError("\n".join(refused.messages)) from refused
        document, grid = to_document(case.problem), [list(p) for p in solution.placements]
        if options["instance"]:
            Path(options["instance"]).write_text(json.dumps(document), encoding="utf-8")
        if options["grid"]:
            Path(options["grid"]).write_text(json.dumps({"instance": camp.slug, "assignments": grid}), encoding="utf-8")
        titles = {pitch.pk: pitch.title for pitch in case.pitches}
        summary = {
            "camp": camp.slug,
            "sessions": len(case.pitches),
            "placed": len(solution.placements),
            "attended": solution.score.attended,
            "wishes": solution.score.wishes,
            # Wishes leave out what people host themselves: they are there anyway.
            "interests": sum(len(a.wishes) for a in case.problem.attendees),
            # What the camp's other concerns cost is the difference to these.
            "wishes_alone": solution.wishes_alone,
            "bound": solution.bound,
            "proven": solution.is_feasible and solution.wishes_alone >= solution.bound,
            "feasible": solution.is_feasible,
            "moves": solution.moves,
            "seconds": round(solution.seconds, 3),
            "unplaced": [
                [case.pitches[i].title, with_titles(advice.reason_in_words(case, i, reason), titles, "")]
                for i, reason in sorted(solution.unplaced.items())
            ],
        }
        if options["json"]:
            self.stdout.write(json.dumps(summary))
        else:
            self.stdout.write(
                "{placed} of {sessions} sessions placed, {attended} of {wishes} wishes met "
                "(at most {bound}) after {seconds} s".format(**summary)
            )
