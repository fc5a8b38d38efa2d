"""The driver for printers behind a CUPS queue (driver antrean CUPS): it sees bytes accepted and never a card."""
