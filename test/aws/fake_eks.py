"""The local AWS API of the tests with EKS in it: MiniStack, which also keeps what it drops of what our stacks say.

The account is MINISTACK_ACCOUNT_ID. Prints its URL on loopback, before it answers there.
"""

from __future__ import annotations

import os
import socket
import sys


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    port = free_port()
    # Read when MiniStack is imported. Servers beside the API would take ports that other runs have.
    here = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "localhost"}
    os.environ.update(here | {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"})
    from efs_corrections import correct_efs
    from eks_corrections import correct_autoscaling, correct_eks
    from fake_dlm import with_dlm
    from ministack import app
    from network_corrections import correct_network
    from tagging_corrections import correct_tagging

    correct_efs()
    correct_eks()
    correct_autoscaling()
    correct_network()
    correct_tagging()
    app.app = with_dlm(app.app)
    print(f"http://127.0.0.1:{port}", flush=True)
    sys.exit(app.main())


if __name__ == "__main__":
    main()
