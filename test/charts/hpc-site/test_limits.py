"""Caps of Dask: per cluster, per user, for the hub."""

from __future__ import annotations

import unittest

import sources  # noqa: F401
from limits import Holding, Refused, free_cores, granted, most_workers, require_start

GIB = 2**30
LIMITS = {
    "cluster": {"cores": 4, "memoryBytes": 8 * GIB, "workers": 10},
    "user": {"clusters": 2, "cores": 6},
    "hub": {"cores": 10},
}


class Caps(unittest.TestCase):
    def test_a_user_has_what_the_nearest_cap_leaves(self) -> None:
        self.assertEqual(free_cores("ann", [], LIMITS)[0], 6)
        self.assertEqual(free_cores("ann", [Holding("ann", 4)], LIMITS)[0], 2)
        self.assertEqual(free_cores("ann", [Holding("bob", 6)], LIMITS)[0], 4)
        self.assertIn("this hub use 9 of its 10", free_cores("ann", [Holding("bob", 6), Holding("cat", 3)], LIMITS)[1])

    def test_a_third_cluster_is_refused_with_the_way_out(self) -> None:
        with self.assertRaisesRegex(Refused, "you have 2 of at most 2 clusters: shut one down"):
            require_start("ann", [Holding("ann", 0), Holding("ann", 0)], LIMITS, 1)
        require_start("ann", [Holding("ann", 0), Holding("bob", 0)], LIMITS, 1)

    def test_a_cluster_without_room_for_a_worker_is_refused(self) -> None:
        with self.assertRaisesRegex(Refused, "no room for a worker of 2 cores: your clusters use 5 of the 6 cores"):
            require_start("ann", [Holding("ann", 5)], LIMITS, 2)

    def test_workers_of_a_cluster_fit_its_cores_and_memory(self) -> None:
        self.assertEqual(most_workers(LIMITS, 1, GIB), 4)
        self.assertEqual(most_workers(LIMITS, 1, 3 * GIB), 2)
        self.assertEqual(most_workers(LIMITS, 0.1, GIB // 4), 10)
        with self.assertRaisesRegex(Refused, "4 cores and 8 GiB: this worker is larger"):
            most_workers(LIMITS, 1, 9 * GIB)

    def test_a_cluster_keeps_what_it_has_and_gets_what_is_free(self) -> None:
        self.assertEqual(granted(4, 1, 2, 1), 3)
        self.assertEqual(granted(4, 2, -1, 1), 2)
        self.assertEqual(granted(1, 2, 0, 1), 1)
        self.assertEqual(granted(9, 0, 0.3, 0.1), 3)


if __name__ == "__main__":
    unittest.main()
