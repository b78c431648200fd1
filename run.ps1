# Builds the program and hands it every argument: ./run.ps1 --contacts 2000000
# --no-install: do not install missing packages (Debian and Ubuntu, as root).
# Language and native commands only: it also runs where PowerShell's own modules are not there.
$ErrorActionPreference = 'Stop'
$here = $PSScriptRoot
$install = 'yes'
$agents = 'no'
$broker = $false
$pass = @(foreach ($argument in $args) {
    # Words with commas between them are a list to PowerShell.
    $word = $argument -join ','
    if ($word -eq '--no-install') { $install = 'no' } else { $word }
    if ($word -like '--agents*') { $agents = 'agents' }
    if ($word -like '--broker*') { $broker = $true }
})
# A broker that runs elsewhere needs none here.
if ($broker) { $agents = 'no' }
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

$windows = $env:OS -eq 'Windows_NT'
if (-not $windows) {
    & /bin/sh "$here/.ci/install-missing" run $install $agents
    if ($LASTEXITCODE -ne 0) { exit 1 }
}
if (-not $ExecutionContext.InvokeCommand.GetCommand('dotnet', 'Application')) {
    [Console]::Error.WriteLine(
        "The .NET 10 SDK is missing: 'dotnet' is not on the PATH. Get it from https://dot.net/download, then run this again.")
    exit 1
}

# As .ci/dotnet-root says: the program does not look for its runtime along the PATH.
if (-not $env:DOTNET_ROOT) {
    foreach ($runtime in @(& dotnet --list-runtimes)) {
        if ($runtime -match '^Microsoft\.NETCore\.App .*\[(.*)[\\/]shared[\\/]Microsoft\.NETCore\.App\]$') {
            $env:DOTNET_ROOT = $Matches[1]
        }
    }
}

# The SDK is the one that global.json names above the working directory: the caller's folder may name another, so it is built in this one.
# Push-Location would be a command of a module.
$location = $ExecutionContext.SessionState.Path
$location.PushCurrentLocation('loadharness')
try {
    [void]$location.SetLocation([System.Management.Automation.WildcardPattern]::Escape($here))
    # The program's standard output is its own: with --json it holds one object.
    $said = & dotnet build src/LoadHarness.Cli --configuration Release --verbosity quiet --disable-build-servers
}
finally {
    [void]$location.PopLocation('loadharness')
}
if ($LASTEXITCODE -ne 0) {
    foreach ($line in $said) { [Console]::Error.WriteLine($line) }
    [Console]::Error.WriteLine("The program could not be built; the compiler's words are above.")
    exit 1
}
$program = "$here/src/LoadHarness.Cli/bin/Release/net10.0/loadharness"
if ($windows) { $program = "$program.exe" }
& $program @pass
exit $LASTEXITCODE
