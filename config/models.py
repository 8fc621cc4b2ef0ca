"""Who works on tasks at this moment, on whichever machine, and what they did when."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


class LivingWorker(models.Model):
    """A worker's sign of life (heartbeat). Times are the database's, since machines' clocks differ."""

    #: without a sign for this long, a worker is taken to be dead and its task is given to another
    PATIENCE = timedelta(seconds=20)

    worker_id = models.CharField(max_length=64, primary_key=True)
    queue = models.CharField(max_length=32)
    seen_alive_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.worker_id


class Chore(models.Model):
    """Something that one of all workers does now and then, and when it was done last."""

    name = models.CharField(max_length=32, primary_key=True)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
