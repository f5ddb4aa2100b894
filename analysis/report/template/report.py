"""Everything that the chapters show, by name; computed once from `data/trials.csv`.

v(name) a number, p(name) a p-value, say(name) wording, table(name), figure(name), what_if().
"""

from pathlib import Path

from analysis.report.project import open_project

PROJECT = open_project(Path(__file__).parent, file="trials.csv")
v, p, say = PROJECT.shown.v, PROJECT.shown.p, PROJECT.shown.say
table, figure, what_if = PROJECT.shown.table, PROJECT.shown.figure, PROJECT.shown.what_if
