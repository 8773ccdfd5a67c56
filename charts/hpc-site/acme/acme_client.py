"""acme_client.py order|account|due|placeholder: one conversation with an ACME authority, told as JSON on its input.

Run in an environment of its own by kit/acme_orders.py. What the authority refuses is one line on standard output, and
exit code 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import josepy
import requests
from acme import challenges, client, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

# Python is told (-I) not to look beside its script.
if (kit := str(Path(__file__).resolve().parents[1] / "kit")) not in sys.path:
    sys.path.insert(0, kit)

from whole_file import write_whole

ORDER_SECONDS = 180
# A name that nobody has (RFC 6761), so that this one is never taken for the site's.
NOBODY = "not-yet.invalid"


class Refused(Exception):
    """What somebody else has to change, in one line."""


def order(wish: Mapping[str, Any]) -> None:
    """Gets a certificate, and writes it with its chain and its key into one file, whole."""
    speaker = _speaker(wish)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.SubjectAlternativeName([x509.DNSName(wish["host"])])
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).add_extension(name, critical=False)
    pem = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    wanted = speaker.new_order(pem)
    proofs = _proofs(wanted, speaker.net.key)
    until = datetime.now() + timedelta(seconds=ORDER_SECONDS)  # local, as the library compares it
    try:
        for path, (challenge, response, content) in proofs.items():
            place = Path(wish["challenges"]) / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, "ascii")
            speaker.answer_challenge(challenge, response)
        done = speaker.poll_and_finalize(wanted, until)
    except errors.ValidationError as error:
        where = f"http://{wish['host']}{next(iter(proofs), '/.well-known/acme-challenge')}".rpartition("/")[0]
        raise Refused(
            f"{_words(error)}. It asks {where}/...: port 80 of that name must lead to port {wish['httpPort']} here"
        ) from None
    finally:
        for path in proofs:
            (Path(wish["challenges"]) / path.lstrip("/")).unlink(missing_ok=True)
    write_whole(Path(wish["certificate"]), _pem_of(key) + done.fullchain_pem, 0o600)


def account(wish: Mapping[str, Any]) -> None:
    """Tells the authority whom to warn now."""
    _speaker(wish)


def due(wish: Mapping[str, Any]) -> None:
    """Says when the authority wants the certificate renewed (RFC 9773), in seconds since 1970; or nothing."""
    network = client.ClientNetwork(user_agent="isthmus")
    speaker = client.ClientV2(client.ClientV2.get_directory(wish["server"], network), network)
    when, _ = speaker.renewal_time(Path(wish["certificate"]).read_bytes())
    print("" if when is None else int(when.timestamp()))


def placeholder(wish: Mapping[str, Any]) -> None:
    """Writes a certificate that nobody takes, for servers to start with before there is one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NOBODY)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(NOBODY)]), False).sign(key, hashes.SHA256())
    text = _pem_of(key) + signed.public_bytes(serialization.Encoding.PEM).decode()
    write_whole(Path(wish["certificate"]), text, 0o600)


def _speaker(wish: Mapping[str, Any]) -> client.ClientV2:
    """A client with the site's account: registered where there is none, or where the authority knows it no more."""
    path = Path(wish["account"])
    kept = json.loads(path.read_text("utf-8")) if path.exists() else None
    key = josepy.JWKRSA.from_json(kept["key"]) if kept else josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048))
    network = client.ClientNetwork(key, user_agent="isthmus")
    speaker = client.ClientV2(client.ClientV2.get_directory(wish["server"], network), network)
    if kept is None:
        speaker.new_account(_registration(wish, key, speaker.directory))
    else:
        try:
            known = speaker.query_registration(messages.RegistrationResource(body=messages.Registration()))
        except messages.Error as error:
            if error.code != "accountDoesNotExist":
                raise
            path.unlink()
            return _speaker(wish)
        if kept["email"] != wish["email"]:
            speaker.update_registration(known.update(body=messages.Registration(contact=tuple(_contact(wish)))))
    write_whole(path, json.dumps({"email": wish["email"], "key": key.to_json()}, indent=1) + "\n", 0o600)
    return speaker


def _contact(wish: Mapping[str, Any]) -> list[str]:
    return [f"mailto:{wish['email']}"] if wish["email"] else []


def _registration(
    wish: Mapping[str, Any], key: josepy.JWKRSA, directory: messages.Directory
) -> messages.NewRegistration:
    bound = {}
    if eab := wish.get("eab"):
        try:
            secret = Path(eab["hmacKeyFile"]).read_text("ascii").strip()
            bound["external_account_binding"] = messages.ExternalAccountBinding.from_data(
                key.public_key(), eab["keyId"], secret, directory
            )
        except OSError as error:
            raise Refused(f"`tls.eab.hmacKeyFile` {eab['hmacKeyFile']}: {error.strerror or error}") from None
        except (ValueError, errors.Error, josepy.errors.Error):
            raise Refused(f"`tls.eab.hmacKeyFile` {eab['hmacKeyFile']} holds no key in base64url") from None
    return messages.NewRegistration.from_data(contact=_contact(wish), terms_of_service_agreed=True, **bound)


def _proofs(wanted: messages.OrderResource, key: josepy.JWK) -> dict[str, tuple[Any, Any, str]]:
    """What is to be put where, for each name that is not proved yet."""
    found = {}
    for asked in wanted.authorizations:
        if asked.body.status == messages.STATUS_VALID:
            continue
        offered = [one for one in asked.body.challenges if isinstance(one.chall, challenges.HTTP01)]
        if not offered:
            raise Refused(f"it does not prove {asked.body.identifier.value} by HTTP-01")
        response, content = offered[0].response_and_validation(key)
        found[offered[0].chall.path] = (offered[0], response, content)
    return found


def _pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def _words(error: Exception) -> str:
    """What the authority said, or why it said nothing."""
    if isinstance(error, errors.ValidationError):
        failed = [one.error for asked in error.failed_authzrs for one in asked.body.challenges if one.error]
        return "; ".join(_words(one) for one in failed)
    if isinstance(error, messages.Error):
        parts = [error.detail or error.title or "", *(_words(one) for one in error.subproblems or ())]
        return f"{'; '.join(part for part in parts if part)} ({error.code or error.typ})"
    if isinstance(error, errors.TimeoutError):
        return f"it has not decided after {ORDER_SECONDS} s"
    if isinstance(error, requests.RequestException):
        return f"it does not answer: {_innermost(error)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _innermost(error: BaseException) -> str:
    """The cause that wrappers of connections hide."""
    reason = getattr(error, "reason", None) or next((one for one in error.args if isinstance(one, BaseException)), None)
    return _innermost(reason) if isinstance(reason, BaseException) else str(error)


def main() -> int:
    """Runs one verb; the exit code."""
    verbs = {"order": order, "account": account, "due": due, "placeholder": placeholder}
    try:
        verbs[sys.argv[1]](json.load(sys.stdin))
    except Refused as refused:
        print(" ".join(str(refused).split()))
    except (errors.Error, josepy.errors.Error, requests.RequestException, OSError, ValueError) as error:
        print(" ".join(_words(error).split()))
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
