"""Where staff live, for one purpose: to see in the log's review whether somebody reads about a neighbour."""

from __future__ import annotations

from sqlalchemy import delete, select

from followup.domain.errors import InvalidInput, NotFound, Problem
from followup.services.sign_in.by_password import account_name
from followup.store.tables import StaffAddress, User
from followup.store.unit_of_work import UnitOfWork

LONGEST = 200


def keep_address(uow: UnitOfWork, user_name: str, address: str) -> None:
    """Keep a user's street address, sealed, in the place of the one before; "" forgets it.

    Raises NotFound for a name that nobody has, InvalidInput for a text that is too long.
    """
    user = uow.first(select(User).where(User.user_name == account_name(user_name)))
    if user is None:
        raise NotFound
    if len(address) > LONGEST:
        raise InvalidInput([Problem("address", "Adressen är för lång.", "too_long")])
    uow.execute(delete(StaffAddress).where(StaffAddress.user_id == user.id))
    if address.strip():
        uow.add(StaffAddress(user_id=user.id, address=address.strip()))
    uow.note("keep_staff_address", user=str(user.id), kept=bool(address.strip()))
