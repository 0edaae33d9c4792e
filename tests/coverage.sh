#!/bin/sh
# Line coverage of each project of src by the tests: tests/coverage.sh [FILTER], a filter as dotnet test takes it.
# Needs nothing but the SDK; the collector is coverlet, as a package of the test project.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# The collector changes assemblies of ours that others were compiled ahead of time together with: that code must not run.
DOTNET_ReadyToRun=0 dotnet test tests/KvmTraceLab.Tests -c Release --nologo -v q --collect "XPlat Code Coverage" --results-directory "$out" ${1:+--filter "$1"} \
  -- DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include='[KvmTraceLab.*]*' \
     DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Exclude='[KvmTraceLab.Tests]*'
# One line of the report for each class; the packages' own rates are rounded, so lines are counted. Partial classes and
# lambdas repeat lines: each line of a file counts once, and is covered when any entry is.
find "$out" -name 'coverage.cobertura.xml' -exec cat {} + | awk '
  function attribute(name,  at, rest) {
    at = index($0, " " name "=\""); if (!at) return ""
    rest = substr($0, at + length(name) + 3); return substr(rest, 1, index(rest, "\"") - 1)
  }
  /<package / { package = attribute("name") }
  /<class / { file = attribute("filename") }
  /<line / {
    key = package SUBSEP file SUBSEP attribute("number")
    if (!(key in seen)) { seen[key] = 0; lines[package]++ }
    if (attribute("hits") + 0 > 0 && !seen[key]) { seen[key] = 1; hit[package]++ }
    if (!seen[key]) missed[file]++
  }
  END {
    for (p in lines) printf "%-24s %6d of %6d lines  %5.1f %%\n", p, hit[p], lines[p], 100 * hit[p] / lines[p] | "sort"
  }'
