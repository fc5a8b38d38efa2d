"""What offices call the columns of the daily report (sebutan kolom): many words, one column each.

Only labels seen on forms, and their obvious spellings. A label that could mean two columns is
not here: "rusak" alone is a spoiled blank to one office and a replaced card to another.
"""

import re
from collections.abc import Mapping

from ektp_core.daily.columns import COLUMNS

_ALSO: Mapping[str, tuple[str, ...]] = {
    "new_nik": ("nik baru", "penerbitan nik", "jumlah nik baru"),
    "family_cards": ("kk", "cetak kk", "penerbitan kk", "jumlah kk"),
    "recorded": ("rekam", "perekaman ktp el", "rekam ktp el", "jumlah perekaman", "perekaman hari ini"),
    "sfe": ("sent for enrollment", "sent for enrolment", "jumlah sfe"),
    "prr": ("print ready record", "jumlah prr", "siap cetak"),
    "duplicate": ("duplicate", "rekam ganda", "data ganda", "jumlah duplicate record"),
    "suket_today": ("penerbitan suket hari ini", "suket terbit", "penerbitan suket", "cetak suket"),
    "suket_before": ("suket sebelum", "suket sebelum hari ini", "suket yang lalu", "jumlah suket sebelumnya"),
    "printed_first": ("cetak baru", "cetak prr", "cetak dari prr", "cetak pemula"),
    "printed_suket": ("cetak suket ke ktp el", "ganti suket", "pengganti suket"),
    "printed_lost": ("cetak karena hilang", "cetak ganti hilang", "penggantian hilang"),
    "printed_damaged": ("cetak karena rusak", "cetak ganti rusak", "penggantian rusak"),
    "printed_changed": ("cetak perubahan data", "cetak perubahan elemen data", "cetak karena perubahan"),
    "printed_moved": ("cetak pindah datang", "cetak karena pindah"),
    "printed_error": ("cetak karena salah rekam",),
    "opening": ("stok kemarin", "sisa kemarin", "sisa blangko kemarin", "blangko awal", "stok awal blangko"),
    "first_count": (),
    "received": ("terima blangko", "blangko masuk", "penerimaan blangko"),
    "borrowed": ("pinjam blangko", "pinjaman blangko", "blangko pinjaman"),
    "found": (),
    "good": ("total cetak", "tercetak", "cetak ktp el", "jumlah cetak ktp el", "total cetak ktp el", "jumlah tercetak"),
    "spoiled": ("gagal cetak", "blangko gagal cetak", "rusak gagal cetak"),
    "lost": (),
    "suspect": (),
    "lent": ("pinjamkan blangko",),
    "returned": ("blangko dikembalikan ke pusat", "pengembalian blangko"),
    "in_transit": ("blangko dalam pengiriman",),
    "remaining": ("sisa", "sisa blanko", "stok akhir", "sisa stok", "stok blangko", "sisa blangko ktp el"),
}
_SIGNS = re.compile(r"[^0-9a-z]+")
_E_KTP = re.compile(r"\b(?:e ktp|ektp)\b")


def plain(label: str) -> str:
    """A label without case, signs and bullets, blanko written as blangko and e-KTP as KTP-el.

    >>> plain("* Sisa  Blanko e-KTP"), plain("2) Cetak baru (PRR)"), plain("Suket ke KTP-el")
    ('sisa blangko ktp el', 'cetak baru prr', 'suket ke ktp el')
    """
    words = _SIGNS.sub(" ", label.casefold()).split()
    while words and words[0].isdigit():
        words = words[1:]
    text = " ".join("blangko" if word == "blanko" else word for word in words)
    return _E_KTP.sub("ktp el", text)


LABELS: Mapping[str, str] = {
    plain(label): one.name
    for one in COLUMNS
    for label in (one.name, one.english, one.indonesian, *_ALSO[one.name])
}  # fmt: skip
