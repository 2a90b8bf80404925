"""The bed board and charts say the same as dashboard and warehouse: one colour and one word for each meaning."""

import re
from importlib.resources import files

import pytest

from hospital_sim.results import house_theme
from hospital_sim.results.board.words import ADMISSION_METHODS, METHODS

pytestmark = pytest.mark.unit


def test_a_colour_that_board_and_dashboard_share_has_one_value() -> None:
    board, dashboard = (
        dict(re.findall(r"(--[\w-]+): (light-dark\(#\w+, #\w+\));", files(package).joinpath(path).read_text("utf-8")))
        for package, path in (("hospital_sim.results.board", "board.css"), ("elt.report", "web/style.css"))
    )
    own = {"--bed", "--in-bed"}

    assert {name: value for name, value in board.items() if name not in own} == {
        name: dashboard.get(name) for name in board if name not in own
    }
    assert board.keys() >= {"--held-1", "--held-2", "--delayed", "--wait-1", "--wait-2", "--wait-3", "--wait-4"}
    assert set(dashboard.values()).isdisjoint(board[name] for name in own)


def test_the_words_for_admission_methods_are_those_of_the_warehouse() -> None:
    macro = files("elt").joinpath("models/macros/nhs_codes.sql").read_text("utf-8")
    section = macro.partition("admission_methods")[2].partition("endmacro")[0]

    assert dict(re.findall(r"'(\w+)': '([^']+)'", section)) == {code: ADMISSION_METHODS[code] for code in METHODS}


def test_charts_in_a_notebook_have_the_light_colours_of_the_dashboard() -> None:
    style = files("elt.report").joinpath("web/style.css").read_text("utf-8")
    light = dict(re.findall(r"--([\w-]+): light-dark\((#\w+),", style))
    colours = {
        "line-1": house_theme.P90,
        "line-2": house_theme.P95,
        "line-3": house_theme.MEDIAN,
        "occupancy-line": house_theme.OCCUPANCY,
        "rule": house_theme.LIMIT,
        **{f"level-{number}": colour for number, colour in enumerate(house_theme.LEVELS, 1)},
    }

    assert colours == {name: light[name] for name in colours}
    assert set(re.findall(r"#\w{6}", str(house_theme.house_theme()))) <= set(light.values())
