"""Who gets how many blanks, and why (alokasi blangko): need, capacity, shortage, loans (rules 27 to 31)."""
