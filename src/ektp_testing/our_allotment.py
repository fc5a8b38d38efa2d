"""Our own plan of allotments behind the harness's protocol (alokasi kita).

>>> from ektp_core.allotment.figures import OfficeFigures
>>> asked = OfficeFigures("office/52.03", "v5", requested=100, best_month=20)
>>> OurAllotment().divide(Policy(name="2017"), {"v5": 800}, [asked]).grants[0].count
20
"""

from collections.abc import Mapping, Sequence

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Plan
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy
from ektp_core.errors import Refused


class OurAllotment:
    """`ektp_core.allotment.plan`."""

    def divide(self, policy: Policy, supply: Mapping[str, int], offices: Sequence[OfficeFigures]) -> Plan | None:
        """The plan, or None where it is refused."""
        try:
            return plan(policy, supply, offices)
        except Refused:
            return None
