using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Verbs;

/// <summary>Reads the command line, calls the verb, and turns faults into sentences and exit codes.</summary>
internal static class CommandLine
{
    /// <param name="run">What the verb <c>run</c>, and no verb at all, does.</param>
    public static async Task<int> InvokeAsync(string[] arguments, Func<HarnessOptions, CancellationToken, Task<ExitCode>> run)
    {
        using var console = Utf8Console.Here();
        SteadyConsole.Install();
        using var interruption = new Interruption();
        var exitCode = ExitCode.AllMet;
        CommandLineOptions words = new CommandLineOptions();
        var root = Build(words, run, code => exitCode = code, interruption.Token);
        var parsed = root.Parse(arguments);
        try
        {
            RequireTemporaryDirectory();
            if (parsed.Errors.Count > 0) words.Read(parsed);
            // Faults are told below, in one way for every verb; signals are ours.
            var ours = await parsed.InvokeAsync(new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, CancellationToken.None);
            return ours != 0 ? ours : (int)exitCode;
        }
        catch (Exception fault)
        {
            var code = Faults.Print(fault, interruption.Token);
            if (arguments.Contains("--json") && !JsonOutput.IsWritten) JsonOutput.Write(Faults.ObjectOf(fault, interruption.Token));
            return (int)code;
        }
        finally
        {
            SteadyConsole.PrintWhatIsMissing();
        }
    }

    private static void RequireTemporaryDirectory()
    {
        if (!Directory.Exists(PrivateRoot.Above))
            throw new HarnessException(
                $"The temporary directory {PrivateRoot.Above} does not exist. Make it, or set TMPDIR to one that does.",
                ExitCode.BadUsage);
    }

    /// <param name="ended">Told how the verb ended.</param>
    internal static RootCommand Build(
        CommandLineOptions words, Func<HarnessOptions, CancellationToken, Task<ExitCode>> run, Action<ExitCode> ended,
            CancellationToken cancellationToken)
    {
        var root = new RootCommand(
            "Seeds a PostgreSQL e-mail-marketing CRM with millions of leads, drives load at it, and judges every performance target.");
        Add(root, words.OfRun, Run);
        root.Add(Add(new Command("run", "Provision, migrate, seed, measure, judge, report (the default verb)."), words.OfRun, Run));
        foreach (var verb in VerbCatalog.All(words))
            Parent(verb.Group).Add(Add(
                verb.Command, verb.Options, (parsed, _) => verb.RunAsync(parsed, Interruption.Abandoned, cancellationToken)));
        return root;

        Command Parent(string? group)
        {
            if (group is null) return root;
            if (root.Subcommands.FirstOrDefault(known => known.Name == group) is { } there) return there;
            var made = new Command(group, "A folder with a workload of one's own: write a first one, check it.");
            root.Add(made);
            return made;
        }

        Task<ExitCode> Run(ParseResult parsed, CancellationToken _) => run(words.Read(parsed), cancellationToken);

        Command Add(Command command, IEnumerable<Option> options, Func<ParseResult, CancellationToken, Task<ExitCode>> action)
        {
            foreach (var option in options) command.Options.Add(option);
            command.SetAction(async (parsed, cancellationToken) => ended(await action(parsed, cancellationToken)));
            return command;
        }
    }
}
