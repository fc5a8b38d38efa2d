"""The citizen's side of a card (penyerahan): activation, hand-over, batches and ageing, as facts of a card.

Apart from the lock, which ends when the card is printed (rules 3, 16, 18, 35).
"""
