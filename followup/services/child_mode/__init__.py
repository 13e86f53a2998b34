"""What a child, or a carer, does with the tablet that a caseworker has handed over.

The lock is in the session itself: while it is lent, its actor has the role RESPONDENT and reaches the one child.
Nothing here takes the id of a visit or a child from an address; `uow.actor.loan` says which form it is.
"""
