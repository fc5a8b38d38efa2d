"""The driver for Evolis card printers (driver pencetak Evolis), over their ESC language on USB."""
