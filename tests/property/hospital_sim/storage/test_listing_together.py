"""Folders listed with few requests hold what each of them holds, whatever else is near, in any order of a server."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.storage import s3_listing
from hospital_sim.storage.s3_errors import InvalidNameError
from hospital_sim.storage.s3_listing import list_together

pytestmark = pytest.mark.property

SEGMENT = st.sampled_from(["a", "a-", "a.a", "aa", "a2", "a//", "b", "b-"])
NAMES = st.dictionaries(
    st.builds("p/{}{}".format, SEGMENT, st.sampled_from(["", "/", "/x", "/y/", "/y/z"])), st.booleans()
)


class Server:
    """A server, which lists names in their order or, as a file system does, each part of a name in its order.

    Args:
        names: Names of objects, some of them markers, and True for those that are not empty.
        by_part: True for the order of the parts of names. Then names in a folder do not come after its own name.
    """

    def __init__(self, names: dict[str, bool], *, by_part: bool) -> None:
        self._names = names
        self._order: Callable[[str], object] = (lambda name: name.split("/")) if by_part else str
        self._by_part = by_part
        self.requests = 0

    def list_page(self, prefix: str, after: str | None) -> list[tuple[str, int]]:
        self.requests += 1
        page = []
        for name in sorted(self._names, key=self._order):
            skipped = self._by_part and after is not None and name.startswith(f"{after}/")
            if not name.startswith(prefix) or skipped or (after and self._order(name) <= self._order(after)):
                continue
            if "//" in name:
                raise InvalidNameError(name, "refused")
            page.append((name.rstrip("/"), int(self._names[name] and name[-1] != "/")))
            if len(page) == s3_listing.PAGE:
                break
        return page

    def list_one(self, folder: str) -> list[str]:
        return sorted(name for name in self._names if name.startswith(folder) and name[-1] != "/")


@given(NAMES, st.booleans(), st.data())
def test_folders_listed_together_hold_what_each_holds(
    names: dict[str, bool], by_part: bool, data: st.DataObject
) -> None:
    server = Server(names, by_part=by_part)
    existing = sorted({name[: name.find("/", 2) + 1] for name in names} - {"", "p/"} | {"p/a2/"})
    folders = sorted(data.draw(st.sets(st.sampled_from(existing), min_size=1)))
    with patch.object(s3_listing, "PAGE", 4):
        assert list(list_together(server.list_page, server.list_one, folders)) == list(map(server.list_one, folders))


@pytest.mark.parametrize("by_part", [False, True])
def test_a_folder_whose_name_another_continues_does_not_end_the_listing_of_that(*, by_part: bool) -> None:
    server = Server({"p/a/x": True, "p/b/x": True, "p/b-/x": True}, by_part=by_part)
    assert list(list_together(server.list_page, server.list_one, ["p/a/", "p/b-/"])) == [["p/a/x"], ["p/b-/x"]]


def test_a_request_lists_as_many_folders_as_fit_a_page() -> None:
    days = [f"p/day={day:03d}/" for day in range(1, 400)]
    server = Server({f"{day}{number}": True for day in days for number in range(10)}, by_part=False)
    listed = list_together(server.list_page, server.list_one, days[100:131])
    assert [len(names) for names in listed] == [10] * 31
    assert server.requests == 1
