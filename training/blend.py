"""The mean of two models' weights, where one went on from the other: it often guesses better than both.

``python -m training.blend RUN OTHER SHARE OUT`` leaves in the folder OUT a run whose weights are SHARE times RUN's and
the rest OTHER's (Wortsman and others 2022, robust fine-tuning of zero-shot models). OTHER may be what
`training.unpack` left. Choose the share on the part of train that was not learnt from.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor


def blended(one: Mapping[str, Tensor], other: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return `share` times the weights of one model and the rest of another's.

    Raises
    ------
    ValueError
        The share is not between 0 and 1, or the models do not have the same weights.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"A share is between 0 and 1, not {share}.")
    if {name: values.shape for name, values in one.items()} != {name: values.shape for name, values in other.items()}:
        raise ValueError("The two models do not have the same weights: one must have gone on from the other.")
    return {name: torch.lerp(other[name], values, share) for name, values in one.items()}


def main() -> None:
    """Blend two runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the folder of a run")
    parser.add_argument("other", type=Path, help="the folder of the run it went on from")
    parser.add_argument("share", type=float, help="how much the first counts, from 0 to 1")
    parser.add_argument("out", type=Path, help="a folder for the blend")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    found = blended(torch.load(said.run / "model.pt"), torch.load(said.other / "model.pt"), said.share)
    torch.save(found, said.out / "model.pt")
    shutil.copyfile(said.run / "log.jsonl", said.out / "log.jsonl")
    recipe = json.loads((said.run / "run.json").read_text(encoding="utf-8"))
    (said.out / "run.json").write_text(json.dumps({**recipe, "blend": said.share}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
