#!/usr/bin/env bash
# Measures ktl against grep, mawk, gawk, trace-cmd and a floor, in one run, as ratios. Usage: bench/run.sh [EVENTS] [OUT.md]
# With KTL_BENCH_DAT=FILE a recorded trace.dat is measured instead of a generated one; its text is made with trace-cmd report.
# With KTL_BENCH_PERF=FILE a perf.data of the same guest (perf kvm stat record) is given to perf kvm stat report beside it.
# With KTL_BENCH_SIZES="1000000 10000000 100000000" cost against size follows (100 million events: 13 GB of files in $TMPDIR).
set -eu
cd "$(dirname "$0")/.."
events=${1:-2400000}
out=${2:-/dev/stdout}
work=${TMPDIR:-/tmp}/ktl-bench
mkdir -p "$work"
dotnet build -c Release src/Cli >/dev/null
dotnet build -c Release tests/fuzz >/dev/null
ktl=$PWD/artifacts/bin/Cli/release/ktl
text=$work/pio-$events.txt
dat=$work/pio-$events.dat
if [ -n "${KTL_BENCH_DAT:-}" ]; then
  dat=$KTL_BENCH_DAT
  text=$work/$(basename "$dat" .dat).txt
  [ -s "$text" ] || trace-cmd report "$dat" 2>/dev/null >"$text"
  events=$($ktl info "$dat" --format json | sed -n 's/^ *"events": \([0-9][0-9]*\),$/\1/p' | head -n 1)
fi
[ -s "$text" ] || dotnet run -c Release --no-build --project tests/fuzz -- --generate text --events "$events" --out "$text" >/dev/null
[ -s "$dat" ] || dotnet run -c Release --no-build --project tests/fuzz -- --generate dat --events "$events" --out "$dat" >/dev/null
cat "$text" "$dat" >/dev/null

