"""From anyone's CSV to a report: read the trials, analyse every outcome, write a project, build it.

    python -m analysis.report trials.csv --out report/     a report, site and PDF
    python -m analysis.report init ../my-review             a project for a manuscript of one's own

    source      a CSV file                     -> its header and rows, as text
    settings    the YAML beside it             -> what the file itself cannot say
    roles       what a column's name usually means
    columns     source, settings               -> how every column is understood
                by arms, where groups have names of their own; lacking tells what is missing
    measures    effect sizes: from which columns, how they are called and shown
    trials      rows, columns                  -> outcomes, each with its effects; keys names them
    compose     outcomes                       -> one registry of values, phrases, tables, figures:
                by describe, studies, pooled, counts, empty, dependent, subgroups, moderators, bias,
                sensitivity, next_trial, whatif, published, changed, with writer, wording and within
    chapters    outcomes                       -> the text that shows them
    project     all of it                      -> a Quarto book in a folder
    init        a project of one's own, with the engine packed by wheel; stamp, assets

Nothing is guessed silently: the report has a table of how every column was understood, and a file
that cannot be understood is refused with all problems at once, each with its row and column.
"""
