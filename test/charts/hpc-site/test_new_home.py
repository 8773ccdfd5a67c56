"""A user's first home."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import sources
from new_home import STARTER, make_home

SHIPPED = sources.HPC_SITE / "starter"


class Homes(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.home = self.folder / "home" / "prod" / "ada"

    def test_a_new_home_has_the_starter_and_is_its_owners_alone(self) -> None:
        self.assertTrue(make_home(self.home, SHIPPED))
        self.assertEqual((self.home / STARTER).read_bytes(), (SHIPPED / STARTER).read_bytes())
        self.assertEqual(self.home.stat().st_mode & 0o777, 0o700)
        self.assertEqual([path.name for path in self.home.parent.iterdir()], ["ada"])

    def test_a_home_that_is_there_is_left_as_it_is(self) -> None:
        make_home(self.home, SHIPPED)
        (self.home / STARTER).write_text("mine")
        self.assertFalse(make_home(self.home, SHIPPED))
        self.assertEqual((self.home / STARTER).read_text(), "mine")
        (self.home / STARTER).unlink()
        self.assertFalse(make_home(self.home, SHIPPED))
        self.assertEqual(list(self.home.iterdir()), [])

    def test_what_an_interrupted_start_left_is_made_anew(self) -> None:
        half = self.home.with_name(".ada.new")
        half.mkdir(parents=True)
        (half / "half").touch()
        self.assertTrue(make_home(self.home, SHIPPED))
        self.assertEqual([path.name for path in self.home.iterdir()], [STARTER])

    def test_the_starter_names_no_site_and_carries_no_results(self) -> None:
        cells = json.loads((SHIPPED / STARTER).read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        self.assertTrue(all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code))
        self.assertNotIn("http", json.dumps(cells))


if __name__ == "__main__":
    unittest.main()
