#!/bin/sh
# Builds the program and hands it every argument: ./run.sh --contacts 2000000
# --no-install: do not install missing packages.
set -eu
# Through symbolic links to the folder that this file lies in.
script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in /*) script=$target ;; *) script=$(dirname "$script")/$target ;; esac
done
here=$(cd "$(dirname "$script")" && pwd)
install=yes
agents=no
broker=no
for argument do
    shift
    case $argument in
        --no-install) install=no; continue ;;
        --agents|--agents=*) agents=agents ;;
        --broker|--broker=*) broker=yes ;;
    esac
    set -- "$@" "$argument"
done
# A broker that runs elsewhere needs none here.
[ "$broker" = no ] || agents=no
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
"$here/.ci/install-missing" run "$install" "$agents"
DOTNET_ROOT=$("$here/.ci/dotnet-root")
export DOTNET_ROOT
# The SDK is the one that global.json names above the working directory: the caller's folder may name another, so it is built in this one.
# The program's standard output is its own: with --json it holds one object.
if ! (cd "$here" && dotnet build src/LoadHarness.Cli --configuration Release --verbosity quiet --disable-build-servers) >&2; then
    echo "The program could not be built; the compiler's words are above." >&2
    exit 1
fi
exec "$here/src/LoadHarness.Cli/bin/Release/net10.0/loadharness" "$@"
