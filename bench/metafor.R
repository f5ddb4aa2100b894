# metafor: the cases of timing.py, timed by the same rule.
suppressMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
studies <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
now <- function() sum(proc.time()[c("user.self", "sys.self")])

cat("version\tmetafor ", as.character(packageVersion("metafor")), ", ", R.version.string, "\n", sep = "")
report <- function(name, f, share = 1, warm = TRUE) {
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
big <- studies("k10000")
report("dl_10000", function() as.numeric(coef(rma(yi, vi, data = big, method = "DL"))), warm = FALSE)
