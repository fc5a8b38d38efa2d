"""The rules of blanks and print locks (inti): values in, values out; no file, clock, network or chance."""
