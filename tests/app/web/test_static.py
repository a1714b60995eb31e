"""What pages load from here is what it should be."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from tenor.app.web.static import styles

# npm: htmx.org 4.0.1, package/dist/htmx.min.js; the package's own SHA-256 is
# 5fba65616ca148a86d377e9771bcada7f35faee3558651feb929eea425e13b3c.
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_the_one_script_of_others_is_the_one_that_was_looked_at() -> None:
    static = files("tenor.app.web") / "static"
    assert hashlib.sha256((static / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (static / "htmx.LICENSE").read_text(encoding="utf-8")


def test_styles_name_nothing_elsewhere_and_know_both_schemes() -> None:
    text = styles()
    assert "url(" not in text
    assert "@import" not in text
    assert text.count("--paper:") == 2


def test_no_template_has_a_style_or_a_handler_that_the_policy_would_refuse() -> None:
    for path in (files("tenor.app.web") / "templates").iterdir():
        text = path.read_text(encoding="utf-8")
        for word in (" style=", "<style", " onclick", " onload", "javascript:", "hx-on", "|safe"):
            assert word not in text or (path.name == "macros.html.j2" and word == "|safe"), (path.name, word)
