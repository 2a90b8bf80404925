"""The bed board in a real browser without a network: the census of each day, and controls that work."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from board_details import details
from command_lines import call
from crowded_hospital import crowded, crowded_run
from msgspec import structs

import hospital_sim as hs
from hospital_sim.events import Admission, DepSnapshot, Discharge

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def run() -> hs.Run:
    """A fortnight of a hospital that uses every rule."""
    return crowded_run(days=14, seed=3).run()


@pytest.fixture(scope="module")
def board(run: hs.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run, on disk."""
    return run.board().save(tmp_path_factory.mktemp("board") / "board.html")


@pytest.fixture
def open_board(browser: "Browser", board: Path) -> Iterator[Callable[[str], "Page"]]:
    """Open the board at a time; the browser must log no message and request no other file."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, offline=True)
    messages: list[str] = []
    requests: list[str] = []

    def opened(moment: str = "") -> "Page":
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: messages.append(f"error: {error}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(board.as_uri() + (f"#{moment}" if moment else ""))
        return page

    yield opened
    context.close()
    assert messages == []
    assert {url.partition("#")[0] for url in requests} == {board.as_uri()}


def _numbers(page: "Page") -> dict[str, int]:
    """Return the numbers that the page shows now."""
    return {
        name: int(re.match(r"\d+", page.inner_text(f"#{name}"))[0])  # type: ignore[index]
        for name in ("occupied", "waiting", "admitted", "discharged", "days7", "days21", "delayed")
    }


def test_at_the_end_of_a_day_the_page_shows_the_census_and_counts_the_day(
    run: hs.Run, open_board: Callable[[str], "Page"]
) -> None:
    page = open_board("2025-01-01T23:59")
    for day in (1, 2, 6, 10, 14):
        date = f"2025-01-{day:02}"
        page.evaluate(f"location.hash = '{date}T23:59'")
        page.wait_for_function(f"document.getElementById('clock').textContent.includes(' {day} January 2025 at 23:59')")
        census = [
            event
            for event in run.events
            if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD" and str(event.snapshot_date) == date
        ]
        shown = _numbers(page)
        assert (shown["occupied"], shown["waiting"]) == (
            sum(event.occupied_beds for event in census),
            sum(event.waiting_list_size for event in census),
        )
        assert page.inner_text("#occupied").startswith(
            f"{shown['occupied']} of {sum(event.beds for event in census)} ("
        )
        wards = page.locator("#wards figcaption span").all_inner_texts()
        assert wards == [
            f"{event.occupied_beds} of {event.beds}"
            + (f", {event.waiting_list_size} waiting" if event.waiting_list_size else "")
            for event in census
        ]
        for kind, name in ((Admission, "admitted"), (Discharge, "discharged")):
            days = [event.event_time.date() for event in run.events if isinstance(event, kind)]
            assert shown[name] == sum(str(day) == date for day in days), (name, date)


def test_buttons_slider_and_keys_control_the_time(open_board: Callable[[str], "Page"]) -> None:
    page = open_board("")
    clock = page.locator("#clock")
    assert clock.inner_text() == "Wed, 1 January 2025 at 08:00"

    page.get_by_role("button", name="A day forward").click()
    assert clock.inner_text() == "Thu, 2 January 2025 at 08:00"
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert clock.inner_text() == "Wed, 1 January 2025 at 09:00"
    page.get_by_role("slider", name="Time").fill(str(3 * 24 * 60))
    assert clock.inner_text() == "Sat, 4 January 2025 at 00:00"
    assert "Sat, 4 January 2025" in (page.locator("#time").get_attribute("aria-valuetext") or "")

    page.get_by_label("Speed").select_option("1440")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.getElementById('time').value) > 3 * 24 * 60 + 120")
    page.get_by_role("button", name="Pause").click()
    paused = clock.inner_text()
    page.wait_for_timeout(300)
    assert clock.inner_text() == paused
    assert "beds occupied" in page.locator("#announcement").inner_text()


def test_it_stops_at_the_end_and_then_plays_from_the_beginning(open_board: Callable[[str], "Page"]) -> None:
    page = open_board("2025-01-14T23:00")
    page.keyboard.press("Space")
    page.wait_for_function("document.getElementById('play').textContent === 'Play'")
    assert page.inner_text("#clock") == "Tue, 14 January 2025 at 23:59"
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.getElementById('time').value) < 24 * 60")


def test_every_ward_is_drawn_and_labelled_and_a_bed_describes_its_patient(open_board: Callable[[str], "Page"]) -> None:
    page = open_board("2025-01-10T12:00")
    drawn = page.evaluate(
        "[...document.querySelectorAll('canvas')].map(canvas => canvas.getContext('2d')"
        ".getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"
    )
    assert drawn == [True] * 5
    names = page.eval_on_selector_all("canvas", "canvases => canvases.map(canvas => canvas.getAttribute('aria-label'))")
    details = r"; \d+ in for 7 days or more, \d+ for 21, \d+ ready to leave, \d+ outliers"
    assert all(re.fullmatch(r"\w+.*: beds \d+ of \d+(, \d+ waiting)?" + details, name) for name in names[1:]), names
    assert re.fullmatch(r"Patients waiting for a bed over the whole run: at most \d+", names[0])


def test_the_keyboard_tells_of_every_bed_and_waiting_patient_what_the_events_say(
    run: hs.Run, open_board: Callable[[str], "Page"]
) -> None:
    page = open_board()
    seen = ""
    for moment in ("2025-01-10T12:00", "2025-01-12T05:30"):
        page.evaluate(f"location.hash = '{moment}'")
        page.wait_for_function(f"document.getElementById('clock').textContent.endsWith('{moment[11:]}')")
        for place, ward in enumerate(run.record.run.departments):
            canvas = page.locator("#wards canvas").nth(place)
            canvas.focus()
            page.keyboard.press("Home")
            texts = []
            for _ in range(int(canvas.get_attribute("aria-valuemax") or 0)):
                texts.append(canvas.get_attribute("aria-valuetext"))
                assert page.locator("#card").inner_text().replace("\n", ". ") == texts[-1]
                page.keyboard.press("ArrowRight")
            expected = details(run, ward.department_id, datetime.fromisoformat(moment + "Z"))
            assert [text for text in texts if text not in expected] == []
            assert len(texts) - len(expected) == sum(text.endswith((". Free", ". Closed")) for text in texts)  # type: ignore[union-attr]
            seen += "".join(map(str, texts))
    for state in ("Free", "Closed", "outlier", "Ready to leave", "in the queue", "closes when", "had a bed at once"):
        assert state.lower() in seen.lower(), state

    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    page.hover("#wards canvas", position={"x": 6, "y": 6})
    assert page.locator("#card").inner_text().startswith("Surgery, bed 1\n")


def test_the_queue_is_shown_over_the_whole_run_and_a_click_goes_to_its_time(
    run: hs.Run, open_board: Callable[[str], "Page"]
) -> None:
    evenings: dict[str, int] = {}
    for event in run.events:
        if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD":
            day = str(event.snapshot_date)
            evenings[day] = evenings.get(day, 0) + event.waiting_list_size
    page = open_board("")
    box = page.locator("#strip").bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)

    assert re.search(r" [78] January 2025", page.inner_text("#clock"))
    most = int(re.findall(r"\d+", page.inner_text("#most"))[0])
    assert 0 < max(evenings.values()) <= most <= len(run.events)


@pytest.mark.parametrize(("width", "dark"), [(360, True), (768, False)])
def test_it_fits_a_phone_in_light_and_dark(browser: "Browser", board: Path, width: int, dark: bool) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", offline=True
    )
    page = context.new_page()
    page.goto(board.as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", paper)[:3]) < 180) is dark
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    drawn = page.evaluate(
        "() => { const canvas = document.querySelector('#wards canvas');"
        "const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
        "return [...new Set(new Uint32Array(data.buffer))].map(pixel => pixel.toString(16)); }"
    )
    # Bytes come in the order alpha, blue, green, red: #dedcd6 and #b9d3e6 for light, #38424b and #2f5f85 for the dark.
    assert {"ffd6dcde", "ffe6d3b9"} & set(drawn), "no bed has its colour on white paper"
    assert not {"ff4b4238", "ff855f2f"} & set(drawn), "a bed has its colour for the dark"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    for control in ("A day back", "Play", "A day forward"):
        assert page.get_by_role("button", name=control, exact=True).is_visible()
    context.close()


def test_names_are_shown_as_plain_text(tmp_path: Path, browser: "Browser") -> None:
    name = """=1+1</script><img src=x onerror="window.broken=1">'"`${broken}&amp;"""
    config = crowded()
    changed = structs.replace(
        config, name=name, department=tuple(structs.replace(entry, name=name) for entry in config.department)
    )
    path = hs.Hospital(changed).simulate("2025-01-01", "2025-01-01", seed=3).board().save(tmp_path / "board.html")
    page = browser.new_page()
    page.goto(path.as_uri())

    assert page.inner_text("h1") == name
    assert page.inner_text("#wards figcaption b >> nth=0") == name
    assert page.evaluate("window.broken") is None
    page.close()


