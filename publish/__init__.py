"""A Quarto book project in, a site and a PDF out.

Two engines render the same chapters. `quarto` calls the Quarto command line. `embedded` needs
wheels only: IPython executes the cells, Pandoc reads, numbers and cites, and writes the pages,
Typst sets the PDF. The embedded engine supports the subset of Quarto that a manuscript of this
kind uses, follows Quarto's HTML conventions, and refuses the rest with file, line and key.

    project    `_quarto.yml`          -> Project
    qmd        a chapter's source     -> text, cells and inline expressions, each with its line
    results    what must run, and why; the rest is kept (`cache`)
    jobs       a fresh process for what must run; `workers` is that process: it imports once, then
               forks one process a job; `execute` is one chapter in IPython
    document   executed Markdown      -> one numbered, cited Pandoc document
    site       that document          -> HTML pages; `reader` adds what readers can do with them
    pdf        that document          -> Typst -> PDF/UA-1
    build      all of it, aside, then swapped in; `workspace` lets one build at a time do so
    preview    builds again on every change; `server` serves what was built

Nothing here knows what the chapters compute: this package imports nothing from `analysis`.
"""
