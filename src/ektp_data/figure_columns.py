"""The columns of a file of figures (kolom berkas angka kantor), as data: what offices have and need.

Docs, `--help`, the example and the reader all use this one list. A header may carry the English
or the Indonesian name, in any order. Only office and class must be there: a figure that nobody
has stays empty, and the rule that needs it does not bind.
"""

from ektp_data.columns import Column

#: Months of printing a file can give, each in a column of its own; 1 is the last month.
MONTHS = 6

_COUNTED = (
    Column("office", "kantor", True, "office/52.03",
           "the office: office/52.03 or 52.03, a province's store: province/52, a group: group/65/NAME"),
    Column("name", "nama", False, "Lombok Timur", "the office's name, for people; not read"),
    Column("class", "kelas", True, "v5", "class of the blanks"),
    Column("stock", "stok", False, "250", "usable blanks on hand"),
    Column("in_transit", "dalam_perjalanan", False, "0", "blanks sent to the office, not yet received"),
    Column("backlog", "prr_pusat", False, "4200", "print-ready records by the centre's count: this one decides"),
    Column("own_backlog", "prr_kantor", False, "4900", "print-ready records by the office's own count"),
    Column("requested", "diminta", False, "10000", "blanks asked for; empty: no request"),
    Column("printers_good", "printer_baik", False, "2", "printers in good order"),
    Column("printers_poor", "printer_kurang_baik", False, "0", "printers that print, but poorly"),
    Column("printers_broken", "printer_rusak", False, "1", "broken printers"),
    Column("printers_missing", "printer_hilang", False, "0", "printers that are missing"),
    Column("daily_cap", "kartu_per_hari", False, "100", "cards one printer makes in a day"),
    Column("working_days", "hari_kerja", False, "22", "working days in a month"),
    Column("best_month", "bulan_terbaik", False, "3800", "most cards really printed in one month"),
    Column("signed_capacity", "kapasitas_ditandatangani", False, "",
           "cards a month, signed to count instead of the two figures above"),
    Column("is_store", "gudang", False, "no",
           "yes for a store that prints nothing, so that it has no figures of printers or printed cards; "
           "empty: yes for a province, else no"),
    Column("accounted_for", "laporan_diterima", False, "yes",
           "yes or no: the last allotment has an accepted report; empty: there was no allotment"),
    Column("report_age_days", "umur_laporan_hari", False, "5", "days since the cut of that report"),
    Column("remaining_of_last", "sisa_jatah_terakhir", False, "0", "unused blanks of the last allotment"),
    Column("grant_age_days", "hari_sejak_jatah", False, "35", "days since the last grant; empty: never"),
    Column("signed_push", "kiriman_ditandatangani", False, "",
           "blanks to send by a signed letter, asked for or not, beyond what the rules give; "
           "they wait as any grant does"),
    Column("signed_exception", "pengecualian_ditandatangani", False, "",
           "yes: a signed letter says that this office need not wait"),
    Column("recorded_this_month", "perekaman_bulan_ini", False, "900",
           "people recorded this month: a forecast, never a need"),
)  # fmt: skip


def _months(name: str, indonesian: str, example: str, last: str, earlier: str) -> tuple[Column, ...]:
    """A column for each month; `earlier` has a place for how many months ago it was."""
    return tuple(
        Column(f"{name}_{month}", f"{indonesian}_{month}", False, example,
               last if month == 1 else earlier.format(months=month))
        for month in range(1, MONTHS + 1)
    )  # fmt: skip


_PRINTED = _months("printed", "dicetak", "3500", "cards printed last month", "cards printed {months} months ago")
_OUT = _months(
    "days_out", "hari_kosong", "0", "days without a usable blank last month",
    "days without a usable blank {months} months ago",
)  # fmt: skip

FIGURE_COLUMNS: tuple[Column, ...] = (*_COUNTED, *_PRINTED, *_OUT)

#: Every name a header may carry, and the column it means.
FIGURE_NAMES = {name: column.name for column in FIGURE_COLUMNS for name in (column.name, column.indonesian)}
