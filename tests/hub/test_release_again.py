"""What a station gave back by telephone, the hub hands out again by itself, and at once (rule 19)."""

import pytest

from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.printing import Authorise
from ektp_core.flow.queueing import due, rests_until
from ektp_core.flow.releasing import AcceptRelease
from ektp_core.flow.station_loss_events import Released
from ektp_hub.step import HubState, Persist, Ticked, step
from tests.core.flow.office_cards import attempt, issue, load
from tests.core.flow.offices import HUB_KEY, NOW, OFFICE, ONE, TWO, accepted, ask, exchange, log
from tests.core.flow.test_releasing import CODE, burnt

pytestmark = pytest.mark.rule(19)


@pytest.mark.parametrize(("is_by_code", "station"), [(True, TWO), (False, ONE)])
def test_what_a_code_gave_back_is_authorised_again_at_once_but_not_to_the_station_without_a_line(
    is_by_code: bool, station: str
) -> None:
    books, record = burnt()
    if is_by_code:
        accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
        (released,) = log(books.hub, Released)
        assert released.by
    else:
        exchange(books)  # the same word over the line
    load(books, issue(books, "I-2", 3, TWO), TWO)
    exchange(books, TWO)
    assert attempt(books.hub, record).operator == ()  # whoever typed the code ran nothing
    with books.hub.read() as view:
        policy = policy_in_force(view)
        assert (list(due(view, OFFICE, policy, NOW)), rests_until(view, record, NOW)) == ([record], 0)
        _, effects = step(HubState(HUB_KEY), view, Ticked(), NOW)
    (persist,) = (one for one in effects if isinstance(one, Persist))
    assert [one.ask.body for one in persist.works] == [Authorise(record, station)]
