"""Who signed an ask (penanda tangan): keys resolved against the book, and what is demanded of them.

The edge proves that a signature fits a key. Whose key it is, whether it was withdrawn, what
its owner may do, whether two people really are two, and whether one of them reported the
matter: all that is decided here, from the book, and nowhere else.
"""

from collections.abc import Iterable

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.rows import Key, Officer
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand, Role

_CENTRE = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE})


@frozen
class Permit:
    """What an ask demands: a hand, a role of an officer, a number of people."""

    roles: frozenset[Role] = frozenset()
    hands: frozenset[Hand] = frozenset()
    people: int = 1
    two_units: bool = False

    @property
    def needs(self) -> str:
        """The demand in words."""
        words = [role.value for role in Role if role in self.roles]
        words += [hand.value for hand in Hand if hand in self.hands and hand is not Hand.OFFICER]
        return " / ".join(words) or "nobody"


@frozen
class Signers:
    """The verified signers of one ask."""

    keys: tuple[Key, ...]
    officers: tuple[Officer, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the officers, in the order of signing."""
        return tuple(officer.officer for officer in self.officers)

    def has(self, hand: Hand, owner: str = "") -> bool:
        """Whether a key of this hand (and owner) signed."""
        return any(key.hand is hand and owner in ("", key.owner) for key in self.keys)


def signers(view: View, ask: Ask) -> Signers:
    """Resolve the keys of an ask.

    Raises:
        Refused: UNKNOWN_KEY or REVOKED_KEY.
    """
    keys: list[Key] = []
    for name in ask.signed_by:
        key = view.row(Key, name)
        if key is None:
            raise Refused(Refusal.UNKNOWN_KEY, {"key": name})
        if key.revoked:
            raise Refused(Refusal.REVOKED_KEY, {"key": name})
        keys.append(key)
    people = {key.owner: view.row(Officer, key.owner) for key in keys if key.hand is Hand.OFFICER}
    return Signers(tuple(keys), tuple(officer for officer in people.values() if officer))


def require(view: View, ask: Ask, permit: Permit, not_these: Iterable[str] = ()) -> Signers:
    """The signers of an ask that fulfils a permit.

    Raises:
        Refused: UNKNOWN_KEY, REVOKED_KEY, NOT_ALLOWED, REPORTER_SIGNED, NEEDS_PEOPLE, SAME_UNIT.
    """
    found = signers(view, ask)
    if permit.hands and any(key.hand in permit.hands for key in found.keys):
        return found
    _check_roles(found, permit)
    barred = sorted(set(found.names) & set(not_these)) if not_these else ()
    if barred:
        raise Refused(Refusal.REPORTER_SIGNED, {"who": barred[0]})
    if len(found.officers) < permit.people:
        raise Refused(Refusal.NEEDS_PEOPLE, {"needs": permit.people, "found": len(found.officers)})
    units = {officer.unit for officer in found.officers} if permit.two_units else set()
    if permit.two_units and len(units) < 2:
        raise Refused(Refusal.SAME_UNIT, {"unit": units.pop()})
    return found


def _check_roles(found: Signers, permit: Permit) -> None:
    unfit = [officer.officer for officer in found.officers if permit.roles.isdisjoint(officer.roles)]
    if not found.officers or unfit:
        who = unfit[0] if unfit else (found.keys[0].owner if found.keys else "nobody")
        raise Refused(Refusal.NOT_ALLOWED, {"who": who, "needs": permit.needs})


def refuse_printers(who: Signers, operator: tuple[str, ...], office: str) -> None:
    """Where nobody knows who ran an attempt, any print operator of the office may have: none of them signs.

    A small office whose closers all print lets two people of the centre sign (rule 39).

    Raises:
        Refused: REPORTER_SIGNED.
    """
    for officer in who.officers if not operator else ():
        if officer.unit == office and Role.PRINT_OPERATOR in officer.roles:
            raise Refused(Refusal.REPORTER_SIGNED, {"who": officer.officer})


def of_office(who: Signers, office: str) -> None:
    """Refuse an officer of another office: each works for his own, the centre's people for all.

    Raises:
        Refused: NOT_ALLOWED.
    """
    for officer in who.officers:
        if officer.unit != office and not _CENTRE & set(officer.roles):
            raise Refused(Refusal.NOT_ALLOWED, {"who": officer.officer, "needs": office})
