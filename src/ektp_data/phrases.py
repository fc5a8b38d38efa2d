"""Words and phrases that stand among the facts of a message (kata dan ungkapan dalam fakta).

A fact is not only a number: it may be the code of a state, a phrase such as "15 characters",
or a short sentence with names in it. What people read of them stands here in English; the
catalogue has the same in Indonesian. Codes stay codes in JSON, in logs and in the book.
"""

from collections.abc import Mapping

from ektp_core.allotment.rule import Rule
from ektp_core.flow.suspect_evidence import Known, Todo

_EVENTS = {
    "ENTER": "enter it in the book",
    "AUTHORISE": "authorise it for a station",
    "WITHDRAW": "withdraw it",
    "RETURN": "give the permission back",
    "START": "start printing it",
    "DISPUTE": "record an objection",
    "PROVE_NOT_FED": "show that no blank was fed",
    "VERDICT_GOOD": "judge the card good",
    "VERDICT_BAD": "judge the card spoiled",
    "BLANK_FAILED": "take another blank because this one failed",
    "DOUBT": "declare the card suspect",
    "SETTLE_GOOD": "close the suspect as a good card",
    "SETTLE_BAD": "close the suspect as a spoiled card",
    "SETTLE_LOST": "close the suspect as lost",
    "SETTLE_UNUSED": "close the suspect as an unused blank",
    "FAIL_CARD": "declare the printed card failed",
    "VOID": "void the good card",
    "ACCEPT_REPORT": "accept the spoilage report that names it",
    "UNLOCK": "unlock it for reprinting",
    "ENTER_LOCKED": "enter it locked",
    "OPEN": "open it at the centre",
    "CARD_SEEN": "note that the old card was seen",
    # acts on a finished card, which the lock does not know
    "HOLD": "hold it back",
    "TAKE_PAPERS": "take the papers for it",
    "HAND_OVER": "hand the card over",
    "ACTIVATE": "activate the card",
    "DECLARE_MISSING": "declare the card missing",
    "ADD_EVIDENCE": "show more of a card in doubt",
    "LIST": "put it on a list",
    "MOVE": "pack the station, to go on elsewhere",
    # an outcome that somebody or some device gave in place of an event
    "GOOD": "judge the card good",
    "SPOILED": "judge the card spoiled",
    "NOT_STARTED": "say that nothing was started",
    "UNKNOWN": "declare the card suspect",
    # where nothing, or nothing yet, is possible
    "nothing": "nothing",
    "nothing yet": "nothing until the printer has let go of the card",
}

