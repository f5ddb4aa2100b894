"""What `_quarto.yml` runs after rendering: the downloads, then what readers get beside the text."""

import sys

from report import PROJECT

from publish.reader import __main__ as reader

sys.exit(PROJECT.write_downloads() or reader.main())
