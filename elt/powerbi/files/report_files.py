"""The files of the report: its pages, its visuals and its theme."""

import json
from collections.abc import Iterable

from elt.powerbi.pages.report_pages import HEIGHT, WIDTH, ReportPage
from elt.powerbi.pages.theme import NAME, Json, theme
from elt.powerbi.pages.visuals import SCHEMAS, visual_id, visual_json

_REPORT = f"{SCHEMAS}/item/report"
_VERSIONS = {"visual": "2.9.0", "report": "3.3.0", "page": "2.1.0"}


def report_files(pages: Iterable[ReportPage], model_folder: str) -> dict[str, str]:
    """Return the files of a report, by their path in its folder.

    Args:
        pages: Its pages, in their order.
        model_folder: Name of the semantic model's folder, next to the folder of the report.
    """
    pages = tuple(pages)
    files: dict[str, Json] = {
        "definition.pbir": {
            "$schema": f"{_REPORT}/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{model_folder}"}},
        },
        "definition/version.json": {
            "$schema": f"{_REPORT}/definition/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        "definition/report.json": _report(),
        "definition/pages/pages.json": {
            "$schema": f"{_REPORT}/definition/pagesMetadata/1.1.0/schema.json",
            "pageOrder": [page.name for page in pages],
            "activePageName": pages[0].name,
        },
        f"StaticResources/RegisteredResources/{NAME}.json": theme(),
    }
    for page in pages:
        folder = f"definition/pages/{page.name}"
        files[f"{folder}/page.json"] = _page(page)
        for order, visual in enumerate(page.visuals):
            path = f"{folder}/visuals/{visual_id(page.title, visual)}/visual.json"
            files[path] = visual_json(page.title, visual, order)
    return {path: json_text(content) for path, content in files.items()}


def json_text(content: Json) -> str:
    """Return the text of a JSON file; the same content gives the same text."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _report() -> Json:
    file = f"{NAME}.json"
    custom = {"name": file, "reportVersionAtImport": _VERSIONS, "type": "RegisteredResources"}
    return {
        "$schema": f"{_REPORT}/definition/report/3.3.0/schema.json",
        "themeCollection": {"customTheme": custom},
        "resourcePackages": [
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": file, "path": file, "type": "CustomTheme"}],
            }
        ],
        "settings": {"useStylableVisualContainerHeader": True, "exportDataMode": "AllowSummarized"},
    }


def _page(page: ReportPage) -> Json:
    return {
        "$schema": f"{_REPORT}/definition/page/2.1.0/schema.json",
        "name": page.name,
        "displayName": page.title,
        "displayOption": "FitToPage",
        "height": HEIGHT,
        "width": WIDTH,
    }
