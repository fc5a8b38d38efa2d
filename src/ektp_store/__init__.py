"""Where a book is kept (penyimpanan): rows and sealed events, in memory or in SQLite, behind one protocol."""