#: Codes and what they are called, by the name of the fact in which they stand.
TERMS: Mapping[str, Mapping[str, str]] = {
    "event": _EVENTS,
    "allowed": _EVENTS,
    "state": {
        "READY": "waiting to be printed",
        "AUTHORISED": "authorised for printing",
        "IN_PRESS": "in the printer",
        "PRINTED": "printed",
        "MISPRINTED": "misprinted",
        "SUSPECT": "in doubt",
        "REPORTED": "reported as misprinted",
        "WITHDRAWN": "withdrawn",
        "LOCKED_BEFORE": "locked since the old system",
        "HANDED_OVER": "handed over",
    },
    "bucket": {
        "STOCK": "stock",
        "RESERVED": "reserved",
        "IN_TRANSIT": "in transit",
        "IN_MACHINE": "in machine",
        "SUSPECT": "suspect",
        "GOOD_HELD": "good held",
        "HANDED_OVER": "handed over",
        "WASTE_HELD": "waste held",
        "VOID_HELD": "void held",
        "DESTROYED": "destroyed",
        "LOST": "lost",
        "FOUND_HELD": "found held",
        "IN_TRANSIT_GOOD": "finished cards in transit",
        "IN_TRANSIT_WASTE": "waste in transit",
        "IN_TRANSIT_VOID": "void cards in transit",
        "USED_DECLARED": "used by count",
        "LOST_GOOD": "lost finished cards",
        "LOST_WASTE": "lost waste",
        "LOST_VOID": "lost void cards",
        "no bucket": "nowhere",
    },
    "certainty": {
        "TRANSPORT": "that the printer took the data",
        "STATUS_IDLE": "that the printer is idle",
        "COUNTER": "that the counter moved by one",
        "COUNTER_POSITION": "counter and position of the card",
        "DEVICE_JOB_RECORD": "the printer's own record of the job",
        "OPERATOR": "the look of an operator",
    },
    "outcome": {
        "DOUBT": "no evidence",
        "DISPUTE": "objection",
        "UNKNOWN": "no evidence",
    },
    "column": {
        "received": "received",
        "borrowed": "borrowed",
        "good": "good",
        "bad_of_person": "bad of person",
        "bad_without": "bad without",
        "suspect": "suspect",
        "lost": "lost",
        "lent": "lent",
        "returned": "returned",
        "used_declared": "used by count",
        "remaining": "remaining",
    },
    "pile": {
        "unprinted": "unprinted blanks",
        "finished": "finished cards",
        "waste": "waste and void cards",
        "old-cards": "old cards",
    },
    # papers at a counter
    "papers": {
        "OLD_CARD": "the old card",
        "FAMILY_CARD": "the family card (KK) or a copy of it",
        "POLICE_LETTER": "the letter of the police about the loss",
        "OTHER": "another paper",
    },
    "place": {"the file": "the whole file", "safe": "safe", "hopper": "hopper", "machine": "machine"},
    # a card in doubt
    "known": {one.name: one.value for one in Known},
    "todo": {one.name: one.value for one in Todo},
    # what stands where a name is expected and nobody gave one
    "party": {"anybody": "anybody"},
    "allotment": {"(none named)": "(none named)"},
    "rule": {rule.value: rule.label for rule in Rule},
    # a printer: what it does, what it reports, what runs out in it
    "phase": {
        "away": "is not there",
        "idle": "waits for a card",
        "sizing": "is looked at before a card",
        "starting": "begins a card",
        "acting": "works on a card",
        "noting": "works on a card",
        "looking": "is looked at after trouble with a card",
        "pausing": "does not answer, and is looked at again soon",
        "aside": "moves a card to the reject tray",
        "asking": "waits for somebody to look at its card",
        "concluding": "ends a card",
        "resting": "waits a moment after trouble",
        "shut": "is out of service",
        "asked about a card in doubt": "is asked about a card in doubt",
        "checking": "is looked at",
        "sizing a test card": "is looked at before a test card",
        "testing": "makes a test card",
        "being freed": "is being freed by order of a person",
    },
    "condition": {
        "cover-open": "an open cover",
        "media-empty": "no blanks in the hopper",
        "media-low": "few blanks in the hopper",
        "media-needed": "no blank from the hopper",
        "media-jam": "a stuck card",
        "media-jam-card-lost": "a card lost inside",
        "marker-print-ribbon-empty": "a ribbon at its end",
        "marker-print-ribbon-almost-empty": "a ribbon near its end",
        "marker-print-ribbon-missing": "no ribbon",
        "marker-supply-empty": "a film at its end",
        "output-area-full": "a full output tray",
        "output-area-full-reject": "a full reject tray",
        "over-temperature": "too much heat",
        "warming-up": "that it warms up",
        "power-low": "too low a voltage",
        "interlock-open": "that it is locked",
        "cleaning-due": "a cleaning that is due",
        "cleaning-needed": "a cleaning that is needed",
        "power-up": "a restart",
        "panel-cancel": "a cancel at its panel",
        "panel-retry": "a second try ordered at its panel",
        "moving": "that it moves",
        "offline": "that it is offline",
        "other": "something of its own",
    },
    "supply": {"ribbon": "ribbon", "film": "film", "blanks": "blanks"},
    "hold": {
        "UNDER_AGE": "under seventeen",
        "DUPLICATE_CHECK": "check of a double recording",
        "DEATH_REPORT": "report of death",
        "BATCH": "waiting for its batch",
        "INQUIRY": "inquiry",
        "IDENTITY": "question of identity",
    },
}

#: Facts that name a field, a person or a thing; they are never read as phrases.
NAMES = frozenset(
    {"field", "id", "key", "party", "record", "report", "serial", "station", "allotment", "printer", "list", "receipt"}
)

