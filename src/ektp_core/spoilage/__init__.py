"""The spoilage report (berita acara) and its reconciliation with the ledger."""
