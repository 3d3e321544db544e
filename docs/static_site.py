"""Build kedro-viz's site of an environment in build/site, with the newest report beside it.

``make site`` builds it from the results that are there; ``make viz`` builds it and opens it. The
site needs a server of files and nothing else, at any address and in any folder of it: it asks
nobody for anything, and says nothing of the machine where it was made.

It is to be one screen that can be read. What comes out of a variant or of the reporting is inside
its box, except what is meant to be looked at, where kedro-viz would put all of it in two long rows;
and what is only read is hidden until somebody asks for the parameters.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import warnings
import webbrowser
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROJECT = Path.cwd()
SITE = PROJECT / "build/site"
PORT = 4141

# a path of this machine that stands alone, as a setting may
ABSOLUTE = re.compile(r"/(?:[^/<>\s]+/)+[^/<>\s]*")
# of what comes out of the boxes of the variants and of the reporting, what is shown beside them
LOOKED_AT = re.compile(r"runs_.*|report|findings|data_needed|verdicts|summary_csv|.*_figure")
# read like parameters and made by no node: the store by all of them, and the sweep before this one
ONLY_READ = {"store", "earlier"}
# what kedro-viz's program has for other places: the first asks the root of the server, whatever
# folder the site is in; the second leaves more room between rows than in them
OTHERWISE = {
    'fetch("/api/': 'fetch("./api/',
    "spaceY:110,layerSpaceY:100": "spaceY:75,layerSpaceY:60",
}
# a first visit is to show the flow, not a tour of the program, in the colours that the reader likes
FIRST_VISIT = """<script>
  if (!localStorage.getItem("KedroViz")) {
    const theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    const visible = {miniMap: false};
    localStorage.setItem("KedroViz", JSON.stringify({showFeatureHints: false, theme, visible}));
  }
