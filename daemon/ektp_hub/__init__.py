"""The hub of the centre (pusat): the only writer of locks and of every party's stock."""
