"""Published distributions of log(tau2) in Cochrane reviews, by kind of outcome and comparison.

Each is a pair: mean and standard deviation of a normal distribution, or location and scale of t with
5 degrees of freedom. "control" means placebo or control, "any" also includes pharmacological.
The papers fit a sum of an effect of the outcome and one of the comparison, so that the means of one
comparison lie a constant apart from those of another; a test holds the tables to it.
"""

# Of any outcome and comparison: Turner et al. (2012) and (2015), and Rhodes et al. (2015).
GENERAL = {"turner2012": (-2.56, 1.74), "turner2015": (-2.56, 1.74), "rhodes2015": (-3.44, 2.59)}

# Turner, Davey, Clarke, Thompson & Higgins (2012), Int J Epidemiol 41, 818: log odds ratios.
TURNER_2012 = {
    "pharmacological vs control": {
        "all-cause mortality": (-4.06, 1.45),
        "semi-objective": (-3.02, 1.85),
        "subjective": (-2.13, 1.58),
    },
    "pharmacological vs pharmacological": {
        "all-cause mortality": (-4.27, 1.48),
        "semi-objective": (-3.23, 1.88),
        "subjective": (-2.34, 1.62),
    },
    "non-pharmacological vs any": {
        "all-cause mortality": (-3.93, 1.51),
        "semi-objective": (-2.89, 1.91),
        "subjective": (-2.01, 1.64),
    },
}

# Turner, Jackson, Wei, Thompson & Higgins (2015), Stat Med 34, 984, table IV: log odds ratios.
TURNER_2015 = {
    "pharmacological vs control": {
        "all-cause mortality": (-3.95, 1.34),
        "obstetric outcomes": (-3.52, 1.74),
        "cause-specific mortality or major morbidity": (-3.71, 1.74),
        "resource use or process": (-2.34, 1.74),
        "surgical or device success": (-2.14, 1.74),
        "withdrawals": (-2.99, 1.74),
        "internal or external structure": (-2.71, 1.74),
        "physical health": (-2.29, 1.53),
        "adverse events": (-1.87, 1.52),
        "infection or new disease": (-2.49, 1.52),
        "signs or symptoms": (-2.06, 1.51),
        "pain": (-1.83, 1.52),
        "quality of life or functioning": (-2.54, 1.54),
        "mental health": (-2.12, 1.53),
        "biological markers": (-1.77, 1.52),
        "subjective outcomes": (-2.70, 1.52),
    },
    "pharmacological vs pharmacological": {
        "all-cause mortality": (-4.18, 1.41),
        "obstetric outcomes": (-3.75, 1.79),
        "cause-specific mortality or major morbidity": (-3.95, 1.79),
        "resource use or process": (-2.58, 1.79),
        "surgical or device success": (-2.37, 1.79),
        "withdrawals": (-3.23, 1.79),
        "internal or external structure": (-2.94, 1.79),
        "physical health": (-2.53, 1.58),
        "adverse events": (-2.10, 1.58),
        "infection or new disease": (-2.73, 1.58),
        "signs or symptoms": (-2.29, 1.58),
        "pain": (-2.06, 1.58),
        "quality of life or functioning": (-2.78, 1.60),
        "mental health": (-2.35, 1.60),
        "biological markers": (-2.00, 1.58),
        "subjective outcomes": (-2.93, 1.58),
    },
    "non-pharmacological vs control": {
        "all-cause mortality": (-4.17, 1.55),
        "obstetric outcomes": (-3.74, 1.91),
        "cause-specific mortality or major morbidity": (-3.93, 1.91),
        "resource use or process": (-2.56, 1.91),
        "surgical or device success": (-2.36, 1.91),
        "withdrawals": (-3.21, 1.91),
        "internal or external structure": (-2.93, 1.92),
        "physical health": (-2.51, 1.72),
        "adverse events": (-2.10, 1.71),
        "infection or new disease": (-2.71, 1.71),
        "signs or symptoms": (-2.28, 1.71),
        "pain": (-2.05, 1.71),
        "quality of life or functioning": (-2.77, 1.73),
        "mental health": (-2.34, 1.72),
        "biological markers": (-1.99, 1.71),
        "subjective outcomes": (-2.92, 1.71),
    },
    "non-pharmacological vs pharmacological": {
        "all-cause mortality": (-2.92, 1.02),
        "obstetric outcomes": (-2.49, 1.50),
        "cause-specific mortality or major morbidity": (-2.68, 1.51),
        "resource use or process": (-1.31, 1.50),
        "surgical or device success": (-1.11, 1.50),
        "withdrawals": (-1.96, 1.51),
        "internal or external structure": (-1.67, 1.51),
        "physical health": (-1.26, 1.25),
        "adverse events": (-0.84, 1.24),
        "infection or new disease": (-1.46, 1.24),
        "signs or symptoms": (-1.03, 1.24),
        "pain": (-0.80, 1.25),
        "quality of life or functioning": (-1.51, 1.27),
        "mental health": (-1.09, 1.27),
        "biological markers": (-0.74, 1.24),
        "subjective outcomes": (-1.67, 1.25),
    },
    "non-pharmacological vs non-pharmacological": {
        "all-cause mortality": (-3.50, 1.26),
        "obstetric outcomes": (-3.08, 1.68),
        "cause-specific mortality or major morbidity": (-3.27, 1.68),
        "resource use or process": (-1.90, 1.68),
        "surgical or device success": (-1.69, 1.68),
        "withdrawals": (-2.55, 1.68),
        "internal or external structure": (-2.26, 1.68),
        "physical health": (-1.85, 1.46),
        "adverse events": (-1.43, 1.45),
        "infection or new disease": (-2.05, 1.45),
        "signs or symptoms": (-1.61, 1.45),
        "pain": (-1.38, 1.45),
        "quality of life or functioning": (-2.10, 1.47),
        "mental health": (-1.67, 1.47),
        "biological markers": (-1.33, 1.45),
        "subjective outcomes": (-2.26, 1.45),
    },
}

