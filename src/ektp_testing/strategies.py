"""All Hypothesis strategies of the harness (strategi uji), under one name.

Nouns, what is asked, what happened, what a book holds, reports, policies of allotment and the
figures of offices. `values` draws any attrs class of yours too, field by field.

>>> from ektp_core.flow.custody import Grant
>>> from hypothesis import find
>>> find(asks("grant"), lambda ask: ask.count >= 10).count
10
>>> isinstance(find(values(Grant), lambda _: True), Grant)
True
"""

from ektp_testing.strategies_allotment import office_figures as office_figures
from ektp_testing.strategies_allotment import office_tables as office_tables
from ektp_testing.strategies_allotment import policies as policies
from ektp_testing.strategies_commands import EVENT_KINDS as EVENT_KINDS
from ektp_testing.strategies_commands import ROW_KINDS as ROW_KINDS
from ektp_testing.strategies_commands import asks as asks
from ektp_testing.strategies_commands import balanced_columns as balanced_columns
from ektp_testing.strategies_commands import events as events
from ektp_testing.strategies_commands import movements as movements
from ektp_testing.strategies_commands import report_lines as report_lines
from ektp_testing.strategies_commands import reports as reports
from ektp_testing.strategies_commands import rows as rows
from ektp_testing.strategies_nouns import blank_classes as blank_classes
from ektp_testing.strategies_nouns import buckets as buckets
from ektp_testing.strategies_nouns import digests as digests
from ektp_testing.strategies_nouns import key_ids as key_ids
from ektp_testing.strategies_nouns import local_dates as local_dates
from ektp_testing.strategies_nouns import names as names
from ektp_testing.strategies_nouns import niks as niks
from ektp_testing.strategies_nouns import officers as officers
from ektp_testing.strategies_nouns import offices as offices
from ektp_testing.strategies_nouns import papers as papers
from ektp_testing.strategies_nouns import parties as parties
from ektp_testing.strategies_nouns import party_ids as party_ids
from ektp_testing.strategies_nouns import print_ready_records as print_ready_records
from ektp_testing.strategies_nouns import range_tuples as range_tuples
from ektp_testing.strategies_nouns import record_ids as record_ids
from ektp_testing.strategies_nouns import regions as regions
from ektp_testing.strategies_nouns import serial_ranges as serial_ranges
from ektp_testing.strategies_nouns import serial_sets as serial_sets
from ektp_testing.strategies_nouns import series as series
from ektp_testing.strategies_nouns import stations as stations
from ektp_testing.strategies_nouns import suppliers as suppliers
from ektp_testing.strategies_nouns import times_ms as times_ms
from ektp_testing.strategies_nouns import uids as uids
from ektp_testing.strategies_nouns import words as words
from ektp_testing.strategies_types import values as values
