"""The servers in front, as docs/operating.md sets them up: both examples are run, with shorter patience."""

from __future__ import annotations

import http.client
import http.cookiejar
import io
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.processes import HOST, ROOT, Served, eventually, free_port, run

SITE = "camp.example"
EXAMPLES = dict(
    zip(
        ("caddy", "nginx"),
        re.findall(
            r"```\n(.*?)```",
            (ROOT / "docs" / "operating.md").read_text().split("### The server in front")[1],
            re.DOTALL,
        ),
        strict=False,
    )
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """Made by itself, for a day."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SITE)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def caddy(folder: Path, chain: Path, key: Path, port: int, behind: int) -> list[str]:
    text = replaced(
        EXAMPLES["caddy"],
        # The first brace: what holds for the whole server. No certificates from outside, no other port.
        ("{\n\tservers {", f"{{\n\tadmin off\n\tauto_https off\n\thttps_port {port}\n\tservers {{"),
        (f"{SITE} {{", f"https://{SITE}:{port} {{\n\ttls {chain} {key}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("read_header 10s", "read_header 1s"),
        ("read_body 60s", "read_body 1s"),
    )
    (folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def nginx(folder: Path, chain: Path, key: Path, port: int, behind: int) -> list[str]:
    text = replaced(
        EXAMPLES["nginx"],
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("# ssl_certificate …; ssl_certificate_key …;", f"ssl_certificate {chain}; ssl_certificate_key {key};"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("client_header_timeout 10s", "client_header_timeout 1s"),
        ("client_body_timeout 10s", "client_body_timeout 1s"),
    )
    kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    around = "".join(f"{name}_temp_path {folder}/{name};\n" for name in kept)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{around}{text}\n}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return [
        program,
        "-p",
        str(folder),
        "-e",
        str(folder / "log"),
        "-c",
        str(folder / "nginx.conf"),
        "-g",
        "daemon off;",
    ]


@contextmanager
def in_front_of(behind: int, kind: str, folder: Path, certificate: tuple[Path, Path]) -> Iterator[int]:
    """The port of that server."""
    if not (shutil.which(kind) or Path(f"/usr/sbin/{kind}").exists()):
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"No {kind}: these tests must not be skipped here.")
        pytest.skip(f"No {kind} here.")
    port = free_port()
    command = {"caddy": caddy, "nginx": nginx}[kind](folder, *certificate, port, behind)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        )
    try:
        eventually(lambda: is_answered(port) or process.poll() is not None, seconds=20)
        assert process.poll() is None, (folder / "output").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def is_answered(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex((HOST, port)) == 0


@pytest.fixture(params=["caddy", "nginx"])
def kind(request) -> str:
    return request.param


def door_to(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection((HOST, port), timeout=30), server_hostname=SITE)


class Echo(BaseHTTPRequestHandler):
    """Says what it was sent."""

    def do_POST(self) -> None:
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        said = f"{self.headers}\nSize: {size}\n".encode()
        self.send_response(200 if size == int(self.headers["Content-Length"]) else 400)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def echo(kind, tmp_path, certificate) -> Iterator[int]:
    server = ThreadingHTTPServer((HOST, 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with in_front_of(server.server_address[1], kind, tmp_path, certificate) as port:
        yield port
    server.shutdown()
    server.server_close()


def sent(port: int, body: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPSConnection(HOST, port, timeout=30)
    connection.sock = door_to(port)
    connection.putrequest("POST", "/", skip_host=True)
    for name, value in {"Host": SITE, "Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    # It may have heard enough.
    with suppress(OSError):
        connection.send(body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_who_comes_is_told_by_the_server_in_front_alone(echo):
    status, said = sent(echo, b"x", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http")
    headers = http.client.parse_headers(io.BytesIO(said.encode()))
    assert status == 200
    assert headers["Host"] == SITE
    assert headers["X-Forwarded-Proto"] == "https"
    # What limits go by is the last of them.
    assert headers["X-Forwarded-For"].split(",")[-1].strip() == HOST


def test_what_an_import_may_hold_goes_through_and_more_does_not(echo):
    assert sent(echo, b"x" * 14_000_000)[0] == 200
    # Caddy before 2.8 finds out while it passes it on.
    assert sent(echo, b"x" * 16_000_000)[0] in (413, 502)


@pytest.mark.parametrize(
    "half", [b"POST / HTTP/1.1\r\nHost: camp", b"POST / HTTP/1.1\r\nHost: camp.example\r\nContent-Length: 9\r\n\r\nx"]
)
def test_whoever_is_too_slow_is_left(echo, half):
    with door_to(echo) as door:
        door.sendall(half)
        began = time.monotonic()
        answered = door.recv(10_000)
        # Far less than the server behind would wait, and not at once.
        assert 0.5 < time.monotonic() - began < 15
    # Nothing is done with half of it. (Caddy 2.6 calls even that "200 OK"; the page wants more to believe it.)
    assert b"Size" not in answered


@pytest.fixture(scope="module")
def product(environment, tmp_path_factory) -> Iterator[Served]:
    """As it runs for real people behind such a server."""
    settings = {
        "CAMPGRID_DEMO": "0", "SECRET_KEY": "a key of the tests that nobody can guess, of 1234567890 letters: äöüß",
        "ALLOWED_HOSTS": SITE, "BEHIND_PROXY": "1", "SITE_URL": f"https://{SITE}", "WEB_WORKERS": "1",
    }  # fmt: skip
    log = tmp_path_factory.mktemp("product") / "log"
    served = Served(ROOT, environment | settings, log, arguments=("--without-worker",))
    served.start()
    yield served
    served.end()


class ToTheServer(urllib.request.HTTPSHandler):
    """Whatever the name says, it is here."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        port = self.port

        class Here(http.client.HTTPSConnection):
            def connect(self) -> None:
                self.sock = door_to(port)

        return self.do_open(Here, request)


def test_the_product_behind_it(product, kind, tmp_path, certificate):
    """A page, its cookie, a form: sent over TLS, taken over TLS, and never led elsewhere."""
    cookies = http.cookiejar.CookieJar()
    with in_front_of(product.port, kind, tmp_path, certificate) as port:
        browser = urllib.request.build_opener(ToTheServer(port), urllib.request.HTTPCookieProcessor(cookies))
        page = browser.open(f"https://{SITE}/accounts/login/", timeout=30)
        text = page.read().decode()
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
        [token] = {cookie for cookie in cookies if cookie.name == "csrftoken"}
        assert token.secure
        style = re.search(r'href="(/static/[^"]+\.css)"', text)[1]
        asked = urllib.request.Request(f"https://{SITE}{style}", headers={"Accept-Encoding": "gzip"})
        assert browser.open(asked, timeout=30).headers["Content-Encoding"] == "gzip"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
        form = urllib.parse.urlencode({**hidden, "email": "ann@example.org"}).encode()
        sending = urllib.request.Request(page.url, form, {"Referer": page.url})
        answer = browser.open(sending, timeout=30)
    assert answer.status == 200
    assert answer.url.startswith(f"https://{SITE}/")
    assert answer.url != page.url
    assert "ode" in re.search("<h1.*?</h1>", answer.read().decode(), re.DOTALL)[0]


@pytest.fixture(scope="module")
def grid(product) -> str:
    """The page of a camp."""
    run(
        ROOT,
        product.environment,
        "shell",
        "-v0",
        "-c",
        "from tests.factories import CampFactory; CampFactory(slug='told')",
    )
    return f"https://{SITE}/told/grid/"


BUMP = "from events import stamps; from events.models import Camp; stamps.bump(Camp.objects.get(slug='told'), 'grid')"


def test_what_changed_is_told_through_it_when_it_changes(product, grid, kind, tmp_path, certificate):
    """Neither of them keeps it back until there is more, and nothing had to be set up for it."""
    with in_front_of(product.port, kind, tmp_path, certificate) as port:
        browser = urllib.request.build_opener(ToTheServer(port))
        answer = browser.open(urllib.request.Request(grid, headers={"HX-Request": "true"}), timeout=30)
        token = urllib.parse.quote(answer.headers["Campgrid-Live"])
        with door_to(port) as door:
            door.sendall(f"GET /events/?{token} HTTP/1.1\r\nHost: {SITE}\r\nAccept-Encoding: gzip, br\r\n\r\n".encode())
            told = b""
            while not (first := re.search(rb"data: grid (\d+)", told)):
                told += door.recv(10_000) or pytest.fail(told.decode())
            run(ROOT, product.environment, "shell", "-v0", "-c", BUMP)
            while b"data: grid %d\n" % (int(first[1]) + 1) not in told:
                told += door.recv(10_000) or pytest.fail(told.decode())
