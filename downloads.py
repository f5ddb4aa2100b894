"""What `_quarto.yml` runs after rendering: Quarto calls scripts with the Python that runs the cells."""

import sys

from analysis.downloads import main

sys.exit(main())