# Rhodes, Turner & Higgins (2015), J Clin Epidemiol 68, 52, table 3: standardised mean differences, in
# areas other than cancer and respiratory diseases.
RHODES_2015 = {
    "pharmacological vs control": {
        "obstetric outcomes": (-4.13, 2.34),
        "resource use or process": (-2.55, 2.73),
        "internal or external structure": (-2.43, 2.50),
        "physical health, adverse events, pain or quality of life": (-3.16, 2.50),
        "signs, symptoms, infection or new disease": (-3.00, 2.50),
        "mental health": (-2.99, 2.16),
        "biological markers": (-3.41, 2.83),
        "subjective outcomes": (-2.76, 2.58),
    },
    "pharmacological vs pharmacological": {
        "obstetric outcomes": (-4.40, 2.31),
        "resource use or process": (-2.83, 2.70),
        "internal or external structure": (-2.70, 2.46),
        "physical health, adverse events, pain or quality of life": (-3.44, 2.44),
        "signs, symptoms, infection or new disease": (-3.27, 2.47),
        "mental health": (-3.27, 2.14),
        "biological markers": (-3.68, 2.78),
        "subjective outcomes": (-3.03, 2.59),
    },
    "non-pharmacological vs any": {
        "obstetric outcomes": (-3.99, 2.11),
        "resource use or process": (-2.41, 2.57),
        "internal or external structure": (-2.29, 2.32),
        "physical health, adverse events, pain or quality of life": (-3.02, 2.27),
        "signs, symptoms, infection or new disease": (-2.86, 2.33),
        "biological markers": (-3.27, 2.66),
        "subjective outcomes": (-2.62, 2.41),
    },
}

# Cells that the papers print and that do not fit the rest of their table.
MISPRINTED = {
    ("mental health", "non-pharmacological vs any"): (
        "Rhodes et al. (2015) print -3.85 for mental health, non-pharmacological vs any, where the sum "
        "that they fit gives -2.85; choose log_t(-3.85, 1.93) or log_t(-2.85, 1.93) yourself"
    ),
}
