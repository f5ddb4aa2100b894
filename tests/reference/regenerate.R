# Recomputes every file in metafor/ from its own input. On Debian: apt install r-cran-metafor
# r-cran-jsonlite, then, in this folder: Rscript regenerate.R
library(metafor)

# The shortest decimal that reads back to the identical double.
number <- function(x) {
  if (is.na(x)) return("null")
  for (digits in 15:17) {
    text <- sprintf("%.*g", digits, x)
    if (as.numeric(text) == x) return(text)
  }
  text
}

json <- function(x, indent = "") {
  if (is.list(x)) {
    inner <- paste0(indent, "  ")
    parts <- sprintf('%s"%s": %s', inner, names(x), sapply(x, json, indent = inner))
    return(paste0("{\n", paste(parts, collapse = ",\n"), "\n", indent, "}"))
  }
  parts <- if (is.character(x)) sprintf('"%s"', x) else sapply(x, number)
  if (inherits(x, "vector")) paste0("[", paste(parts, collapse = ", "), "]") else parts
}
vector_of <- function(x) structure(as.numeric(x), class = "vector")

fit <- function(yi, vi, method) {
  m <- rma(yi, vi, method = method)
  p <- predict(m, pi.type = "riley")
  c(list(b = as.numeric(m$b), se = m$se, zval = m$zval, pval = m$pval, ci.lb = m$ci.lb,
         ci.ub = m$ci.ub, tau2 = m$tau2, I2 = m$I2, H2 = m$H2, QE = m$QE, QEdf = m$k - m$p,
         QEp = m$QEp, weights = vector_of(weights(m))),
    if (!is.null(p$pi.lb)) list(predict.riley = list(pi.lb = p$pi.lb, pi.ub = p$pi.ub)))
}

versions <- list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")))
for (file in Sys.glob("metafor/*.json")) {
  old <- jsonlite::fromJSON(file)
  yi <- old$input$yi
  vi <- old$input$vi
  new <- list(id = old$id, versions = versions,
              input = list(yi = vector_of(yi), vi = vector_of(vi)),
              fits = list(FE.z = fit(yi, vi, "FE"), DL.z = fit(yi, vi, "DL")))
  writeLines(json(new), file)
}