def test_the_command_shows_runs_that_were_appended_as_one_from_a_lake_or_its_raw_root(
    run: hs.Run, tmp_path: Path
) -> None:
    hospital, lake, page = hs.Hospital(crowded()), tmp_path / "lake", tmp_path / "board.html"
    hospital.simulate("2025-01-01", "2025-01-10", seed=3, sink=str(lake / "raw"))
    hospital.simulate("2025-01-01", "2025-01-14", seed=3, emit_from="2025-01-11", sink=str(lake / "raw"))

    for place in (lake, lake / "raw"):
        done = call("hospital-sim", "board", str(place), "--out", str(page), "--json")

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["last_day"] == "2025-01-14"
        assert page.read_text(encoding="utf-8") == run.board().html()


def test_a_wrong_board_call_is_reported_in_one_line(run: hs.Run, tmp_path: Path) -> None:
    lake, empty, page = tmp_path / "lake" / "raw", tmp_path / "empty", tmp_path / "page.html"
    run.write(str(lake))
    empty.mkdir()

    for words, message in (
        ((lake, "--out", "/nowhere/board.html"), "--out: there is no folder /nowhere; make it first"),
        ((empty, "--out", page), "holds no finished run; give a lake or its raw root, LAKE/raw"),
        ((lake, "--hospital", "other", "--out", page), "has no hospital 'other'; there are"),
    ):
        done = call("hospital-sim", "board", *map(str, words))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert message in done.stderr
        assert not page.exists()
