"""Who signs, who checks, who seals (penanda tangan, pemeriksa, penyegel): small protocols.

The core never holds a key. It hands exact bytes to a signer and asks a verifier about exact
bytes; whether the key lies in a file, a token or a machine of the state is not known here,
and neither is the algorithm: nothing that arrives may choose it.
"""

from typing import Protocol


class Signer(Protocol):
    """One private key that can sign."""

    @property
    def key_id(self) -> str:
        """The id under which its public half is registered."""

    def sign(self, message: bytes) -> bytes:
        """The signature over exactly these bytes."""


class Verifier(Protocol):
    """All public keys somebody accepts."""

    def verify(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether that key made this signature over exactly these bytes.

        Raises:
            Refused: UNKNOWN_KEY for a key that is not registered, REVOKED_KEY for one that
                was withdrawn. Neither says anything about the signature.
        """


class Sealer(Protocol):
    """The public half of one recipient: anybody may seal, only that recipient unseals."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """These bytes for the recipient alone. `context` is bound, not sent: say what it is for."""


class Unsealer(Protocol):
    """The private half of one recipient."""

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """The bytes that were sealed for this recipient in the same context.

        Raises:
            Refused: MALFORMED when they were changed, or sealed for another one or context.
        """


class StationSigner(Signer, Unsealer, Protocol):
    """All that a print station needs of its key: a file, a token or a machine of the state may be behind it."""
