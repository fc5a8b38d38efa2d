"""How often the right edge of the tree is kept (tepi pohon): later seals build it again when a book is opened."""

#: Once in so many seals.
KEPT_EVERY = 256
