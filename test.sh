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
"$here/.ci/install-missing" test "$install"

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
outcome=0
# One assembly at a time: each has a server of its own, and some tests measure.
dotnet test --solution LoadHarness.sln --configuration Release --no-build --max-parallel-test-modules 1 \
    --results-directory "$results" --report-xunit-trx "$@" || outcome=$?
"$here/.ci/closing-line" "$results" || outcome=1
exit "$outcome"
