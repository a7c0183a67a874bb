# Rscript peers.R have                       the peers that are installed, with their versions
# Rscript peers.R PEER METHOD FILE ROUNDS    one peer's analysis of the ratings in FILE, timed in the call
#
# Prints name=value lines: wall and cpu in seconds, one a round; peak in MB of R's memory; number, by which the
# caller sees that the peer computed the same.
wish <- commandArgs(trailingOnly = TRUE)
peers <- c("MRMCaov", "RJafroc", "iMRMC", "pROC")

if (wish[1] == "have") {
  for (peer in peers) {
    if (requireNamespace(peer, quietly = TRUE)) cat(peer, "=", as.character(packageVersion(peer)), "\n", sep = "")
  }
  quit()
}

ratings <- read.csv(wish[3], colClasses = c("character", "character", "character", "integer", "numeric"))
ratings$case <- factor(ratings$case, levels = unique(ratings$case))

mrmcaov <- function(method) {
  suppressMessages(library(MRMCaov))
  run <- function() switch(method,
    delong = mrmc(empirical_auc(truth, rating), condition, reader, case, data = ratings, cov = DeLong),
    jackknife = mrmc(empirical_auc(truth, rating), condition, reader, case, data = ratings, cov = jackknife),
    unbiased = mrmc(empirical_auc(truth, rating), condition, reader, case, data = ratings, cov = unbiased))
  list(run = run, number = function(found) summary(found)$test_equality[["p-value"]])
}

rjafroc <- function(method) {
  suppressMessages(library(RJafroc))
  part <- function(truth) {
    some <- ratings[ratings$truth == truth, ]
    aperm(xtabs(rating ~ case + reader + condition, droplevels(some)), c(3, 2, 1))
  }
  low <- unclass(part(0))
  high <- unclass(part(1))
  dimnames(low) <- dimnames(high) <- NULL
  attr(low, "call") <- attr(high, "call") <- NULL
  dataset <- Df2RJafrocDataset(low, high)
  run <- function() St(dataset, FOM = "Wilcoxon", method = "OR", analysisOption = "RRRC")
  list(run = run, number = function(found) found$RRRC$FTests["Treatment", "p"])
}

imrmc <- function(method) {
  cases <- unique(ratings[c("case", "truth")])
  truth <- data.frame(readerID = "truth", caseID = cases$case, modalityID = "truth", score = cases$truth)
  scores <- data.frame(readerID = ratings$reader, caseID = ratings$case, modalityID = ratings$condition,
    score = ratings$rating)
  data <- rbind(truth, scores)
  for (name in c("readerID", "caseID", "modalityID")) data[[name]] <- factor(data[[name]])
  list(run = function() iMRMC::doIMRMC(data), number = function(found) max(found$Ustat$varAUCAminusAUCB, na.rm = TRUE))
}

proc <- function(method) {
  one <- ratings[ratings$reader == ratings$reader[1], ]
  names <- unique(one$condition)
  curve <- function(name) {
    some <- one[one$condition == name, ]
    pROC::roc(some$truth, some$rating, levels = c(0, 1), direction = "<", quiet = TRUE)
  }
  run <- function() pROC::roc.test(curve(names[1]), curve(names[2]), method = "delong", paired = TRUE)
  list(run = run, number = function(found) unname(found$p.value))
}

peer <- switch(wish[1], MRMCaov = mrmcaov, RJafroc = rjafroc, iMRMC = imrmc, pROC = proc)(wish[2])
for (round in seq_len(as.integer(wish[4]))) {
  gc(reset = TRUE, full = TRUE)
  took <- system.time(found <- peer$run())
  cat("wall=", took[["elapsed"]], "\ncpu=", sum(took[c("user.self", "sys.self", "user.child", "sys.child")], na.rm = TRUE),
    "\npeak=", sum(gc()[, 6]), "\n", sep = "")
}
cat("number=", format(peer$number(found), digits = 15), "\n", sep = "")
