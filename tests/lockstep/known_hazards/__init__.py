"""What is known to go wrong with units like this: rows of peers/evse.md 3 and 4 as cases.

HAZARDS has an entry for each row of "bugs that hurt people or cars" (4), then for each row of
"what people ask for most" (3) that is about the unit or its world. Two rows are missing:
"downgrade used to break in" and "update that cannot brick" come with updates, for which there is
no path yet. Of section 3, row 6, tests without hardware, is this folder; of row 8, the
downloadable report is not there yet.
"""

from tests.lockstep.known_hazards import contacts, control, faults, pausing, pilot, wishes
from tests.lockstep.known_hazards.cases import Hazard

_TABLES = (contacts, pilot, faults, control, pausing, wishes)
HAZARDS: dict[str, Hazard] = {
    name: hazard for table in _TABLES for name, hazard in table.HAZARDS.items()
}