# Best of five: seconds of wall time and peak memory in MB.
best() {
  local t best=999999 mem=0 m
  for _ in 1 2 3 4 5; do
    t=$(LC_ALL=C /usr/bin/time -o "$work/time" -f '%e %M' "$@" >/dev/null 2>&1; cat "$work/time")
    m=${t#* }; t=${t% *}
    if awk "BEGIN{exit !($t < $best)}"; then best=$t; mem=$m; fi
  done
  echo "$best $((mem / 1024))"
}

rate() { # seconds, millions
  awk -v s="$1" -v n="$2" 'BEGIN{if (s > 0) printf "%.*f", n / s < 100, n / s; else printf "-"}'
}

row() { # name, reference seconds, file, command…
  local name=$1 ref=$2 file=$3; shift 3
  local r s m
  r=$(best "$@"); s=${r% *}; m=${r#* }
  printf '| %-42s | %6s | %6s | %8s | %6s | %5s |\n' "$name" "$s" "$(awk -v s="$s" -v ref="$ref" 'BEGIN{printf "%.2f", s / ref}')" \
    "$(rate "$s" "$((events / 1000))e-3")" "$(rate "$s" "$(stat -Lc %s "$file")e-6")" "$m"
}

gawk_line='/kvm_exit:/{for(i=1;i<=NF;i++)if($i=="reason"){c[$(i+1)]++;break}}END{for(k in c)print k,c[k]}'
{
  echo "# $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs"
  echo
  echo "$events events; text $(($(stat -c %s "$text") / 1000000)) MB, trace.dat $(($(stat -c %s "$dat") / 1000000)) MB; best of five, files in the page cache."
  echo "$(dotnet --version) SDK, ktl $($ktl --version), $(gawk --version | head -n 1), $(trace-cmd --version 2>/dev/null | awk '/version/ {print; exit}')"
  echo
  g=$(best gawk "$gawk_line" "$text"); g=${g% *}
  echo "| text                                       |      s | x gawk | M events/s | MB/s | peak MB |"
  echo "|---|---:|---:|---:|---:|---:|"
  row "wc -l (floor: newline scan)" "$g" "$text" wc -l "$text"
  row "grep -c kvm_exit:" "$g" "$text" sh -c "grep -c kvm_exit: '$text' | cat"
  row "mawk histogram" "$g" "$text" mawk "$gawk_line" "$text"
  row "gawk histogram" "$g" "$text" gawk "$gawk_line" "$text"
  row "ktl info" "$g" "$text" "$ktl" info "$text"
  row "ktl analyze" "$g" "$text" "$ktl" analyze "$text"
  row "ktl analyze --threads 1" "$g" "$text" "$ktl" analyze "$text" --threads 1
  row "ktl analyze -o report.json --format json" "$g" "$text" "$ktl" analyze "$text" --format json -o "$work/report.json"
  row "ktl report (HTML)" "$g" "$text" "$ktl" report "$text" -o "$work/report.html"
  row "ktl replay" "$g" "$text" "$ktl" replay "$text"
  if command -v trace-cmd >/dev/null; then
    t=$(best trace-cmd report "$dat"); t=${t% *}
    echo
    echo "| trace.dat                                  |      s | x trace-cmd | M events/s | MB/s | peak MB |"
    echo "|---|---:|---:|---:|---:|---:|"
    row "cat (floor: page scan)" "$t" "$dat" cat "$dat"
    row "trace-cmd report" "$t" "$dat" trace-cmd report "$dat"
    [ -z "${KTL_BENCH_PERF:-}" ] || row "perf kvm stat report (entries, exits only)" "$t" "$KTL_BENCH_PERF" perf kvm --host -i "$KTL_BENCH_PERF" stat report
    row "ktl analyze" "$t" "$dat" "$ktl" analyze "$dat"
    row "ktl analyze --threads 1" "$t" "$dat" "$ktl" analyze "$dat" --threads 1
  fi
  echo
  dotnet build -c Release bench/KvmTraceLab.Bench >/dev/null
  dotnet artifacts/bin/KvmTraceLab.Bench/release/KvmTraceLab.Bench.dll allocations "$text" "$dat"
  echo
  echo "| recordings repeated (text)                 |      s | x gawk | M events/s | MB/s | peak MB |"
  echo "|---|---:|---:|---:|---:|---:|"
  for sample in demand-faults.txt write-livelock.txt nested-mbec.txt.zst nested-paging.dat shadow-paging.dat; do
    "$ktl" events "samples/$sample" --format trace-cmd >"$work/one.txt"
    dotnet run -c Release --no-build --project tests/fuzz -- --generate repeat --from "$work/one.txt" --events "$events" --out "$work/repeated.txt" >/dev/null
    g=$(best gawk "$gawk_line" "$work/repeated.txt"); g=${g% *}
    row "ktl analyze $sample" "$g" "$work/repeated.txt" "$ktl" analyze "$work/repeated.txt"
    row "ktl replay $sample" "$g" "$work/repeated.txt" "$ktl" replay "$work/repeated.txt"
  done
  rm -f "$work/repeated.txt" "$work/one.txt"
  for size in ${KTL_BENCH_SIZES:-}; do
    [ -n "${head:-}" ] || { head=1; printf '\n| events | text: s | MB | trace.dat: s | MB |\n|---:|---:|---:|---:|---:|\n'; }
    printf '| %s |' "$size"
    for kind in text dat; do
      dotnet run -c Release --no-build --project tests/fuzz -- --generate $kind --events "$size" --out "$work/size.$kind" >/dev/null
      s=$(/usr/bin/time -o "$work/time" -f '%e %M' "$ktl" analyze "$work/size.$kind" >/dev/null 2>&1; cat "$work/time")
      printf ' %s | %s |' "${s% *}" "$((${s#* } / 1024))"
      rm -f "$work/size.$kind"
    done
    echo
  done
  echo
  echo "Start-up: ktl --version $(best "$ktl" --version | cut -d' ' -f1) s."
} > "$out"
