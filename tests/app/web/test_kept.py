"""What is kept comes back as it was; what another version kept, or somebody altered, is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenor.app.web.kept import OtherVersion, keep, kept
from tenor.app.web.results import Chart, Kept, Results, check_drawing
from tenor.model import Stretch
from tenor.results import Audit
from tenor.studyfile.whole import write_whole
from tests.report import sample

SVG = '<svg class="marks"><text>О третьем раунде</text></svg>'


def results(*, svg: str = SVG) -> Results:
    audit = sample.audit()
    chart = Chart(key="c1", wide=(svg, "{}"), narrow=(SVG, "{}"))
    drawn = ()
    over = ()
    made = Results(id="r1", at=datetime(2026, 1, 1, tzinfo=UTC), audit=audit, drawn=drawn, over=over)
    check = Results(id="r1", at=made.at, audit=audit, drawn=(), over=())
    assert made == check
    return replace(made, over=(over_of(made, chart),))


def over_of(made: Results, chart: Chart):  # type: ignore[no-untyped-def]
    from tenor.app.web.results import Over

    return Over(series=made.audit.series[0], chart=chart)


def test_an_audit_comes_back_as_it_was(tmp_path: Path) -> None:
    for audit in (sample.audit(), sample.crowded()):
        keep(tmp_path / "a.json", audit, {"claims.yaml": "1"})
        assert kept(tmp_path / "a.json", Audit) == (audit, {"claims.yaml": "1"})


@pytest.mark.parametrize(
    "change",
    [
        lambda said: {**said, "tenor": "0.0.1"},
        lambda said: {**said, "format": 99},
        lambda said: {**said, "value": {"start": "yesterday", "stop": None}},
        lambda said: {**said, "value": []},
        lambda said: [],
    ],
)
def test_what_another_version_kept_is_refused(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    from datetime import date

    path = tmp_path / "a.json"
    keep(path, Stretch(start=date(2024, 1, 1), stop=date(2024, 1, 3)), {})
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(OtherVersion, match="run it again"):
        kept(path, Stretch)
    path.write_bytes(b"\xff\x00 not json")
    with pytest.raises(OtherVersion):
        kept(path, Stretch)


@pytest.mark.parametrize(
    "svg",
    [
        "<svg ><script>1</script></svg>",
        '<svg onload="x()"></svg>',
        '<svg ><a href="javascript:1">x</a></svg>',
        '<svg ><rect style="fill:url(//x)"/></svg>',
        '<svg ><image href="//x"/></svg>',
        "<p>no drawing</p>",
        " <svg ></svg>",
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(tmp_path: Path, svg: str) -> None:
    with pytest.raises(OtherVersion, match="must not hold"):
        check_drawing(Chart(key="k", wide=(SVG, "{}"), narrow=(svg, "{}")), tmp_path)
    home = tmp_path / ".tenor" / "audits"
    keep(home / "r1" / "audit.json", results(svg=svg), {})
    write_whole(home / "current", b"r1")
    with pytest.raises(OtherVersion, match="must not hold"):
        Kept(tmp_path).results()
    keep(home / "r1" / "audit.json", results(), {"x": "y"})
    found = Kept(tmp_path).results()
    assert found is not None
    assert found[0].over[0].chart is not None
    assert found[1] == {"x": "y"}


def test_a_pointer_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_whole(tmp_path / ".tenor" / "audits" / "current", b"../../elsewhere")
    with pytest.raises(OtherVersion):
        Kept(tmp_path).results()
