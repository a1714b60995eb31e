"""Whom the server answers: hosts, origins, secrets, tokens, sizes; and what it says to a browser each time."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tenor.app.web.guard import HEADERS, LARGEST, Rules, is_loopback
from tenor.testing import example_folder
from tests.app.web.served import Served, serving

FORM = {"kind": "refresh"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("guarded") / "debates"
    shutil.copytree(example_folder("debates"), folder)
    with serving(folder) as running:
        yield running


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", ""])
def test_a_name_that_is_not_ours_is_refused(served: Served, host: str) -> None:
    for form in (None, FORM):
        assert served.ask("/", form, {"Host": host}).status == 400


def test_our_names_are_answered(served: Served) -> None:
    port = urlsplit(served.address).port
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert served.ask("/", headers={"Host": f"{name}:{port}"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(served: Served, headers: dict[str, str]) -> None:
    answer = served.ask("/runs", {**FORM, "secret": served.secret()}, headers)
    assert answer.status == 403
    assert not (served.folder / ".tenor").exists()


@pytest.mark.parametrize("secret", ["", "wrong", "х" * 24])
def test_a_form_without_our_secret_does_nothing(served: Served, secret: str) -> None:
    for form in ({**FORM, "secret": secret}, {}):
        answer = served.ask("/runs", form, {"Origin": f"http://{served.host}"})
        assert answer.status == 422
        assert "nothing was done" in answer.text
    assert not (served.folder / ".tenor").exists()


@pytest.mark.parametrize(
    "path",
    ["/", "/documents", "/no/such/page", "/static/tenor.css", "/static/none.css", "/favicon.ico", "/documents/x"],
)
def test_every_answer_tells_the_browser_what_it_may_do(served: Served, path: str) -> None:
    answer = served.ask(path)
    for name, value in HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert served.ask(path, headers={"Host": "evil.example"}).headers["content-security-policy"] == policy


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_only_pages_and_forms_are_answered(served: Served, method: str) -> None:
    connection = http.client.HTTPConnection(served.host)
    connection.request(method, "/", headers={"Host": served.host})
    assert connection.getresponse().status == 405
    connection.close()


def test_a_form_that_is_too_large_is_refused_whether_or_not_it_says_so(served: Served) -> None:
    big = {"text": "x" * (LARGEST + 1), "secret": served.secret()}
    assert served.ask("/claims/edit", big, {"Origin": f"http://{served.host}"}).status == 413

    def pieces() -> Iterator[bytes]:
        yield b"text="
        for _ in range(LARGEST // 50_000 + 2):
            yield b"x" * 50_000

    connection = http.client.HTTPConnection(served.host, timeout=30)
    sent = {"Host": served.host, "Origin": f"http://{served.host}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", "/claims/edit", pieces(), sent, encode_chunked=True)
        assert connection.getresponse().status in (400, 413)
    except (ConnectionError, http.client.RemoteDisconnected):
        pass  # cut off while still sending is a refusal too
    finally:
        connection.close()
    assert served.ask("/").status == 200


@pytest.mark.parametrize("path", ["/static/..%2fapp.py", "/static/../app.py", "/downloads/..%2f..%2ftenor.csv", "/%00"])
def test_no_address_leads_out_of_what_is_served(served: Served, path: str) -> None:
    assert served.ask(path).status == 404


def test_elsewhere_than_here_a_token_is_demanded(tmp_path: Path) -> None:
    shutil.copytree(example_folder("debates"), tmp_path / "debates")
    with serving(tmp_path / "debates", "--host", "127.0.0.2") as served:
        where = urlsplit(served.address)
        token = where.query.removeprefix("token=")
        assert len(token) > 20
        plain = Served(f"http://{where.netloc}/", served.folder, served.process)
        assert plain.ask("/").status == 403
        assert plain.ask("/static/app.js").status == 403
        assert plain.ask("/?token=wrong").status == 403
        let_in = plain.ask(f"/documents?outlet=a&token={token}")
        assert (let_in.status, let_in.headers["location"]) == (303, "/documents?outlet=a")
        cookie = let_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert plain.ask("/", headers={"Cookie": cookie.partition(";")[0]}).status == 200
        assert plain.ask("//evil.example/?token=" + token).headers["location"] == "/evil.example/"


def test_a_short_token_of_ones_own_is_refused(tmp_path: Path) -> None:
    shutil.copytree(example_folder("debates"), tmp_path / "debates")
    code, said = serve_and_fail(tmp_path / "debates", "--host", "127.0.0.2", token="1234")
    assert code == 65
    assert "too short" in said


def serve_and_fail(folder: Path, *options: str, token: str = "") -> tuple[int, str]:
    """Return exit code and message of a server that can't start."""
    command = [
        sys.executable,
        "-c",
        "from tenor.app.cli import main; main()",
        "serve",
        "--study",
        str(folder),
        *options,
    ]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        timeout=60,
        env={**os.environ, **({"TENOR_TOKEN": token} if token else {})},
    )
    return done.returncode, done.stderr.decode()


def test_what_keeps_a_server_from_starting_is_said(served: Served, tmp_path: Path) -> None:
    port = str(urlsplit(served.address).port)
    code, said = serve_and_fail(served.folder, "--port", port)
    assert code == 69
    assert f"port {port} is in use" in said
    assert "--port" in said
    code, said = serve_and_fail(tmp_path, "--port", "0")
    assert code == 66
    assert "tenor new" in said
    code, said = serve_and_fail(served.folder, "--host", "203.0.113.7", "--port", "0")
    assert code == 65
    assert "address of this machine" in said
    assert "Traceback" not in said


def test_an_interrupt_ends_the_server_at_once(tmp_path: Path) -> None:
    shutil.copytree(example_folder("debates"), tmp_path / "debates")
    with serving(tmp_path / "debates") as served:
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(timeout=15) in (0, -signal.SIGINT, 130)


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("", False)])
def test_rules_know_what_is_only_here(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    rules = Rules.of(host, 80, "t" * 16)
    assert bool(rules.hosts) is loopback
    assert bool(rules.token) is not loopback
