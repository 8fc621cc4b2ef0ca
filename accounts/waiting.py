"""Tasks that look for themselves what is to be done: one that waits already will find it."""

from __future__ import annotations

from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult


def enqueue_once(task: Task, *args: int) -> None:
    """The task waits in its queue with these arguments, once, however often it was asked for.

    One that is claimed at this very moment may miss what is written here: whoever relies on it looks now and then, too.
    """
    waiting = DBTaskResult.objects.ready().filter(task_path=task.module_path, args_kwargs__args=list(args))
    if not waiting.exists():
        task.enqueue(*args)


def is_under_way(task: Task, first: int) -> bool:
    """Whether the task waits or runs with this as its first argument: one that hands on what it did not get to, too."""
    known = DBTaskResult.objects.filter(task_path=task.module_path, args_kwargs__args__0=first)
    return known.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]).exists()
