"""Certificates of notebooks on compute nodes: whom a hub gives them, and who believes them."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import chart  # noqa: F401 - the program's place
import notebook_authority
import notebook_job
from notebook_authority import NotebookAuthority, NotSigned


class Authority(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.authority = NotebookAuthority(self.place)
        self.authority.ensure()

    def answers(self, host: str, called: str) -> str:
        """What a server with a certificate for a host says to one that calls it by a name; the fault's words else."""
        key, request = notebook_job.new_key()
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        paths = [notebook_job.in_memory(name, text) for name, text in (
            ("certificate", self.authority.sign(request, host).encode()),
            ("key", key),
        )]  # fmt: skip
        server.load_cert_chain(*paths)
        client = ssl.create_default_context(cafile=str(self.authority.certificate))
        # As Python 3.13 does by itself.
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        ours, theirs = socket.socketpair()

        def serve() -> None:
            try:
                with server.wrap_socket(theirs, server_side=True) as talk:
                    talk.sendall(b"hello")
            except (ssl.SSLError, OSError):
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with client.wrap_socket(ours, server_hostname=called) as talk:
                return talk.recv(5).decode()
        except ssl.SSLError as error:
            return str(error)
        finally:
            ours.close()
            thread.join()
            for path in paths:
                os.close(int(path.rpartition("/")[2]))

    def test_a_certificate_is_for_the_node_and_no_other(self) -> None:
        self.assertEqual(self.answers("node7", "node7"), "hello")
        self.assertEqual(self.answers("10.0.0.4", "10.0.0.4"), "hello")
        self.assertIn("Hostname mismatch", self.answers("node7", "node8"))

    def test_it_is_made_once_and_its_key_is_the_hubs_alone(self) -> None:
        before = self.authority.certificate.read_bytes()
        command = [sys.executable, notebook_authority.__file__, str(self.place), "--", "/bin/echo", "became"]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual(told.stdout, "became\n")
        self.assertEqual(self.authority.certificate.read_bytes(), before)
        self.assertEqual(stat.S_IMODE((self.place / "notebooks.key").stat().st_mode), 0o600)

    def test_what_is_no_request_is_not_signed(self) -> None:
        _, request = notebook_job.new_key()
        lines = request.splitlines()
        # Another signature: the last line but one holds its end.
        lines[-2] = lines[-2][::-1] if lines[-2] != lines[-2][::-1] else lines[-2][1:]
        for wrong in ("", "hello", "\n".join(lines)):
            with self.assertRaises(NotSigned):
                self.authority.sign(wrong, "node7")


if __name__ == "__main__":
    unittest.main()
