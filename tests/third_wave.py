"""ThirdWave, the data of Harrer, Cuijpers, Furukawa & Ebert (2022), Doing Meta-Analysis with R.

Effects of third-wave therapies on stress, as the book's package dmetar holds them; chapter 4.2.1 prints
them to four digits. Chapter 9 analyses them for publication bias.
"""

import numpy as np

YI = np.array([
    0.70913623, 0.35486411, 1.79117003, 0.18245522, 0.42185093, 0.63, 0.72488381, 0.52866381, 0.284,
    1.27506817, 0.10360818, 0.38839056, 0.54073982, 0.42615931, 0.51539692, 1.47972601, 0.61257824,
    0.6,
])  # fmt: skip
SEI = np.array([
    0.26082018, 0.19636241, 0.34556921, 0.1177874, 0.14481276, 0.196, 0.22466414, 0.21046092, 0.168,
    0.33719969, 0.19472746, 0.23076889, 0.24431327, 0.25793794, 0.35127375, 0.31528168, 0.22668336,
    0.249,
])  # fmt: skip
VI = SEI**2
# The two that the book leaves out of its p-curve as outliers.
OUTLIERS = (2, 15)
