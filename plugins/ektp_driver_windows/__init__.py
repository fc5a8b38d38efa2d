"""The driver for printers behind a Windows queue (driver antrean Windows): it sees bytes accepted and never a card."""
