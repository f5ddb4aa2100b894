# metafor: the cases of timing.py, timed by the same rule.
# Debian: r-cran-metafor, r-cran-numderiv, r-cran-clubsandwich, r-cran-lme4. What a package is missing
# for is told, and stays empty.
suppressMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
studies <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
now <- function() sum(proc.time()[c("user.self", "sys.self")])

cat("version\tmetafor ", as.character(packageVersion("metafor")), ", ", R.version.string, "\n", sep = "")
report <- function(name, ...) {
  tryCatch(timed(name, ...), error = function(e) message(name, ": ", conditionMessage(e)))
}
timed <- function(name, f, share = 1, warm = TRUE) {
  value <- if (warm) f() else NA
  # The clock has milliseconds: a run is as many calls as take a tenth of a second.
  calls <- 1
  repeat {
    start <- now(); for (i in seq_len(calls)) value <- f(); took <- now() - start
    if (took > 0.1) break
    calls <- calls * 4
  }
  times <- took / calls
  while ((sum(times) * calls < 1 || length(times) < 3) && took < 3) {
    start <- now(); for (i in seq_len(calls)) f(); times <- c(times, (now() - start) / calls)
  }
  shown <- if (is.numeric(value)) format(value, digits = 15) else ""
  cat(name, median(times) / share, shown, share, sep = "\t"); cat("\n")
}

d <- studies("k18")
d$x <- 0:17
fit <- function(method) as.numeric(coef(rma(yi, vi, data = d, method = method)))
report("dl_18", function() fit("DL"))
report("reml_18", function() fit("REML"))
r <- rma(yi, vi, data = d, method = "REML")
report("leave_one_out", function() { leave1out(r); NULL })
report("influence", function() { influence(r); NULL })
m <- rma(yi, vi, mods = ~x, data = d, method = "REML")
report("permutations", function() { permutest(m, iter = 1000, progbar = FALSE); NULL }, warm = FALSE)
drawn <- 2000
share <- drawn / (2^18 - 1)
for (method in c("DL", "REML")) {
  base <- rma(yi, vi, data = d, method = method)
  report(paste0("gosh_", tolower(method)),
         function() { gosh(base, subsets = drawn, progbar = FALSE); NULL }, share, warm = FALSE)
}
report("trim_fill", function() as.numeric(coef(trimfill(r, side = "left"))))
report("egger_reml", function() { regtest(yi, vi, data = d, model = "rma"); NULL })
ml <- rma(yi, vi, data = d, method = "ML")
report("selection", function() as.numeric(selmodel(ml, type = "stepfun", steps = 0.025)$beta))
dl <- rma(yi, vi, data = d, method = "DL")
report("henmi_copas", function() as.numeric(hc(dl)$beta))
d$study <- rep(1:6, each = 3)
d$unit <- 1:18
report("multilevel", function() as.numeric(coef(rma.mv(yi, vi, random = ~ 1 | study / unit, data = d))))
report("robust", function() { robust(rma(yi, vi, data = d), cluster = study, clubSandwich = TRUE); NULL })
i <- 0:17
t <- data.frame(ai = 3 + i %% 7, n1i = 40 + 5 * i, ci = 5 + i %% 5, n2i = 45 + 4 * i)
report("mantel_haenszel", function() { rma.mh(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = t); NULL })
report("glmm", function() { rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = t); NULL }, warm = FALSE)
big <- studies("k10000")
report("smd_10000", function() {
  escalc(measure = "SMD", m1i = yi, sd1i = 1 + vi, n1i = rep(30, 1e4), m2i = 0 * yi, sd2i = 1 + vi,
         n2i = rep(28, 1e4), data = big); NULL })
report("dl_10000", function() as.numeric(coef(rma(yi, vi, data = big, method = "DL"))), warm = FALSE)
