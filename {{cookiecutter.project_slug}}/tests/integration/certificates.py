"""Certificates of the tests' own: an authority, and what it says of a receiver's name."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core.clock import utc_now

DAY = timedelta(days=1)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of the tests")])


@dataclass
class Authority:
    """Signs certificates; whoever trusts it knows these receivers."""

    folder: Path

    def __post_init__(self) -> None:
        self.key = new_key(SECP256R1())
        self.certificate = self.sign(NAME, self.key, x509.BasicConstraints(True, None))

    def sign(
        self, subject: x509.Name, key: EllipticCurvePrivateKey, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        """Make a certificate."""
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(NAME)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(utc_now() - DAY).not_valid_after(utc_now() + DAY)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, SHA256())

    def server(self, name: str) -> ssl.SSLContext:
        """Return what a server of this name shows."""
        key = new_key(SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        shown = self.sign(x509.Name([]), key, names)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self.folder / f"{name}.pem"
        file.write_bytes(private + shown.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def client(self) -> ssl.SSLContext:
        """Return what trusts this authority alone."""
        trusted = self.certificate.public_bytes(Encoding.PEM).decode()
        return ssl.create_default_context(cadata=trusted)
