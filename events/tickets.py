"""What a ticket shop says of a row: whether whoever stands in it still has a ticket.

A status is read as a whole, in English, German, French, Spanish and Dutch: "not cancelled" is none that is
cancelled, and "not paid" none that is paid. What is not understood is told by whoever asked, and drops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from accounts.text import plain_heading, without_accents


class Ticket(StrEnum):
    VALID = "valid"
    GONE = "gone"
    UNSURE = "unsure"
    #: the status says nothing that is understood
    UNKNOWN = "unknown"


#: ends of headings under which a status stands; letters only, without accents
OF_STATUS = ("status", "statut", "estado")
#: and beginnings: Status der Bestellung
STATUS_OF = ("statusof", "statusder", "statusdes", "statutde", "statutdu", "estadode", "statusvan")
#: columns that say by anything in them that the ticket is gone
GONE_SINCE = frozenset(
    "void voided voidedat voidedon isvoid iscancelled iscanceled isrefunded "
    "cancelled canceled refunded cancelledat canceledat refundedat cancelledon canceledon refundedon "
    "cancellationdate refunddate storniert storniertam erstattet erstattetam stornodatum annule annulee annulele "
    "rembourse remboursee rembourselele cancelado cancelada anulado anulada reembolsado reembolsada geannuleerd "
    "geannuleerdop terugbetaald terugbetaaldop".split()
)


def _any(words: str) -> str:
    """One of these, each by its beginning; an underscore stands for a blank."""
    return f"(?:{'|'.join(words.split())})".replace("_", " ")


# All of this is held against letters without capitals, accents and hyphens.
_GONE = _any(
    "cancel(?!l?able) refund(?!able) void delet declin reject transferred revoked withdrawn stornier(?!bar) "
    "erstatt(?!bar) ruckerstatt zuruckerstatt abgesagt abgemeldet geloscht abgelehnt annul(?!able|eerbaar) "
    "rembours(?!able) supprim refus "
    "anulad reembols(?!able) devuelt rechazad eliminad geannul terugbetaald geweigerd afgewezen afgemeld verwijderd"
)
_NOT = _any("not no non never without nicht nie keine? ohne pas jamais sans nunca sin niet nooit geen")
_BETWEEN = _any("yet been a any noch worden ete encore sido ha nog")
#: some of the money came back, the ticket is still there; and words that say that nothing of it happened
IS_KEPT = re.compile(r"\b(?:partial|partiell|teil(?:weise|erstatt)|parcial|gedeeltelijk)")
IS_DENIED = re.compile(
    rf"\b{_NOT} (?:{_BETWEEN} )*{_GONE}\w*(?: worden)?|\b{_GONE}\w* ?[:=] ?(?:no|nein|non|nee|false)$"
)
IS_GONE = re.compile(
    rf"\b{_GONE}|\b"
    + _any(
        "not_attending not_valid invalid not_going no_longer ungultig nicht_gultig nicht_mehr nicht_teilnehm "
        "regret nimmt_nicht_teil pas_valide plus_valide ne_participe_pas no_asist no_valid ya_no niet_geldig ongeldig "
        "niet_meer neemt_niet_deel"
    )
    + r"|\b(?:can ?t|cannot|unable to) (?:go|come|attend|make|join)"
)
#: the ticket is none yet, or no longer
IS_UNSURE = re.compile(
    rf"\b(?:{_NOT} (?:{_BETWEEN} )*|partial\w* |partiell\w* |teilweise |parcial\w* |gedeeltelijk )"
    + _any(
        "paid confirm approv complet bezahlt bestat freigegeben paye valide pagad aprobad betaald bevestigd goedgekeurd"
    )
    + r"|\b"
    + _any(
        "pending expired waiting waitlist wait_list awaiting unpaid abandon incomplete unconfirmed draft "
        "failed overdue inactiv inaktiv unbezahlt unbestat ausstehend offen wartend warteliste abgelaufen "
        "fehlgeschlagen entwurf impaye en_attente liste_d_?attente expire echoue brouillon pendiente impag "
        "caducad vencid expirad lista_de_espera en_espera fallid borrador onbetaald onbevestigd wachtlijst "
        "wachtend in_afwachting openstaand in_behandeling verlopen vervallen mislukt"
    )
)
#: the same, where nothing says that it became one: “Reserved”, but not “Reservation confirmed”; “Invited”, “Maybe”
IS_RESERVED = re.compile(
    r"\b"
    + _any(
        "reserv gereserv invit eingeladen uitgenodigd maybe perhaps tentativ vielleicht peut_etre tal_vez quiza "
        "misschien interested interessiert "
        "no_response no_reply no_answer not_replied not_responded keine_antwort sans_reponse "
        "sin_respuesta geen_antwoord"
    )
)
#: headings that ask whether somebody comes to the camp, and to nothing else: yes says so, and no that they do not
_OF_CAMP = (
    "(?:us)?(?:at|to|in)?(?:it|(?:the|this|our)?(?:camp|barcamp|event|unconference|conference|gathering|retreat))?"
)
ASKS_IF_COMING = re.compile(
    r"\w*rsvp(?:status|response|answer|yesno)?|attendance|response|reply"
    "|(?:(?:is|are|will|do|can|could|would)?(?:you|they)?(?:be)?(?:(?:able|like|plan|planning|intend|intending|want|going)to)?(?:be)?)?"
    f"(?:attend|attending|come|coming|going|join|joining|participate|participating|makeit|bethere|there){_OF_CAMP}"
    "|(?:kommst|kommt|kommen)(?:du|ihr|sie)?|(?:bistdu|seidihr|sindsie)?dabei|nimmstduteil|nehmensieteil|zusage|zugesagt"
    "|teilnahme|anwesenheit|antwort|participation|participe[sz]?(?:tu|vous)?|viens(?:tu)?|venez(?:vous)?|viendras(?:tu)?"
    "|presence|reponse|asistencia|asistiras?|vienes|vendras?|participaras?|respuesta|aanwezigheid|komje|komtu|doejemee"
)
IS_VALID = re.compile(
    r"\b"
    + _any(
        "refundable attend checked_in check_in not_checked_in not_arrived arrived paid confirm valid complet "
        "activ approv regist going accept yes ok issued sold assigned free complimentary succe used scanned "
        "present booked purchased processed fulfilled bezahlt bestat gultig eingecheckt nicht_eingecheckt "
        "angemeldet teilnehm nimmt_teil anwesend abgeschlossen aktiv ja\\b paye inscrit enregistr participe "
        "oui\\b actif pagad asist aprobad si\\b betaald bevestigd geldig ingecheckt niet_ingecheckt aanwezig "
        "aangemeld ingeschreven neemt_deel actief"
    )
)
#: whatever else is denied says nothing of the ticket, but that somebody has not come yet
IS_OTHERWISE = re.compile(
    rf"\b{_NOT} (?:{_BETWEEN} )*(?!"
    + _any("check refundable arrived scanned used present eingecheckt anwesend enregistr ingecheckt aanwezig")
    + r")\w+"
)
#: that nothing of it happened: no · 0 · 0.00 · £0.00 · 0,00 € · GBP 0
NO = re.compile(
    r"(?:no|n|none|nil|false|n/a|nein|non|nee|[-–—✗✘❌]"
    r"|(?:[^\w\s]{1,2}|[a-z]{2,3}\$?)?\s{0,2}-?0{1,9}(?:[.,]0{1,3})?\s{0,2}(?:[^\w\s]{1,2}|[a-z]{2,3})?)?",
    re.IGNORECASE,
)
#: what answers a question that only its heading asks
IS_ANSWER = re.compile("yes|y|true|1|ja|j|oui|o|si|s|no|n|false|0|nein|non|nee|x|[✓✔✅☑✗✘❌]\ufe0f?")
#: the same with words behind it: No, sorry · Yes!
ANSWERED = re.compile(r"(yes|ja|oui|si|no|nope|nein|non|nee)\s?[,.;:!(–—].*")


def is_about_tickets(heading: str) -> bool:
    """Whether such a column says if somebody still has a ticket."""
    plain = _plain(heading)
    is_of_status = plain.endswith(OF_STATUS) or plain.startswith(STATUS_OF)
    return plain in GONE_SINCE or is_of_status or _asks_if_coming(heading)


def _plain(heading: str) -> str:
    """Of two columns of one name the second has a number: Status (2)."""
    return plain_heading(heading).rstrip("0123456789")


def _asks_if_gone(heading: str) -> bool:
    """Cancelled · Void Status · Cancellation status: yes says there that the ticket is gone, no that it is not."""
    return _plain(heading) in GONE_SINCE or re.search(_GONE, _plain(heading)) is not None


def _asks_if_coming(heading: str) -> bool:
    return ASKS_IF_COMING.fullmatch(_plain(heading)) is not None


def ticket_in(row: Iterable[tuple[str, str]]) -> tuple[Ticket, str]:
    """What a row says, by headings and cells; and which words say it, if it is not a ticket that is valid."""
    found = Ticket.VALID, ""
    for heading, said in row:
        if not is_about_tickets(heading):
            continue
        words = " ".join(re.sub(r"['’-]", " ", without_accents(said)).split()).removesuffix("\ufe0f")
        if _asks_if_coming(heading) and (answer := ANSWERED.fullmatch(words)):
            words = "no" if answer[1] == "nope" else answer[1]
        if IS_ANSWER.fullmatch(words) and _asks_if_coming(heading):
            ticket = Ticket.GONE if NO.fullmatch(words) else Ticket.VALID
        elif IS_ANSWER.fullmatch(words) and not _asks_if_gone(heading):
            ticket, said = Ticket.UNKNOWN, f"{heading}: {said}"
        elif IS_ANSWER.fullmatch(words):
            ticket = Ticket.VALID if NO.fullmatch(words) else Ticket.GONE
        else:
            ticket = _read(words, is_since=_plain(heading) in GONE_SINCE)
        if ticket is Ticket.GONE:
            return ticket, said
        if ticket is Ticket.UNSURE or (ticket is Ticket.UNKNOWN and found[0] is Ticket.VALID):
            found = ticket, said
    return found


@lru_cache
def _read(words: str, *, is_since: bool) -> Ticket:
    """What one cell says; `is_since`: anything in it says since when the ticket is gone."""
    if IS_KEPT.search(words) and not IS_UNSURE.search(words):
        return Ticket.VALID
    left = IS_DENIED.sub("", words).strip()
    if is_since:
        return Ticket.VALID if NO.fullmatch(left) else Ticket.GONE
    if IS_GONE.search(left):
        return Ticket.GONE
    if IS_UNSURE.search(left):
        return Ticket.UNSURE
    if left != words or NO.fullmatch(left) or IS_VALID.search(IS_OTHERWISE.sub("", left)):
        return Ticket.VALID
    return Ticket.UNSURE if IS_RESERVED.search(left) else Ticket.UNKNOWN
