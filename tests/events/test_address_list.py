"""Addresses as people have them: pasted from a mail, in a sheet, or exported by the ticket shop."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import SentForm
from events.address_list import addresses_in
from events.decoding import BY_PAGE
from events.tickets import Ticket, ticket_in
from tests.exchange.spreadsheets import ods, text_of, xlsx

SHAPES = Path(__file__).parent.parent / "exchange" / "shapes" / "addresses"
#: file to what is found in it, and what is told
FILES = {
    "tito.csv": (
        ["ann.ash@example.org", "bo@example.org", "dee@example.org"],
        [
            "Left out, as its ticket is cancelled or refunded: row 4.",
            "Nobody is named for this ticket, so the buyer is listed: row 5.",
        ],
    ),
    "eventbrite.csv": (
        ["ann.ash@example.org", "bo@example.org"],
        ["Left out, as their tickets are cancelled or refunded: rows 4, 5."],
    ),
    "from_a_mail.txt": (
        ["ann.ash@example.org", "bo@example.org", "dee@example.org", "eve@example.org", "flo@example.org"],
        ["Without an e-mail address: row 2."],
    ),
    "german_excel.csv": (["ann.ash@example.org", "bo@example.org"], ["Without an e-mail address: row 4."]),
    "pasted_table.txt": (
        ["ann.ash@example.org", "bo@example.org", "bo@work.example"],
        ["Left out, as its ticket is cancelled or refunded: row 6."],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_list_is_read_as_people_have_it(sign_in, camp, olga, name):
    emails, remarks = FILES[name]
    data = (SHAPES / name).read_bytes()
    found = addresses_in(text_of(data, BY_PAGE))
    assert (found.emails, found.faults, found.remarks) == (emails, [], remarks)
    client, url = sign_in(olga), f"/{camp.slug}/people/addresses/"
    page = client.post(url, {"file": SimpleUploadedFile(name, data)}, follow=True).content.decode()
    assert sorted(camp.listed_addresses.values_list("email", flat=True)) == sorted(emails)
    assert f"{len(emails)} addresses added. {remarks[0]}" in page
    again = client.post(url, {"file": SimpleUploadedFile(name, data)}, follow=True).content.decode()
    assert f"{len(emails)} were listed before." in again


def test_every_file_of_addresses_is_tried():
    assert {path.name for path in SHAPES.iterdir()} == set(FILES)


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("ann@x.example", ["ann@x.example"]),
        ("Ann <ann@x.example>", ["ann@x.example"]),
        ("'ann@x.example' <ann@x.example>", ["ann@x.example"]),
        ('"ann @ work" <ann@x.example>, bo@x.example', ["ann@x.example", "bo@x.example"]),
        ("Ash, Ann <ann@x.example>", ["ann@x.example"]),
        ("a@x.example;b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example\tb@x.example|c@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("To: Ann <ann@x.example>;", ["ann@x.example"]),
        ("Ann,ann@x.example,@ann", ["ann@x.example"]),
        ("Ask ann@x.example.", ["ann@x.example"]),
        ("\ufeffANN@X.example\u200b\nann@x.example", ["ann@x.example"]),
        ("Ann <mailto:ann@x.example>", ["ann@x.example"]),
        ("Ann <mailto: a@x.ch>", ["a@x.ch"]),
        ("o'brien@x.example", ["o'brien@x.example"]),
        # Which column holds them is said: what else has the sign is no address of who comes.
        ("Name,Email,Network\nAnn,ann@x.example,@ann@social.example\n", ["ann@x.example"]),
        ("Email,Ticket Email\nbuyer@x.example,ann@x.example\n", ["ann@x.example"]),
        ("Order Email\nann@x.example\n", ["ann@x.example"]),
        ("E-Mail des Käufers,E-Mail\nbuyer@x.example,ann@x.example\n", ["ann@x.example"]),
        ("E-Mail des Käufers;Ticket-Status\na@x.example;cancelled\nb@x.example;bezahlt\n", ["b@x.example"]),
        ("Email,Status der Bestellung\na@x.example,storniert\nb@x.example,bezahlt\n", ["b@x.example"]),
        ("Name,Your email\nAnn,ann@x.example\n", ["ann@x.example"]),
        ("Email,Cancelled,Refunded\na@x.example,no,0.00\nb@x.example,2030-01-01,\n", ["a@x.example"]),
        ("Email,Refunded\na@x.example,£0.00\nb@x.example,£5.00\n", ["a@x.example"]),
        ("Email;Refunded\na@x.example;0,00 €\nb@x.example;GBP 0.00\nc@x.example;yes\n", ["a@x.example", "b@x.example"]),
        ("Email,Refunded\na@x.example,Partially\nb@x.example,not refunded\n", ["a@x.example", "b@x.example"]),
        ("Status;Name;Email\ncancelled;Ann;a@x.example\n;Bo;b@x.example\n", ["b@x.example"]),
        ("Email,Status\na@x.example,Never cancelled\nb@x.example,Not attending\n", ["a@x.example"]),
        (
            "Email,Status\na@x.example,Pending\nb@x.example,Expired\nc@x.example,Waiting list\nd@x.example,Paid\n",
            ["d@x.example"],
        ),
        ("Email,Payment status\na@x.example,Paid\nb@x.example,REFUNDED\n", ["a@x.example"]),
        ('Email,Note\na@x.example,"two\nlines"\nb@x.example,\n', ["a@x.example", "b@x.example"]),
    ],
)
def test_addresses_are_found_wherever_they_stand(text, emails):
    found = addresses_in(text)
    assert (found.emails, found.faults) == (emails, [])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Email,E-Mail 2\na@x.example,b@x.example\nc@x.example,\n", "“E-Mail 2” (1)"),
        ("Name,Email,Partner Email\nAnn,a@x.example,Bo <b@x.example>\n", "“Partner Email” (1)"),
        ("Email,Email\na@x.example,b@x.example\n", "“Email” (1)"),
        ('Email,Guests\na@x.example,"b@x.example, c@x.example"\n', "“Guests” (2)"),
        (
            "Email,Partner Email\na@x.example,,b@x.example\n,c@x.example\n",
            "“without a heading” (1), “Partner Email” (1)",
        ),
        ("Email,Ticket Email\nb@x.example,a@x.example\n", "“Email” (1)"),
        # Whose they are is known, or nothing is missed, or they are no addresses.
        ("Order Email,Email\nb@x.example,a@x.example\n", None),
        ("Email,Confirm Email\na@x.example,A@x.example\nb@x.example,a@x.example\n", None),
        ("Email,Network,Question\na@x.example,@ann@social.example,a @ b\n", None),
        ("Email,Partner Email,Status\na@x.example,b@x.example,cancelled\nc@x.example,,\n", None),
    ],
)
def test_addresses_in_other_columns_are_told(text, columns):
    """They were dropped without a word."""
    found = addresses_in(text)
    told = [told for told in found.remarks if "Of each row one address is read" in told]
    said = f"Of each row one address is read. Those of these columns are not: {columns}."
    assert told == ([said] if columns else [])
    assert not {"b@x.example"} & {*found.emails} or columns is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ann@x.example\nbo@x\n", "Row 2: “bo@x” is not an e-mail address."),
        ("@ann", "Row 1: “@ann” is not an e-mail address."),
        ("Email\nann at x.example\n", "Row 2: “ann at x.example” is not an e-mail address."),
        ("Ann <ann@@x.example>", "Row 1: “Ann <ann@@x.example>” is not an e-mail address."),
        ("a@x.example, b@x .example", "Row 1: “b@x .example” is not an e-mail address."),
    ],
)
def test_what_is_no_address_is_told_by_its_row_and_nothing_is_listed(sign_in, camp, olga, text, fault):
    assert addresses_in(text).faults == [fault]
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", {"text": f"{text}\nc@x.example"})
    assert page.status_code == 422
    assert page.context["address_form"].errors["text"] == [fault]
    # All that was typed is still there.
    assert "c@x.example</textarea>" in page.content.decode()
    assert not camp.listed_addresses.exists()


@pytest.mark.parametrize(
    ("ticket", "words"),
    [
        (Ticket.GONE, "Cancelled · CANCELED BY BUYER · refunded · void · Not attending · no longer valid · storniert · Erstattet"
         " · ungültig · nicht mehr gültig · nimmt nicht teil · annulé · Annulée · remboursé · ne participe pas · cancelado"
         " · Reservation cancelled · anulada · reembolsado · no asiste · geannuleerd · terugbetaald · niet geldig"),
        (Ticket.UNSURE, "Not paid · unpaid · not yet paid · Pending · awaiting payment · Expired · Partially paid · nicht bezahlt"
         " · noch nicht bezahlt · Zahlung offen · ausstehend · abgelaufen · Warteliste · nicht bestätigt · non payé · impayé"
         " · pas encore payé · en attente · liste d’attente · pendiente · no pagado · caducado · niet betaald · onbetaald"
         " · wachtlijst · in behandeling · Reserved · reserviert · réservé · gereserveerd · Reservation pending"
         " · Reservation not confirmed · Reservierung unbestätigt · Invited · invited · eingeladen · Maybe · No response"),
        (Ticket.VALID, "Attending · Checked in · checked-in · Not checked in · Paid · Confirmed · Valid · completed · Not cancelled"
         " · never refunded · Not yet refunded · Non-refundable · cancelled: no · Partially refunded · bezahlt · bestätigt"
         " · gültig · eingecheckt · nicht eingecheckt · nicht storniert · teilweise erstattet · payé · validé · confirmé · inscrite"
         " · n’est pas annulé · non remboursé · pagado · confirmada · asistirá · no cancelado · betaald · bevestigd · aanwezig"
         " · niet geannuleerd ·  · Reservation confirmed · Confirmed reservation · Reserved, paid · Reservierung bestätigt"
         " · réservation confirmée · reserva pagada · Reservering bevestigd · Invitation accepted"),
        (Ticket.UNKNOWN, "Gold · not received · no show · nicht registriert · 2030-01-01 · 出席 · yes · No · ja · nein · 0 · true"
         " · cancellable · stornierbar"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_ticket_is_read_as_a_whole(ticket, words):
    read = {word: ticket_in([("Ticket status", word)])[0] for word in words.split(" · ")}
    assert read == dict.fromkeys(read, ticket)


def test_what_is_not_understood_of_a_ticket_is_told_and_drops_nobody():
    rows = ["a@x.example,Gold", "b@x.example,Paid", "c@x.example,Gold", *(f"d{n}@x.example,Word {n}" for n in range(6))]
    found = addresses_in("\n".join(["Email,Ticketstatus", *rows]))
    assert len(found.emails) == 9
    assert found.remarks[0] == (
        "What is said of tickets is not understood, so they count as valid: “Gold” in rows 2, 4."
    )
    assert found.remarks[-1] == "Other words about tickets that are not understood: rows 9, 10."


def test_an_answer_to_a_question_that_is_not_known_is_told_with_its_heading():
    found = addresses_in("Email,Badge status,Void Status\na@x.example,No,no\nb@x.example,,yes\n")
    assert found.emails == ["a@x.example"]
    assert found.remarks == [
        "Left out, as its ticket is cancelled or refunded: row 3.",
        "What is said of a ticket is not understood, so it counts as valid: “Badge status: No” in row 2.",
    ]


def test_of_many_columns_the_last_is_read_too():
    between = ",".join(["Question"] * 600)
    rows = [f"b@x.example{',' * 601}{row}" for row in ("a@x.example,paid", "c@x.example,void")]
    rows = [f"Order Email,{between},Ticket Email,Status", *rows]
    assert addresses_in("\n".join(rows)).emails == ["a@x.example"]


def test_of_two_columns_of_one_name_both_are_read():
    assert addresses_in("Email,Status,Status\na@x.example,cancelled,\nb@x.example,,paid\n").emails == ["b@x.example"]


def test_many_that_are_wrong_are_counted():
    found = addresses_in("\n".join(f"a{n}@x" for n in range(25)))
    assert (len(found.faults), found.faults[-1]) == (21, "5 more are wrong.")
    none = addresses_in("\n".join(["a@x.example", *["-nobody-"] * 23]))
    assert none.remarks[0].endswith("19, 20, 21 and 3 more.")


def test_pasted_and_a_spreadsheet_come_together(sign_in, camp, olga):
    sheet = xlsx([["Our list"], ["Name", "E-mail"], ["Ann", "ann@x.example"]])
    data = {"text": "Bo <bo@x.example>; ann@x.example", "file": SimpleUploadedFile("list.xlsx", sheet)}
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", data, follow=True).content.decode()
    assert "2 addresses added." in page
    assert sorted(camp.listed_addresses.values_list("email", flat=True)) == ["ann@x.example", "bo@x.example"]


@pytest.mark.parametrize("text", ["<" + "@" * 60_000, "<" + " " * 60_000 + "@"], ids=["signs", "blanks"])
def test_a_line_without_end_is_read_once(text):
    """Not once from each sign in it: 20,000 of them took five seconds, and a paste may hold a hundred times as many."""
    begun = perf_counter()
    assert addresses_in(text).emails == []
    assert perf_counter() - begun < 4


NOTHING, NO_ADDRESS = "Paste addresses, or choose a file.", "There is no e-mail address in it."


@pytest.mark.parametrize(("data", "told"), [({}, NOTHING), ({"text": "  "}, NOTHING), ({"text": "nobody"}, NO_ADDRESS)])
def test_nothing_to_read_is_told_beside_the_field(sign_in, camp, olga, data, told):
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", data)
    assert page.status_code == 422
    assert page.context["address_form"].errors["text"][0].startswith(told)


def test_of_a_list_where_all_tickets_are_gone_it_is_said_why(sign_in, camp, olga):
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", {"text": "Email,Status\na@x.example,cancelled\n"})
    assert page.context["address_form"].errors["text"] == [
        "There is no e-mail address in it. Give each a line of its own.",
        "Left out, as its ticket is cancelled or refunded: row 2.",
    ]


def test_the_others_are_added_by_one_press_and_nothing_that_was_typed_is_lost(sign_in, camp, olga):
    client, url = sign_in(olga), f"/{camp.slug}/people/addresses/"
    file = SimpleUploadedFile("list.csv", b"Email,Status\ndee@x.example,\ncy@x,\neve@x.example,cancelled\n")
    page = client.post(url, {"text": "ann@x.example\nbo@x\nann@x.example", "file": file})
    html = page.content.decode()
    assert page.status_code == 422
    assert "Row 2: “bo@x” is not" in html
    assert "Row 3: “cy@x” is not" in html
    assert "ann@x.example\nbo@x\nann@x.example</textarea>" in html
    assert "Add the 2 others" in html
    assert "Left out, as its ticket is cancelled or refunded: row 4." in html
    assert not camp.listed_addresses.exists()
    hidden = re.search(r'type="hidden" name="text" value="([^"]*)"', html)
    client.post(url, {"text": hidden[1]})
    assert sorted(camp.listed_addresses.values_list("email", flat=True)) == ["ann@x.example", "dee@x.example"]


@pytest.mark.parametrize(
    "sent", [{"text": "bo@x"}, {"text": "ann@x.example\nbo@x", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")}]
)
def test_no_others_are_offered_where_there_are_none_or_nobody_knows_them(sign_in, camp, olga, sent):
    html = sign_in(olga).post(f"/{camp.slug}/people/addresses/", sent).content.decode()
    assert 'type="hidden" name="text"' not in html


def test_other_sheets_of_a_workbook_are_told(sign_in, camp, olga):
    sheet = xlsx([["Email"], ["ann@x.example"]], others=("Helpers",))
    data = {"file": SimpleUploadedFile("list.xlsx", sheet)}
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", data, follow=True).content.decode()
    assert "Only the sheet “Rooms” is read; these are left out: “Helpers”." in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Email,Status\na@x.example,Pending\nb@x.example,\n",
            "Left out, as its ticket is not paid, not confirmed or has expired: row 2.",
        ),
        # As a spreadsheet counts: a cell of several lines is in one row, and the line that says the mark in none.
        ('"Our\nlist"\nName,Email\nAnn,a@x.example\nBo,\n', "Without an e-mail address: row 4."),
        ("sep=;\nName;Email\nAnn;a@x.example\nBo;\n", "Without an e-mail address: row 3."),
        ('"Ann\nAsh",a@x.example\nBo,\n', "Without an e-mail address: row 2."),
        ("a@x.example\x0cb@x.example\nBo\n", "Without an e-mail address: row 2."),
    ],
)
def test_rows_are_told_by_the_numbers_that_a_spreadsheet_shows(text, said):
    found = addresses_in(text)
    assert found.remarks[-1] == said
    assert found.emails[-1] in ("a@x.example", "b@x.example")


def test_a_sheet_that_a_few_bytes_make_endless_is_refused_beside_the_field(sign_in, camp, olga):
    data = {"file": SimpleUploadedFile("list.ods", ods([["Email"], ["ann@x.example"]], down=1_000_000))}
    html = sign_in(olga).post(f"/{camp.slug}/people/addresses/", data).content.decode()
    assert "The sheet goes on to the cell A1000001, and no more than 20,000 rows" in html
    assert not camp.listed_addresses.exists()


def test_who_may_join_is_looked_up_and_taken_off_by_whoever_knows_the_address_and_shown_to_nobody(
    sign_in, camp, olga, ben, monkeypatch
):
    monkeypatch.setattr("events.listed.AT_ONCE", 1)
    client, page = sign_in(olga), f"/{camp.slug}/people/"
    for email in ("Ann@x.example", "bo@x.example", ben.user.email):
        camp.listed_addresses.create(email=email)

    def send(do, text):
        form = {"text": text, "do": do, "form_key": "ab" * 16}
        return client.post(f"{page}addresses/", form, follow=True).content.decode()

    shown = client.get(page).content.decode()
    assert "3 addresses are listed." in shown
    assert not any(email in shown for email in ("ann@x", "Ann@x", "bo@x", ben.user.email))
    both = "ann@x.example\ncy@x.example"
    assert "On the list: ann@x.example. Not on the list: cy@x.example." in send("look", both)
    # A question is answered anew, by the same page too, and written down nowhere.
    camp.listed_addresses.create(email="cy@x.example")
    assert "On the list: ann@x.example, cy@x.example." in send("look", both)
    assert not SentForm.objects.exists()
    camp.listed_addresses.filter(email="cy@x.example").delete()
    assert camp.listed_addresses.count() == 3
    told = send("away", "ann@x.example, cy@x.example, bo@x.example")
    assert "2 addresses are off the list. 1 was not on it. Whoever is in stays in." in told
    assert [one.email for one in camp.listed_addresses.all()] == [ben.user.email]
    # Whether somebody joined by it is told by nothing: neither of one that is asked for, nor by what is left.
    assert f"On the list: {ben.user.email}." in send("look", ben.user.email)
    assert "1 address is listed." in client.get(f"{page}addresses/drop/").content.decode()
    told = client.post(f"{page}addresses/drop/", follow=True).content.decode()
    assert "1 address is off the list. Whoever is in stays in." in told
    assert not camp.listed_addresses.exists()
    assert camp.attendees.present().filter(pk=ben.pk).exists()


def test_of_many_that_are_looked_up_the_first_are_named(sign_in, camp, olga):
    text = "\n".join(f"a{n:02}@x.example" for n in range(12))
    data = {"text": text, "do": "look"}
    page = sign_in(olga).post(f"/{camp.slug}/people/addresses/", data, follow=True).content.decode()
    assert "a09@x.example and 2 more." in page


@pytest.mark.parametrize(
    "said", [" (cancelled)", " - declined", ", refunded", "; storniert", "\tannulé", " – Not attending", "|void"]
)
def test_what_stands_behind_an_address_says_that_its_ticket_is_gone(said):
    """Without headings, too: whoever had cancelled was listed, without a word."""
    found = addresses_in(f"ann@x.example{said}\nbo@x.example, Cancer Research\nCy <cy@x.example>, not cancelled\n")
    assert found.emails == ["bo@x.example", "cy@x.example"]
    assert found.remarks == ["Left out, as its ticket is cancelled or refunded: row 1."]


def test_of_several_addresses_in_a_line_nothing_is_said():
    assert addresses_in("ann@x.example bo@x.example cancelled").emails == ["ann@x.example", "bo@x.example"]
