"""Card printers on USB (jalur USB): the only package that knows pyusb, in one file."""
