"""What drivers of ours share (dipakai bersama oleh driver): a time to be done by, a card's picture, a spooler's no."""
