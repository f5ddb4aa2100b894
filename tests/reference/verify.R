# Computes again, from each file's own input, what Debian's metafor gives of it, and says how far the
# files are from that. On Debian: apt install r-cran-metafor r-cran-jsonlite; in this folder:
# Rscript verify.R
suppressPackageStartupMessages(library(metafor))

METHODS <- c("FE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
TESTS <- c("z", "t", "knha", "adhoc")
FINE <- list(threshold = 1e-12, maxiter = 10000)
compared <- 0
apart <- data.frame()

compare <- function(file, leaf, new, old) {
  if (is.null(old) || length(new) != length(old)) return(invisible())
  new <- as.numeric(new)
  old <- suppressWarnings(as.numeric(old))
  gap <- max(abs(new - old) / pmax(abs(old), 1e-9), na.rm = TRUE)
  compared <<- compared + 1
  if (gap > 1e-6) apart <<- rbind(apart, data.frame(file = file, leaf = leaf, gap = gap))
}

fit <- function(yi, vi, method, test) {
  control <- if (method %in% c("ML", "REML", "EB")) FINE else if (method == "PM") list(tol = 1e-13)
  rma(yi, vi, method = method, test = test, control = control)
}

for (path in Sys.glob("metafor/*.json")) {
  name <- sub("\\.json$", "", basename(path))
  old <- jsonlite::fromJSON(path, simplifyVector = TRUE)
  if (is.null(old$fits)) next
  yi <- old$input$yi
  vi <- old$input$vi
  for (method in METHODS) for (test in TESTS) {
    theirs <- old$fits[[method]][[test]]
    if (is.null(theirs) || !is.null(theirs$error)) next
    m <- try(fit(yi, vi, method, test), silent = TRUE)
    if (inherits(m, "try-error")) next
    own <- list(b = m$b, se = m$se, zval = m$zval, ci.lb = m$ci.lb, ci.ub = m$ci.ub, tau2 = m$tau2,
                I2 = m$I2, H2 = m$H2, QE = m$QE, QEp = m$QEp)
    for (leaf in names(own)) {
      if (m$tau2 < 1e-9 && leaf %in% c("tau2", "I2")) next
      compare(name, paste("fits", method, test, leaf, sep = "/"), own[[leaf]], theirs[[leaf]])
    }
  }
  egger <- regtest(yi, vi, model = "lm", predictor = "sei")
  compare(name, "bias/regtest/lm/sei", egger$zval, old$bias$regtest$lm$sei$zval)
  left <- leave1out(rma(yi, vi, method = "DL"))
  compare(name, "diag/leave1out/DL", left$estimate, old$diag$leave1out$DL$estimate)
}

cat(sprintf("R %s, metafor %s: %d leaves computed again, %d further than 1e-6 from the files\n",
            getRversion(), packageVersion("metafor"), compared, nrow(apart)))
if (nrow(apart)) print(head(apart[order(-apart$gap), ], 20), row.names = FALSE)
