"""What changed between two builds of the manuscript.

    state      what a built site says: its numbers, the verdicts on printed ones, the conclusions
    compare    two states -> what changed
    page       what changed -> a page that needs nothing else, and a table
    built      a commit -> its site, built by its own code in a folder of its own

`python -m analysis.difference BASE` compares the site of the commit BASE with that in `_site`.
"""
