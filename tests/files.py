"""Small data files that are right, written and spoilt by the tests of reading them."""

from __future__ import annotations

import pytest

from analysis.review import DataError

HEADER = "outcome,study,smd,se,variance,ci_low,ci_high,z,p"
ROW = "symptoms,isasi2010,5.233,0.665,0.442,3.929,6.536,7.868,0.000"
OTHER = "symptoms,otto2003,0.679,0.650,0.423,-0.596,1.954,1.044,0.297"
STUDIES_HEADER = (
    "study,name,diagnosis,disorder,age,female_percent,married_percent,n_treatment,n_control,"
    "treatment,treatment_weeks,symptom_measure,qol_measure,quality"
)
STUDY = "isasi2010,Isasi et al. (2010),Mood Disorder,,41.3,47.5,NRD,20,20,CBT,20,YMRS,NA,1.2"
PUBLISHED_HEADER = "id,where,quantity,printed,note"
PUBLISHED = "results.q,Results,symptoms.fixed.q,90.679,"


def write(name, *lines, end="\n"):
    with open(f"data/{name}.csv", "w", encoding="utf-8", newline="") as file:
        file.write("".join(line + end for line in lines))
    return f"data/{name}.csv"


def problems(read, path):
    with pytest.raises(DataError) as refusal:
        read(path)
    assert isinstance(refusal.value, ValueError)
    return str(refusal.value).split("\n")


def changed(row, **cells):
    values = dict(zip(HEADER.split(","), row.split(","), strict=True)) | cells
    return ",".join(values.values())
