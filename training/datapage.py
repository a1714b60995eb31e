"""DATA.md from the sets' READMEs: where each set is from, under what licence, how large, with what cautions.

``python -m training.datapage`` writes the page anew; a test holds it against the READMEs.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from training.leaks import DISTIL
from training.sets import SOURCES
from training.shapes import Source
from training.tasks import TASKS

PAGE = Path(__file__).with_name("DATA.md")
FIELDS = {
    "For": "for",
    "Origin": "origin",
    "Licence (verbatim where the snapshot states one)": "licence",
    "A row": "row",
    "Sizes": "sizes",
    "Reference": "reference",
    "Split and cautions": "cautions",
}
HEAD = """\
# The data behind the encoder

Made by `python -m training.datapage` from the READMEs of the sets; edit those, not this page.

`TENOR_DATA` names a folder with one folder a set. A set has `train.jsonl.gz` and mostly `dev.jsonl.gz` (a corpus
`corpus.jsonl.gz`): gzipped UTF-8, one JSON object a line with `id`, `text`, `lang`, `split`, and the fields of
*form*. Spans have `start`, `end` (exclusive) and `label`; offsets are Unicode code points into `text`. To rebuild
the folder, take each origin at its commit, write its rows in this form, and split as *cautions* say. The sha256 of
each file tells whether yours is the same. Test splits are kept elsewhere and are no part of this.

Licence classes: *permissive*; *share-alike* (CC BY-SA); *copyleft* (GPL, AGPL, also where only a mirror states it);
*unstated* (no licence in the snapshot, or the original's unverified); *non-commercial* (never trained on).
A page such as this settles no rights: read each origin's own terms.
"""
OURS = {
    "adaq": "No dev split: it is trained on and scored blind only.",
    "babe": "Words marked are the first occurrence only, so unmarked repeats are false negatives.",
    "bsnlp_ner": "Spans are string matches; EVT and PRO are left out. Dev has 6 Ukrainian documents.",
    "cameo_actors": "`related` is left out. 813 train sentences stand in cameo_class too.",
    "cameo_class": "Train is a mixed part (about 330 rows), then blocks sorted by label; dev is drawn from both. "
    "Word counts reach macro-F1 .83 by shuffled cross-validation of train, .55 by contiguous fifths of each label, "
    "and .88 on dev: expect the blind score far below dev.",
    "checkthat19": "Shares debates with claimbuster and us_debates; its dev texts are kept out of both.",
    "emobank": "One-word sentences stand often, in train and dev: they leave train.",
    "future_statements": "Silver: a statement is tied to the sentence with most of its words. Dev is ours: "
    "documents whose id has crc32 mod 100 under 12.",
    "narrative_frames": "Frames are of whole articles (about 4,000 characters). A role is tied to the first "
    "sentence that names the entity word for word; a quarter of the entities are not found.",
    "nerel": "PERSON is PER, ORGANIZATION is ORG, the five kinds of place are LOC; of nested spans the outermost "
    "stays; FACILITY and NATIONALITY are left out. 1,203 train texts stand in rusentne too.",
    "ner_uk": "PERS is PER; of overlapping spans the longest stays.",
    "petrarch_unit": "The quad class is that of the CAMEO root, where all events of a row agree.",
    "plover_gsr": "EVT and LOC spans are left out; 45 rows, 15 of 21 classes, no dev split.",
    "polnear": "One row a document: the first annotator's. Same-label spans never overlap: the longest stays.",
    "promise": "Paragraphs of corporate reports; dev has 40 rows, 8 of them without a promise.",
    "ptc": "Same-label overlapping spans: the longest stays.",
    "rusentne": "The Russian texts are those of NEREL, which states no licence.",
    "ukraine_bias": "Mean votes; word counts reach r of about 0 on unseen articles.",
}


def readme(folder: Path, name: str) -> dict[str, str]:
    """Return the fields of a set's README.

    Raises
    ------
    ValueError
        A field is missing.
    """
    text = (folder / name / "README.md").read_text(encoding="utf-8")
    found = dict(re.findall(r"^- ([^:\n]+): (.*)$", text, re.MULTILINE))
    missing = sorted(set(FIELDS) - set(found))
    if missing:
        raise ValueError(f"{name}/README.md does not say: {', '.join(missing)}.")
    return {ours: found[theirs].strip() for theirs, ours in FIELDS.items()}


def page(folder: Path) -> str:
    """Return the page for the sets of `folder`."""
    parts = [HEAD]
    for title, sources in (
        ("Trained on", [source for source in SOURCES.values() if not source.evaluate_only]),
        ("Only evaluated on", [source for source in SOURCES.values() if source.evaluate_only]),
    ):
        parts.append(f"\n## {title}\n")
        parts += [_section(folder, source.name, _about(source)) for source in sources]
    parts.append("\n## Distilled on, without labels\n")
    parts += [_section(folder, name, []) for name in DISTIL]
    return "\n".join(parts)


def _about(source: Source) -> list[str]:
    tasks = ", ".join(f"{task} ({TASKS[task].head})" for task in source.tasks)
    return [f"- Tasks: {tasks}", f"- Licence class: {source.licence}"]


def _section(folder: Path, name: str, about: list[str]) -> str:
    said = readme(folder, name)
    lines = [f"### {name}\n", f"- Origin: {said['origin']}", f"- Form: {said['row']}", f"- Licence: {said['licence']}"]
    lines += [*about, f"- Sizes: {said['sizes'].lstrip('; ')}", f"- Split and cautions: {said['cautions']}"]
    if name in OURS:
        lines.append(f"- Here: {OURS[name]}")
    for path in sorted((folder / name).glob("*.jsonl.gz")):
        lines.append(f"- {path.name}: sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(Path(os.environ["TENOR_DATA"])), encoding="utf-8")


if __name__ == "__main__":
    main()
