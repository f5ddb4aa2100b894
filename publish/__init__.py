"""A Quarto book project in, a site and a PDF out.

Two engines render the same chapters. `quarto` calls the Quarto command line. `embedded` needs
wheels only: IPython executes the cells, Pandoc reads, numbers and cites, and writes the pages,
Typst sets the PDF. The embedded engine supports the subset of Quarto that a manuscript of this
kind uses, follows Quarto's HTML conventions, and refuses the rest with file, line and key.

    project   `_quarto.yml`          -> Project
    qmd       a chapter's source     -> text, cells and inline expressions, each with its line
    execute   one chapter            -> Markdown with its outputs
    workers   all chapters           -> one forked process each
    document  executed Markdown      -> one numbered, cited Pandoc document
    site      that document          -> HTML pages
    pdf       that document          -> Typst -> PDF/UA-1
    build     all of it, aside, then swapped in

Nothing here knows what the chapters compute: this package imports nothing from `analysis`.
"""
