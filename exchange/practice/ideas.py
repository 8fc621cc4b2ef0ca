"""What is pitched in the practice copy of a camp that has no pitch yet. Invented."""

from __future__ import annotations

#: topic and title
IDEAS = [
    ("Practice", "How do we welcome people who are here for the first time?"),
    ("Practice", "What we would do differently next year"),
    ("People", "Meetings that somebody is glad about"),
    ("People", "Saying no, kindly"),
    ("People", "A week without e-mail"),
    ("People", "Working across four time zones"),
    ("Data", "Maps that everybody can read"),
    ("Data", "A spreadsheet that got out of hand"),
    ("Data", "What can we count, and what should we not?"),
    ("Places", "A garden on the roof"),
    ("Places", "The library as a workshop"),
    ("Places", "Getting here without a car"),
    ("Making", "Repair café: bring what is broken"),
    ("Making", "Prototypes out of paper"),
    ("Making", "Lanterns for a winter evening"),
    ("Making", "Bread for beginners"),
    ("Learning", "Teaching what one learned yesterday"),
    ("Learning", "Books we gave away most often"),
    ("Learning", "Drawing badly, together"),
    ("Learning", "Questions without an answer"),
    ("Money", "Small grants, little paper"),
    ("Money", "What does a free event cost?"),
    ("Talk", "Interviews with strangers"),
    ("Talk", "Stories of a failure"),
]
