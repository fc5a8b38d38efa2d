"""How long a call may take where nobody answers (batas waktu).

A call must end by its deadline and no more than `SLACK_S` later: the slack is for a busy machine, and a
driver that waits for ever waits far longer. `close` has no deadline, and gets the same.
"""

#: The deadline given to a call whose answer never comes, and how much later it must have ended.
SILENT_MS, SLACK_S = 400, 8.0
