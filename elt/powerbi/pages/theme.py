"""The theme of the Power BI report: the light colours of the dashboard that ``hospital-elt report`` writes."""

NAME = "hospital"
PAPER, CARD, INK, MUTED, LINE, ACCENT = "#fcfbf8", "#ffffff", "#1b2229", "#5b6670", "#dfdcd5", "#005a8c"
_SERIES = ("#0a5c91", "#c9660a", "#66737d", "#a8418a", "#e0a21b", "#1d6b58", "#7c1f10", "#9dc1dc")
WAITS = ("#c5d3de", "#e9b949", "#cf6418", "#7c1f10")
"""Colours of the waiting bands, from short to long."""

Json = dict[str, object]


def theme() -> Json:
    """Return the content of the theme's file."""
    return {
        "name": NAME,
        "dataColors": list(_SERIES),
        "background": CARD,
        "foreground": INK,
        "tableAccent": ACCENT,
        "good": "#1d6b58",
        "neutral": "#e0a21b",
        "bad": "#a32c1c",
        "maximum": "#7c1f10",
        "center": "#fae1b6",
        "minimum": "#dbe7ee",
        "textClasses": {
            "title": {"fontFace": "Segoe UI Semibold", "fontSize": 12, "color": INK},
            "label": {"fontFace": "Segoe UI", "fontSize": 10, "color": MUTED},
            "callout": {"fontFace": "Segoe UI Semibold", "fontSize": 24, "color": INK},
        },
        "visualStyles": {
            "*": {
                "*": {
                    "background": [{"show": True, "color": _solid(CARD), "transparency": 0}],
                    "border": [{"show": True, "color": _solid(LINE), "radius": 8}],
                    "title": [{"show": True, "fontColor": _solid(INK)}],
                }
            },
            # No label below the number, because the title already names the figure.
            "card": {"*": {"title": [{"fontSize": 10}], "categoryLabels": [{"show": False}]}},
            "page": {"*": {"background": [{"color": _solid(PAPER), "transparency": 0}]}},
        },
    }


def _solid(colour: str) -> Json:
    return {"solid": {"color": colour}}
