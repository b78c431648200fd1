using System.CommandLine;
using LoadHarness.Checks.Diagnosis;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>doctor</c>: what this machine has, lacks, and what would make figures invalid.</summary>
internal static class DoctorVerb
{
    public static Verb Create(CommandLineOptions words) => new(
        new Command("doctor", "What this machine has and lacks, and what would make figures invalid."),
        [words.Contacts, words.Database, words.Json],
        (parsed, cancellationToken) => ExecuteAsync(words.Read(parsed), cancellationToken));

    private static async Task<ExitCode> ExecuteAsync(HarnessOptions options, CancellationToken cancellationToken)
    {
        TerminalOutput terminal = new TerminalOutput(options.Json);
        var verdicts = await terminal.WithProgressAsync(
            progress => Doctor.ExamineAsync(options.Database, options.Contacts, progress, cancellationToken));
        return CheckTable.Print(terminal, verdicts, options.Json);
    }
}
