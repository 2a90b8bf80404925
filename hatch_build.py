"""Compiles the library of ``elt/native`` when the project is installed or a wheel is made of it."""

import runpy
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledHook(BuildHookInterface):
    """Without a C compiler the project is installed all the same, and staging is slower."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002, D102
        library = Path(self.root, "elt", "native", "library.py")
        made = runpy.run_path(str(library))["compile_library"]()
        if made is None:
            self.app.display_warning("no C compiler found: staging is slower without what is compiled")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["artifacts"].append(made.relative_to(self.root).as_posix())
