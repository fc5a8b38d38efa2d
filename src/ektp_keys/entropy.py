"""Where fresh bytes come from (keacakan): the operating system, unless somebody says otherwise.

Everything here that needs chance takes an `Entropy`; only a simulator passes another one than
`os.urandom`, so that the same seed makes the same keys again.
"""

from collections.abc import Callable

Entropy = Callable[[int], bytes]
