"""The site's controller: a utility's programme on one side, the connectors on the other.

`wattback_sim` makes the firmware's own numbers importable, which the site's file is checked by.
"""

import wattback_sim as wattback_sim
