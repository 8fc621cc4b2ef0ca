"""Files somebody sent, kept until they say what to do with them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from events.models import Attendee, Camp


class Upload(models.Model):
    """File name to text; nothing of it is in the camp before the organiser has seen the preview."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="uploads")
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, related_name="+")
    files = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"upload {self.pk}"
