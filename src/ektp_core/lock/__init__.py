"""The print lock (kunci cetak): one table of what may follow what."""
