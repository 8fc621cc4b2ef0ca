"""What somebody is called is read by everybody: no e-mail address is a name, typed, or in a list."""

import pytest
from django.core.exceptions import ValidationError

from accounts.names import holds_address, refuse_name
from events.models import Attendee
from exchange.report import ImportRefused
from exchange.uploads import import_files
from tests.factories import make_slot


@pytest.mark.parametrize(
    "name", ["ich@example.org", "Hans <hans@x.de>", "ann＠example．org", "hans.maier+camp@mail.example.co.uk (Hans)"]
)
def test_an_address_is_no_name(name):
    assert holds_address(name)
    with pytest.raises(ValidationError, match="Type a name, and no e-mail address"):
        refuse_name(name)


@pytest.mark.parametrize("name", ["Ann", "@ann@social.example", "Ann @ Work", "ann@work", "a.b", "Ann, @ann"])
def test_what_one_is_called_elsewhere_is_one(name):
    refuse_name(name)


@pytest.mark.django_db
def test_nobody_joins_or_goes_by_one(client, sign_in, camp, ben):
    page = client.post(f"/{camp.slug}/join/", {"display_name": "ich@example.org"})
    assert "Type a name, and no e-mail address: everybody reads it." in page.content.decode()
    page = sign_in(ben).post(f"/{camp.slug}/name/", {"display_name": "ich@example.org"})
    assert "Type a name, and no e-mail address: everybody reads it." in page.content.decode()
    assert not Attendee.objects.filter(display_name__contains="@").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("attendee,display_name\nh,hans@x.de\nk,Kim\n", "Type a name, and no e-mail address"),
        ("title,hosts\nKnots,hans@x.de\n", "There is no attendee “hans@x.de”"),
    ],
)
def test_no_list_brings_one_in(camp, file, said):
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files={f"{'attendees' if 'display' in file else 'pitches'}.csv": file}, by=None)
    assert said in str(refused.value.report.faults)
    assert not Attendee.objects.filter(display_name__contains="@").exists()


@pytest.mark.django_db
def test_no_sheet_does(camp):
    make_slot(camp, 10)
    camp.rooms.create(name="Barn")
    sheet = "Session,Room,Title,Leader1,Leader2\n1,Barn,Knots,hans@x.de,Kim\n"
    report = import_files(camp=camp, files={"sheet.csv": sheet}, by=None)
    assert "“hans@x.de” is an e-mail address: nobody is written down." in "\n".join(map(str, report.remarks))
    assert not Attendee.objects.filter(display_name__contains="@").exists()
    assert [str(host) for host in camp.pitches.get(title="Knots").hosts.all()] == ["Kim"]
