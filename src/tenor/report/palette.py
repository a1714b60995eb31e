"""The colours of pages and charts; apart from the charts, so that a page can be coloured without loading them."""

from __future__ import annotations

# Light and dark value of every colour; charts name them as CSS variables. Hues after Okabe and Ito.
PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#fdfcf9", "#17181b"),
    "ink": ("#1f1e1b", "#ecebe6"),
    "soft": ("#5f5b53", "#aeaaa1"),
    "line": ("#dedad0", "#383a40"),
    "tint": ("#f4f1e8", "#202226"),
    "shade": ("#cbc5b6", "#4a4d55"),
    "band": ("#eee6d3", "#31343d"),
    "hatch": ("#a9a498", "#6d6f76"),
    "ghost": ("#736e64", "#8a8880"),
    "blue": ("#0072b2", "#56b4e9"),
    "orange": ("#c14f00", "#f08a4b"),
    "green": ("#007a59", "#2fbf93"),
    "sky": ("#2a86bb", "#8accf2"),
    "purple": ("#a8588a", "#dd9cc2"),
    "ochre": ("#a87000", "#e6ae3c"),
}
