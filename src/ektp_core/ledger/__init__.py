"""The blank ledger (buku blangko): every blank, by serial, in exactly one bucket at every instant."""
