"""What an import says about its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is wrong, and why. Row 1 holds the column names."""

    file: str
    row: int
    reason: str

    def __str__(self) -> str:
        return _("%(file)s, row %(row)s: %(reason)s") % {"file": self.file, "row": self.row, "reason": self.reason}


@dataclass(slots=True)
class Report:
    """Faults keep a row out, and the whole import unless bad rows are skipped; remarks only tell."""

    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    #: what was new, by kind
    added: dict[str, int] = field(default_factory=dict)
    #: rows read, by kind
    read: dict[str, int] = field(default_factory=dict)

    def fault(self, file: str, row: int, reason: str) -> None:
        self.faults.append(Fault(file, row, reason))

    def remark(self, file: str, row: int, reason: str) -> None:
        self.remarks.append(Fault(file, row, reason))

    def add(self, kind: str, is_new: bool) -> None:
        self.read[kind] = self.read.get(kind, 0) + 1
        self.added[kind] = self.added.get(kind, 0) + is_new

    @property
    def has_changed_nothing(self) -> bool:
        return not any(self.added.values())


class ImportRefused(Exception):
    """Some rows are wrong, and nothing was imported. The report says which."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{len(report.faults)} rows are wrong")
        self.report = report
