"""Roles of the people who sign (peran petugas), and what kind of hand a key is (rule 39)."""

from enum import Enum


class Role(Enum):
    """What an officer may do; who may ask for what stands in `ektp_core.flow.permits`."""

    COUNTER = "loket"
    PRINT_OPERATOR = "operator-cetak"
    STOREKEEPER = "pengurus-barang"
    CHECKER = "pemeriksa"
    HANDOVER = "petugas-penyerahan"
    DISTRICT = "petugas-kecamatan"
    VILLAGE = "petugas-kelurahan"
    SECTION_HEAD = "kasi"
    HEAD = "kepala-dinas"
    PROVINCE = "provinsi"
    CENTRE_VERIFIER = "verifikator-pusat"
    CENTRE_STORE = "gudang-pusat"
    AUDITOR = "auditor"
    IT_ADMIN = "admin-ti"  # no business right


class Hand(Enum):
    """Whose key it is."""

    HUB = "hub"
    STATION = "station"
    REGISTRY = "registry"
    OFFICER = "officer"
    READER = "reader"  # a chip reader that signs what it read; its owner is the station it stands at
