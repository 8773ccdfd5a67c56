"""What a user may choose for a cluster, and what becomes of it in pods."""

from __future__ import annotations

import unittest
from typing import Any

import sources  # noqa: F401
from cluster_options import cluster_options, user_label
from dask_gateway_server.models import User
from hub_dask import DASK, GIB
from user_prefix import user_prefix

OPTIONS = cluster_options(DASK, {"schedulerName": "packing"})


def made(user: str = "ann", **chosen: Any) -> dict[str, Any]:  # noqa: ANN401
    """The configuration of a cluster that a user asks for."""
    configuration: dict[str, Any] = OPTIONS.get_configuration(OPTIONS.parse_options(chosen), User(user))
    return configuration


class Sizes(unittest.TestCase):
    def test_a_worker_is_promised_its_part_of_a_node_and_may_use_its_threads(self) -> None:
        told = made()
        self.assertEqual((told["worker_cores"], told["worker_cores_limit"], told["worker_threads"]), (0.97, 1, 1))
        self.assertEqual(told["worker_memory"], told["worker_memory_limit"])
        self.assertEqual(told["cluster_max_workers"], 6)

    def test_a_size_is_chosen_by_title_or_id_and_brings_its_pool(self) -> None:
        for chosen in ("8 threads, 30 GiB", "big-1"):
            told = made(worker_size=chosen)
            self.assertEqual(told["worker_memory"], 30 * GIB)
            self.assertEqual(told["worker_extra_pod_config"]["nodeSelector"], {"role": "big"})
            self.assertEqual(told["worker_extra_pod_config"]["schedulerName"], "packing")
            self.assertEqual(told["cluster_max_workers"], 1)

    def test_another_size_is_refused_with_those_there_are(self) -> None:
        with self.assertRaisesRegex(ValueError, "no size '64 threads'; there are 1 thread, 4 GiB, 8 threads, 30 GiB"):
            made(worker_size="64 threads")

    def test_the_form_shows_titles(self) -> None:
        form = {field["field"]: field for field in OPTIONS.get_specification()}
        self.assertEqual(form["worker_size"]["spec"]["options"], ["1 thread, 4 GiB", "8 threads, 30 GiB"])
        self.assertEqual(form["worker_size"]["default"], "1 thread, 4 GiB")


class Images(unittest.TestCase):
    def test_images_of_the_hub_and_those_that_its_patterns_allow_run(self) -> None:
        self.assertEqual(made()["image"], "example.org/notebook:1")
        for image in ("example.org/torch:1", "example.org/free/mine:2", f"example.org/free/mine@sha256:{'0' * 64}"):
            self.assertEqual(made(image=image)["image"], image)

    def test_no_other_image_runs(self) -> None:
        for image in (
            "example.org/notebook:2",
            "evil.example/free/x:1",
            "example.org/free",
            "example.org/free/x 1",
            "",
        ):
            with self.assertRaisesRegex(ValueError, "no image of this hub"):
                made(image=image)


class Variables(unittest.TestCase):
    def test_clusters_have_the_notebooks_variables_and_the_users_own_above_them(self) -> None:
        told = made("ann@plains.example", environment={"GDAL_HTTP_MAX_RETRY": 9, "MODE": "fast"})["environment"]
        self.assertEqual(told["SCRATCH_BUCKET"], f"s3://scratch/{user_prefix('ann@plains.example')}")
        self.assertEqual((told["GDAL_HTTP_MAX_RETRY"], told["MODE"]), ("9", "fast"))
        self.assertEqual(told["OMP_NUM_THREADS"], "1")

    def test_names_that_are_the_hubs_and_names_that_are_none_are_refused(self) -> None:
        for name in ("DASK_GATEWAY_API_URL", "ISTHMUS_CATALOG", "JUPYTERHUB_API_TOKEN"):
            with self.assertRaisesRegex(ValueError, f"{name} is set by the hub"):
                made(environment={name: "x"})
        for name in ("", "1ST", "A B", "A=B", 7):
            with self.assertRaisesRegex(ValueError, "no name of an environment variable"):
                made(environment={name: "x"})

    def test_values_are_texts_and_not_without_end(self) -> None:
        with self.assertRaisesRegex(ValueError, "the value of A must be a text, got list"):
            made(environment={"A": ["x"]})
        with self.assertRaisesRegex(ValueError, "more than 64 KiB"):
            made(environment={"A": "x" * 70_000})


class Ends(unittest.TestCase):
    def test_a_user_may_have_it_end_earlier_never_later(self) -> None:
        self.assertEqual(made()["idle_timeout"], 1800)
        self.assertEqual(made(idle_minutes=5)["idle_timeout"], 300)
        for minutes in (31, 0):
            with self.assertRaises(ValueError):
                made(idle_minutes=minutes)


class Marks(unittest.TestCase):
    def test_pods_of_both_kinds_carry_their_user_and_are_found_by_prometheus(self) -> None:
        """D9: what Dask's nodes cost is charged by this label."""
        told = made("ann@plains.example")
        for part in ("scheduler", "worker"):
            label = told[f"{part}_extra_pod_labels"]["hub.jupyter.org/username"]
            self.assertEqual(label, "ann-plains-example---2d35b030")
            annotations = told[f"{part}_extra_pod_annotations"]
            self.assertEqual(annotations["hub.jupyter.org/username"], "ann@plains.example")
            self.assertEqual(annotations["prometheus.io/port"], "8787")

    def test_a_user_is_called_in_labels_what_kubespawner_calls_it(self) -> None:
        for user, label in (
            ("ann.b", "ann.b"),
            ("1st", "1st"),
            ("a--b", "a-b---90827a2e"),
            ("maximilian.von.hohenzollern@plains.example", "maximilian-von-hohenz---5b253fc7"),
            ("_x", "x---a01e47cb"),
            ("@", "x---c3641f85"),
        ):
            self.assertEqual(user_label(user), label)


if __name__ == "__main__":
    unittest.main()
