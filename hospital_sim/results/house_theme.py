"""The project's colours for Altair charts: those of the dashboard on white, one for each meaning."""

from typing import Any

MEDIAN, P90, P95 = "#66737d", "#0a5c91", "#c9660a"
OCCUPANCY = "#0a5c91"
LEVELS = ("#cfd9df", "#f0c661", "#dd7420", "#8c2313")
"""The levels of pressure, 1 to 4."""
LIMIT = "#8a949c"
"""Lines to compare with: 85% and 92%, zero, a theory."""

_INK, _MUTED, _LINE = "#1b2229", "#5b6670", "#dfdcd5"
# For things without a colour of their own, such as departments.
_OTHERS = (P90, P95, MEDIAN, "#6f4aa8", "#1d6b58", "#a8418a", "#e0a21b", "#7c1f10", "#4a86b8", "#4b9c8f")


def house_theme() -> dict[str, Any]:
    """Return the theme, for Altair 5.5 or newer.

    ```python
    import altair as alt
    from hospital_sim.results.house_theme import house_theme
    alt.theme.register("house", enable=True)(house_theme)
    ```
    """
    axis = {"labelColor": _MUTED, "titleColor": _INK, "gridColor": _LINE, "domainColor": LIMIT, "tickColor": LIMIT}
    return {
        "config": {
            "axis": axis,
            "legend": {"labelColor": _MUTED, "titleColor": _INK},
            "title": {"color": _INK, "anchor": "start"},
            "view": {"stroke": _LINE},
            "range": {"category": list(_OTHERS)},
            **{mark: {"color": P90} for mark in ("line", "point", "bar", "rule")},
        }
    }