#: Phrases that no source has word for word; `{0}` is the first number in them.
PHRASES = (
    # a NIK
    "colours missing: {0}", "its driver is not wholly shut in: {0}",
    "the printer has no place {0}, which its chip reader needs",
    "{0} characters", "letters", "spaces", "digits of another script", "signs that are no digits",
    "a number rounded by a spreadsheet, its digits are lost",
    "day {0}", "month {0}", "day {0} in month {1}", "number {0}",
    # a value of a record
    "before {0}", "{0} to {1} characters on one line", "{0} to {1} signatures", "{0} to {1} milliseconds",
    "a region code such as {0}, {1}.{2}, {3}.{4}.{5} or {6}.{7}.{8}.{9}",
    "surrendered", "declared lost", "surrendered or declared lost", "missing", "superseded", "named twice",
    "a person not due for a card", "a person not recorded", "a person recorded and not print-ready",
    "a print-ready record, version {0}",
    # parties, people and serials
    "up to {0} of A-Z {1}-{2} . -", "{0} <= first <= last <= {1}", "{0} runs", "{0} different", "{0}, one a blank",
    "the station", "nobody", "the hub",
    # a file
    "the file", "no rows", "{0} bytes", "at most {0} bytes", "at most {0} bytes; split the file", "at most {0}",
    "byte {0} is not UTF-{1}", "it holds zero bytes", "quotes do not match from line {0} on",
    "{0} cells", "column {0} has no known name", "column {0} repeats an earlier one", "column {0} repeats another",
    "the same person as in line {0}", "line {0} is not event {1}",
    "the token does not answer as it should ({0})", "the main loop has not gone round for {0} s",
    "the printer's {0}", "port {0} cannot be had ({1})",
    "for its owner alone: chmod {0} {1}; then choose another passphrase",
    "{0}-key beside it", "for its owner alone: chmod {0} {1}", "line {0}",
    "port is {0}", "authorise_every_ms is {0}", "at least {0} characters", "{0} keys", "{0} blanks",
    # a damaged book
    "it has {0} leaves and there are {1} seals",
    "seal {0}", "event {0}", "events {0} to {1}", "the ids asked in seal {0}", "it does not fit seal {0}",
    "there is no seal {0}; the last is {1}", "they are not those of seal {0}", "schema {0}, which never was",
    "they are not those of seal {0}; verifying from zero names them",
    "the hub acknowledged commit {0}, which is not there", "its header has another number",
    "its head does not fit its header", "it does not follow the seal before it",
    # why a station is stopped, a movement stays, or nobody answered
    "two histories of this station's book", "its book differs from the hub's copy at commit {0}",
    "the blanks are being counted", "the day is closed",
    "its blanks were moved again by movement {0}", "it answered with status {0}",
    "the answer is longer than {0} bytes", "no whole answer within {0} ms",
    # a report
    "the report's own sum is off by {0}", "the report's own sum is off by -{0}", "the lines",
    "a final report has no suspects ({0}) and nothing remaining ({1})",
    "another person", "no person", "a person", "none",
    # consignments, loans, destruction, old cards
    "{0} named", "{0} or more from outside", "{0} blanks the borrower itself had sent away", "{0} cards",
    "up to {0} characters in one line", "blanks of {0} classes", "the borrower's province, province/{0}",
    "the old-card book", "agreed and not delivered", "delivered and not returned", "any place", "anybody",
    "(none named)", "{0} for a card that is read or whose holder is known, else {1} to {2}",
    # a physical count
    "{0}, less than listed", "{0} or more", "{0} serials, {1} blanks", "{0} to {1}",
    # figures of offices, and policies
    "office/{0}.{1}, province/{2} or group/{3}/NAME, kept as text", "also printed_{0}", "digits only: {0}",
    # a daily report, a month, an interim letter
    "another day than in line {0}: two reports in one", "another office than in line {0}: two reports in one",
    "no code of a regency or city, such as {0}.{1}",
    "a count of {0} to {1}", "{0}, the last report of that day",
    "the letter's number, {0} to {1} characters", "said twice, in line {0} too; it counts for neither",
    "longer than {0} characters", "{0} cells, the head has {1}", "the same office and day as in line {0}",
    "a list of texts", "a text on one line", "a date such as {0}-{1}-{2}", "every day",
    "nothing, or no in the column is_store: a store prints nothing", "{0} policies", "{0} policies hold at once",
    "line {0} is not TOML", "a key of the reference of policies",
    "a whole number from {0} to {1}", "{0} months", "{0} months, as in printed_per_month, or none", "{0} classes",
    "{0} or at least one lot, {1}", "at most the quota, {0}", "{0} or whole lots of {1}", "below loan_keep_days, {0}",
    "{0} or at least target_cover_days, {1}",
    "a reason of {0} to {1} characters",
    # test cards
    "a test card is under way", "an end of the test", "no test card", "ordered or begun", "begun or ordered",
    "its test card has not ended; if it does not come back, say so with `ektp station doubt-test`,"
    " and two people close the blank",
    "the hopper may hold a blank that is suspect",
    "it was silent while a person had it freed, and nobody knows what it did",
    "a card left inside", "its driver was started anew",
    "it was freed by a person and does not say whether it is empty",
    "a look at {0}", "no step", "a card noted as come out; before that only that nobody knows",
    "several blanks in a row failed before printing: its reader or its path may be broken, not the blanks",
    # the counter and the queue
    "it has not heard the hub since it was started", "a printer that is paused", "a printer that is not paused",
    "the pause of printer", "the lift of record", "the proposal", "the answer to proposal",
    "the papers for this record, receipt", "the kind of paper in up to {0} characters, without a number of it",
    "the batch that is printed first", "{0} lines", "{0} to {1} lines", "a line that is not there, or twice",
    "lines {0} to {1}, each once", "a NIK and a reason", "another head",
    "a CSV file with the columns nik and reason (alasan)", "what people may ask of a station",
    # closed days and cards in doubt
    "more than {0} days ago", "a date of the last {0} days",
    "{0} pieces for one card", "up to {0}; settle the card with what is known",
    "unused, after a card was made of it", "the station's own word", "count-begun, count-given-up or reopened",
    # a moved or restored station
    "the book was restored and has not heard the hub yet",
    "the book was restored: two people compare the printer's counter with the book",
    # what may stand in a place of a form
    "text", "whole number", "base64", "the fields below", "[text, whole number]",
    "[text, whole number, whole number]", "[text, text, text, whole number]",
)  # fmt: skip