</script>
"""


def build(site: Path, env: str | None) -> None:
    """Write the site into an empty folder."""
    from kedro_viz.server import load_and_populate_data

    load_and_populate_data(PROJECT, env=env)
    _write_viz(site)
    for graph in (site / "api/main", *(site / "api/pipelines").iterdir()):
        _rewrite(graph, on_one_screen)
    for answer in (path for path in (site / "api").rglob("*") if path.is_file()):
        _rewrite(answer, without_machine)
    _answer_what_is_asked(site)
    _keep_to_itself(site)
    _add_report(site)


def _write_viz(site: Path) -> None:
    """What ``kedro viz build --include-previews`` writes, in a folder of our choice."""
    import fsspec
    from kedro_viz.integrations.deployment.base_deployer import BaseDeployer

    class Deployer(BaseDeployer):  # type: ignore[misc]
        def __init__(self) -> None:
            self._path, self._fs = site, fsspec.filesystem("file")

    Deployer().deploy(is_all_previews_enabled=True)


def on_one_screen(graph: dict[str, Any]) -> dict[str, Any]:
    """A graph that shows what is looked at beside its boxes, and what is only read on request."""
    looked_at = {node["id"] for node in graph["nodes"] if LOOKED_AT.fullmatch(node["name"])}
    for name, box in graph["modular_pipelines"].items():
        if looked_at.intersection(box["outputs"]):
            inside = {child["id"] for child in box["children"]} - set(box["outputs"])
            _move_in(graph, name, set(box["outputs"]) - looked_at)
            _move_out(graph, name, inside & looked_at)
    for node in graph["nodes"]:
        if node["name"] in ONLY_READ:
            node["type"] = "parameters"
    # kedro-viz puts the layers of other pipelines anywhere between those of this one
    layers = {node.get("layer") for node in graph["nodes"]}
    graph["layers"] = [layer for layer in graph["layers"] if layer in layers]
    return graph


def _move_in(graph: dict[str, Any], name: str, inside: set[str]) -> None:
    """Move datasets that come out of a box into it."""
    boxes = graph["modular_pipelines"]
    box, root = boxes[name], boxes["__root__"]
    box["outputs"] = [dataset for dataset in box["outputs"] if dataset not in inside]
    box["children"] += [{"id": dataset, "type": "data"} for dataset in sorted(inside)]
    root["children"] = [child for child in root["children"] if child["id"] not in inside]
    # what a closed box reads is shown wherever it is
    for other in boxes.values():
        other["inputs"] = [dataset for dataset in other["inputs"] if dataset not in inside]
    graph["edges"] = [
        edge for edge in graph["edges"] if edge["source"] != name or edge["target"] not in inside
    ]
    for node in graph["nodes"]:
        if node["id"] in inside:
            node["modular_pipelines"] = [name]


def _move_out(graph: dict[str, Any], name: str, datasets: set[str]) -> None:
    """Show datasets beside the box that makes them, though something in there reads them too."""
    boxes = graph["modular_pipelines"]
    for dataset in sorted(datasets):
        boxes[name]["outputs"].append(dataset)
        boxes["__root__"]["children"].append({"id": dataset, "type": "data"})
        graph["edges"].append({"source": name, "target": dataset})


def without_machine(answer: Any) -> Any:
    """An answer of kedro-viz with paths below the project's folder only.

    Of paths elsewhere the name is left. What kedro-viz noted of an earlier run is left out, since
    that may have been one of another environment.
    """
    if isinstance(answer, dict):
        return {
            key: None if key == "stats" else _placed(value) if key == "filepath" else value
            for key, value in ((key, without_machine(value)) for key, value in answer.items())
        }
    if isinstance(answer, list):
        return [without_machine(value) for value in answer]
    if not isinstance(answer, str):
        return answer
    told = without_folders(answer)
    return Path(told).name if ABSOLUTE.fullmatch(told) else told


def _placed(path: str | None) -> str | None:
    """The path of a file; kedro-viz begins those of the code with the name of the project."""
    return path and path.removeprefix(f"{PROJECT.name}/")


def without_folders(text: str) -> str:
    """A text with paths below our folders instead of absolute ones."""
    for folder in _folders():
        text = re.sub(rf"{_alone(folder)}/?", "", text)
    return text


def _folders() -> list[str]:
    """The folders that no reader should see: of the project, of the code and of the person."""
    import leanset

    code = Path(leanset.__file__).resolve().parents[2]
    folders = {PROJECT, PROJECT.resolve(), code, Path(sys.prefix), Path.home()} - {Path("/")}
    return sorted((folder.as_posix() for folder in folders), key=len, reverse=True)


def _alone(folder: str) -> str:
    """A pattern that finds a folder, not one whose name goes on before or after it."""
    return rf"(?<![\w.~-]){re.escape(folder)}(?![\w-]|\.\w)"


def _rewrite(file: Path, change: Callable[[Any], Any]) -> None:
    file.write_text(json.dumps(change(json.loads(file.read_text()))))


def _answer_what_is_asked(site: Path) -> None:
    """Write the answers that the page asks for, and that kedro-viz builds without or from a log."""
    from fsspec import __version__

    share = {"package_name": "fsspec", "package_version": __version__, "is_compatible": True}
    metadata = {"has_missing_dependencies": False, "package_compatibilities": [share]}
    (site / "api/metadata").write_text(json.dumps(metadata))
    nothing_ran: dict[str, Any] = {"nodes": {}, "datasets": {}, "pipeline": {}}
    (site / "api/run-status").write_text(json.dumps(nothing_ran))


def _keep_to_itself(site: Path) -> None:
    """Have the page ask only the folder that it came from."""
    for unused in ("telemetry.html", "autoreload.html"):
        (site / unused).unlink()
    page = site / "index.html"
    html = re.sub(r"<link[^>]*fonts\.g[^>]*>\s*", "", page.read_text())
    page.write_text(html.replace("<script", f"{FIRST_VISIT}<script", 1))
    for script in (site / "assets").glob("index-*.js"):
        text = script.read_text()
        for theirs, ours in OTHERWISE.items():
            text = text.replace(theirs, ours)
        script.write_text(text)


def _add_report(site: Path) -> None:
    """Put the newest report beside the page, if one was made."""
    from kedro_viz.data_access import data_access_manager

    report = data_access_manager.catalog.get_dataset("report")
    if report is not None and report.exists():
        (site / "report.html").write_text(without_folders(report.load()))


def refuse_folders_of_this_machine(site: Path) -> None:
    """Raise where a file of the site names a folder that no reader should see."""
    told = re.compile("|".join(_alone(folder) for folder in _folders()))
    for file in (site / "index.html", site / "report.html", *(site / "api").rglob("*")):
        if file.is_file() and (found := told.search(file.read_text())):
            raise SystemExit(f"{file.relative_to(site)} names {found[0]}; nothing was built.")


def open_in_browser(site: Path) -> None:
    """Serve the site to this machine until interrupted."""
    handler = partial(_Quiet, directory=str(site))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    except OSError:  # the port is taken
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    address = f"http://127.0.0.1:{server.server_port}/"
    sys.stdout.write(f"open at {address} until Ctrl-C\n")
    sys.stdout.flush()
    webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stdout.write("\n")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing of what the page asks for."""


def main() -> None:
    """Build the site beside the one that is there, then take its place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--open", action="store_true", help="open it, from this machine only")
    arguments = parser.parse_args()
    # news for the authors of kedro-viz
    warnings.filterwarnings("ignore", message="ORJSONResponse is deprecated")
    draft = SITE.with_name("site.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    build(draft, os.environ.get("KEDRO_ENV"))
    refuse_folders_of_this_machine(draft)
    shutil.rmtree(SITE, ignore_errors=True)
    draft.rename(SITE)
    sys.stdout.write(f"written: {SITE.relative_to(PROJECT)}\n")
    if arguments.open:
        open_in_browser(SITE)


if __name__ == "__main__":
    main()
