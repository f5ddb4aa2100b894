"""What the manuscript says: each module fills the registry with one subject's values.

settings   what is fixed beforehand, such as the level of the intervals
trials     the trials and the table of their characteristics
outcome    one outcome: its trials, pooled effects, forest plot, each trial left out
agreement  printed and recomputed pooled results side by side
"""