#: Short sentences with names in them. What stands in a place is looked up in its turn; a name may
#: end in a number, so that one kind of fact can stand twice.
SENTENCES = (
    # how a station's book is kept
    "The key of this station's book lies open beside it: whoever takes the disk can read every person's data"
    " in it. Give the station's key a passphrase.",
    "The passphrase of this station lies in its own folder: whoever takes the disk can read every person's data."
    " Keep that file elsewhere.",
    "the disk is nearly full; cards under way are finished, and no new one is begun before there is room",
    # a report
    "{column}: {stated} reported, {held} in the book",
    "{serial} is named twice",
    "{serial} is reported but is neither bad nor lost in the book",
    "{card} is missing from the report",
    "{card} is reported for the wrong person (the book has {whom})",
    "{card} is reported for another attempt",
    "{card} is lost in the book",
    "{card} is bad in the book",
    "{serial} (record {record})",
    # a count, a movement, a bucket
    "not named: {serials}",
    "not of this consignment: {serials}",
    "{bucket} or {bucket2} (it is in {bucket3})",
    "{bucket} (it is in {bucket2})",
    "{bucket} to {bucket2} is closed by its own act",
    "{pile}, blanks of class {blank_class}",
    "{serial} in {bucket} of {party}, class {blank_class}",
    # consignments, loans, destruction
    "as the rule of that day has it: {method}, by {kind}",
    "{method} by {kind}",
    "{party}, or {party2} on the way",
    "blanks of class {blank_class}",
    "a loan between {party} and {party2}",
    "allotment {name}",
    # a file
    "it cannot be read ({error})",
    "the key {name} is not known",
    "{name} is not as agreed",
    "{name} is of another kind",
    "{name} is not hexadecimal",
    "the book was packed and goes on elsewhere: {to}",
    "{name} is missing on this machine",
    "others on this machine can use it (mode {mode})",
    "a book, or a folder with files that end in {endings}",
    "a step after {name}",
    "what a {name} entry may carry",
    # a damaged book
    "payload {digest}",
    "asked id {id}",
    "total {series}",
    "holding {serial}",
    "the schema ({name})",
    "the beginning of the table {name}",
    "no seal has the head {head}; the last is {n}",
    "the hub acknowledged another head for it, {head}",
    # printing
    "the card of {record} is in it",
    "it does not answer: {why}",
    "a reader of {party}",
    "driver {driver} sees no printer {serial}: {why}",
    "driver {driver} sees no printer {serial}",
    "no spooler answers at {path} ({error})",
    "a fault of this program at {place}",
    "several blanks in a row failed before printing: its reader or its path may be broken, not the blanks;"
    " the printer says: {code}",
    "{code}: the hopper may hold blanks that the book has elsewhere",
    "an entry of the feed was not taken: {why}",
    "the key of {owner}",
    "the code of {name}",
    # the demo
    "blanks of the manifest are not in the book: {serials}",
    "two good cards: {name}",
    "{serial} is {bucket} in the book and something else in fact",
    "the {process} did not start; see {path}",
    "printer {printer} did not start: {error}",
    "the suspect card {serial} is still in the {place}: nobody can judge it there",
    "{serial} is a good card of no authorisation",
    "{number} records are too few for this story; it takes {number2} or more",
    "--driver {name} needs {what}; on Debian: apt-get install {packages}",
    '--driver {name} needs more of Python: pip install "{package}"',
    "waited {seconds} s in vain until {what}; see the logs in {path}",
    "spoiled cards in the trays {serials} are not those of the book {serials2}",
    "a date up to {day}",
    "{party} {pile} {name}: {number} counted, {number2} in the book",
    # figures of offices, and policies
    "the same office and class as in line {lines}",
    "{party} twice with class {blank_class}",
    "one of: {names}",
    "a file, or one of: {names}",
    "no policy holds on {day}",
    "two policies of one name hold on {day}",
    "{day} or later",
    "{day}, a day that no calendar has",
    "perhaps {key}",
    # what may stand in a place of a form
    "a list of: {form}",
    "{form} or nothing",
)
