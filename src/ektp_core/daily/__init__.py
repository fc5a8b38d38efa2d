"""The daily report (laporan harian): its columns, and whether they add up."""
