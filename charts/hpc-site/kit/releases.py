"""Releases of a bundle: copied by content, switched by one link, so that a half-done install is never seen."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from bundle import Bundle, bundle_files, read_bundle
from cache import remove_tree
from faults import SiteFault
from layout import Layout
from whole_file import write_whole


def check_python(bundle: Bundle) -> None:
    """Compiles every Python file of a bundle, without writing anything.

    :raises SiteFault: with the first file that does not compile.
    """
    for name in bundle_files(bundle.directory):
        if name.endswith(".py"):
            try:
                compile((bundle.directory / name).read_bytes(), name, "exec", dont_inherit=True)
            except (SyntaxError, ValueError) as error:
                raise SiteFault(f"{name} of bundle {bundle.id} is no valid Python: {error}") from None


def megabytes_of(bundle: Bundle) -> int:
    """What a bundle's files take."""
    return sum((bundle.directory / name).stat().st_size for name in bundle_files(bundle.directory)) // 1_000_000


def copy_release(layout: Layout, bundle: Bundle) -> Bundle:
    """Puts a bundle's files under `releases/`, read-only; a release that is there already is used as it is."""
    target = layout.directory("releases") / bundle.release
    if target.exists():
        return read_bundle(target)
    fresh = Path(tempfile.mkdtemp(dir=layout.directory("releases"), prefix=f".{bundle.release}."))
    try:
        for name in bundle_files(bundle.directory):
            place = fresh / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(bundle.directory / name, place)
            place.chmod(0o444)
        _unpack_pages(fresh)
        fresh.chmod(0o755)
        os.rename(fresh, target)
    except BaseException:
        remove_tree(fresh)
        raise
    return read_bundle(target)


def _unpack_pages(release: Path) -> None:
    """Writes the catalog's pages, which travel in one file, below `catalog/`.

    :raises SiteFault: for a path that leads out of it.
    """
    packed = release / "pages.json"
    if not packed.exists():
        return
    for name, text in json.loads(packed.read_text("utf-8")).items():
        if not re.fullmatch(r"(?:(?!\.)[\w.-]+/)*(?!\.)[\w.-]+", name):
            raise SiteFault(f"a page of the catalog is called {name!r}")
        place = release / "catalog" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        place.chmod(0o444)


def switch(layout: Layout, bundle_id: str, release: str | None) -> None:
    """Points `current/<id>` at a release in one step; None removes the link."""
    link = layout.link(bundle_id)
    fresh = link.with_name(f".{bundle_id}.new")
    fresh.unlink(missing_ok=True)
    if release is None:
        link.unlink(missing_ok=True)
        return
    fresh.symlink_to(Path("..") / "releases" / release)
    os.replace(fresh, link)


def current_release(layout: Layout, bundle_id: str) -> str | None:
    """The name of the release that `current/<id>` points at; None where nothing is installed or the release is gone."""
    link = layout.link(bundle_id)
    if not link.is_symlink() or not (link / "bundle.json").exists():
        return None
    return os.path.basename(os.readlink(link))


def _before(layout: Layout, bundle_id: str) -> Path:
    return layout.directory("run") / f"{bundle_id}.before"


def begin(layout: Layout, bundle_id: str, previous: str | None) -> None:
    """Notes that an install has begun, and what it goes back to: it may be cut off at any moment."""
    write_whole(_before(layout, bundle_id), previous or "", 0o644)


def finish(layout: Layout, bundle_id: str) -> None:
    """Notes that an install has ended, well or with a way back."""
    _before(layout, bundle_id).unlink(missing_ok=True)


def unfinished(layout: Layout, bundle_id: str) -> bool:
    """Whether an install was cut off: what runs was never found healthy, and rights may be missing."""
    return _before(layout, bundle_id).exists()


def way_back(layout: Layout, bundle_id: str) -> str | None:
    """The release last found healthy: the current one, or what an install that was cut off would go back to."""
    try:
        noted = _before(layout, bundle_id).read_text("utf-8")
    except FileNotFoundError:
        return current_release(layout, bundle_id)
    return noted if noted and (layout.directory("releases") / noted / "bundle.json").exists() else None


def releases_of(layout: Layout, bundle_id: str) -> list[Path]:
    """All releases of a bundle (and of no other whose id begins alike)."""
    place = layout.directory("releases")
    digits = "[0-9a-f]" * 12
    return sorted([*place.glob(f"{bundle_id}-{digits}"), *place.glob(f".{bundle_id}-{digits}.*")])


def prune(layout: Layout, bundle_id: str, kept: list[str | None]) -> None:
    """Removes a bundle's releases but those named."""
    for release in releases_of(layout, bundle_id):
        if release.name in kept:
            continue
        if not release.name.startswith("."):
            # Moved away first: a removal that is cut off leaves no release that looks like one.
            gone = release.with_name(f".{release.name}.gone")
            remove_tree(gone)
            release = release.rename(gone)
        remove_tree(release)
