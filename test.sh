#!/bin/sh
# Builds everything and runs every test. Its last line is: N passed, N failed, N skipped
# --no-install: do not install missing packages.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
install=yes
for argument do
    shift
    if [ "$argument" = --no-install ]; then install=no; else set -- "$@" "$argument"; fi
done
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Code that runs for seconds does not pay for being compiled twice: a sixth of the CPU time of tests and of the programs that they start.
export DOTNET_TieredPGO=0
# A job's page is for its runs: tests write reports of invented ones.
unset GITHUB_STEP_SUMMARY
"$here/.ci/install-missing" test "$install"
# For the programs that tests start.
DOTNET_ROOT=$(.ci/dotnet-root)
export DOTNET_ROOT

for script in $(grep -rl '^#!/bin/sh' run.sh test.sh .ci); do
    sh -n "$script"
done

# Without the projects, so that it takes seconds and stands before the build.
dotnet format whitespace . --folder --verify-no-changes || {
    echo "White space differs from .editorconfig. Run: dotnet format whitespace . --folder" >&2
    exit 1
}
dotnet build LoadHarness.sln --configuration Release --verbosity quiet --disable-build-servers
results=$here/TestResults
rm -rf "$results"

# Every test has a database of a thousand files: in memory, where there is plenty, making them does not wait for a disk.
memory=$("$here/.ci/memory-directory")
if [ -n "$memory" ]; then
    export TMPDIR="$memory"
    trap 'rm -rf "$memory"' EXIT
    trap 'exit 130' INT TERM
fi

outcome=0
modules=
for name in EndToEndTests IntegrationTests UnitTests; do
    modules="$modules${modules:+;}tests/LoadHarness.$name/bin/Release/net10.0/LoadHarness.$name.dll"
done
# All at once: the tests of the program as a whole mostly wait, for servers and for loads of some seconds, while the others compute. So no
# test has the machine to itself.
dotnet test --test-modules "$modules" --root-directory "$here" --max-parallel-test-modules 3 \
    --results-directory "$results" --report-xunit-trx "$@" || outcome=$?
"$here/.ci/closing-line" "$results" || outcome=1
exit "$outcome"
