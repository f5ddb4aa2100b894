"""What `_quarto.yml` runs after rendering: the downloads, then what readers get beside the text.

A script, because Quarto runs scripts with the Python that runs the cells (`_environment` names it),
and commands with whatever the PATH holds.
"""

import sys

from analysis import downloads
from publish.reader import __main__ as reader

sys.exit(downloads.main() or reader.main())
