"""Finds what depends on the time zone in a chart, whatever the zone in which the tests run."""

import json
import re

import vl_convert

_SCALE = r'"type": "time"'
_FUNCTION = r"\b(?:timeFormat|timeParse|timeOffset|year|quarter|month|week|day|date|hours|minutes)\("


def local_times(vega_lite: str) -> list[str]:
    """Return what a Vega-Lite chart computes in the time zone of its reader: scales of time, and functions.

    The functions of UTC have names of their own, such as ``utcmonth``.
    """
    vega = json.dumps(vl_convert.vegalite_to_vega(vega_lite))
    return re.findall(f"{_SCALE}|{_FUNCTION}", vega)
