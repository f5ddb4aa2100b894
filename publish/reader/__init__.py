"""What a reader can do with the pages, whichever engine wrote them.

    markup      HTML as nodes that know their place in the source
    pages       what each page gets: script, style, tools by figures and tables, citation, downloads
    notebook    the code behind each figure and table, folded below it
    metadata    what machines read of a page: JSON-LD, Google Scholar, OpenGraph
    links       from what names a value to where another page shows it
    index       what search and previews know, as script files, since pages opened from a disk
                may load a script but not read a file
    made        what the site was made from, in words
    trace       where each number comes from, in parts
    features    all of it, for a folder of rendered pages
    assets/     the style and the script, one file a topic

`python -m publish.reader` is the post-render step of both engines. It may run twice over a page:
what it once put there it leaves alone.
"""
