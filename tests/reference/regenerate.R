# Recomputes the block `fits` of every file in metafor/ from the file's own input, and stops where a number
# differs from the pinned one. On Debian: apt install r-cran-metafor r-cran-jsonlite, then, in this
# folder: Rscript regenerate.R
suppressPackageStartupMessages(library(metafor))

methods <- c("FE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
statistics <- c("b", "se", "zval", "pval", "ci.lb", "ci.ub", "tau2", "se.tau2", "I2", "H2", "QE", "QEp")
control <- list(threshold = 1e-12, maxiter = 10000, tol = 1e-12)  # of iterations; see README.md

# An iteration that stops at the boundary leaves numbers below these in place of 0.
boundary <- c(tau2 = 1e-9, I2 = 1e-6)

# How far apart two numbers are, relative to the larger.
apart <- function(new, old, name) {
  if (length(old) == 0 || is.na(old)) return(0)
  larger <- max(abs(new), abs(old))
  if (larger == 0 || (name %in% names(boundary) && larger < boundary[[name]])) return(0)
  abs(new - old) / larger
}

for (file in Sys.glob("metafor/*.json")) {
  content <- jsonlite::fromJSON(file)
  if (is.null(content$input)) next
  worst <- 0
  for (method in methods) for (test in intersect(c("z", "t", "knha"), names(content$fits[[method]]))) {
    old <- content$fits[[method]][[test]]
    if (!is.null(old$error)) next
    new <- suppressWarnings(rma(content$input$yi, content$input$vi, method = method, test = test,
                                control = control))
    for (name in statistics) {
      distance <- apart(as.numeric(new[[name]]), as.numeric(old[[name]]), name)
      if (distance > 1e-6) {
        stop(sprintf("%s: %s.%s %s is %s, pinned as %s", file, method, test, name, new[[name]],
                     old[[name]]))
      }
      worst <- max(worst, distance)
    }
  }
  cat(sprintf("%-36s largest relative difference %.1e\n", file, worst))
}
