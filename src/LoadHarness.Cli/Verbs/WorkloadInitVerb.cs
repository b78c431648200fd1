using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Options;
using LoadHarness.Workloads.Initial;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>workload init</c>: writes a first workload from scripts of pgbench, or from what the server has counted.</summary>
internal static class WorkloadInitVerb
{
    private const int UsualUsers = 8;
    private const int UsualStatements = 20;

    public static Verb Create(CommandLineOptions words)
    {
        var folder = new Argument<string>("folder") { Description = "To be written; must not exist, or be empty." };
        var pgbench = new Option<string[]>("--pgbench")
        {
            Description = "tpcb-like, simple-update, select-only, or a script's path, with @WEIGHT behind it; several times. "
                + "Left out: the statements of pg_stat_statements.",
            HelpName = "SCRIPT",
        };
        var scale = new Option<long?>("--scale") { Description = "pgbench's :scale. Default: rows of pgbench_branches.", HelpName = "N" };
        var users = new Option<int>("--users")
        {
            Description = "Virtual users.",
            HelpName = "N",
            DefaultValueFactory = _ => UsualUsers,
        };
        var during = new Option<string>("--during")
        {
            Description = "How long to load.", HelpName = "TIME", DefaultValueFactory = _ => "60s",
        };
        var statements = new Option<int>("--statements")
        {
            Description = "Of pg_stat_statements, the most called.", HelpName = "N", DefaultValueFactory = _ => UsualStatements,
        };
        var command = new Command("init", "Write a first workload from pgbench's scripts, or from pg_stat_statements.") { folder };
        return new(
            command, [words.Database, words.Json, pgbench, scale, users, during, statements],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed, parsed.GetValue(pgbench) is { Length: > 0 }
                    ? FormOptions.Faults(parsed, "workload init --pgbench", "reads scripts", statements)
                    : FormOptions.Faults(parsed, "workload init without --pgbench", "reads pg_stat_statements", scale)),
                parsed.GetValue(folder)!, new(
                    parsed.GetValue(pgbench) ?? [], parsed.GetValue(scale), parsed.GetValue(users), During(parsed.GetValue(during)!),
                    parsed.GetValue(statements)),
                cancellationToken))
        {
            Group = WorkloadCheckVerb.Group,
        };
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string folder, Wanted wanted, CancellationToken cancellationToken)
    {
        wanted.Require();
        FirstWorkload.RequireFree(folder);
        var terminal = new TerminalOutput(options.Json);
        await using var database = await SeededDatabase.AsGivenAsync(terminal, options, cancellationToken);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var isPgbench = wanted.Pgbench.Count > 0;
        var (operations, leftOut) = isPgbench
            ? (await PgbenchWorkload.ReadAsync(wanted.Pgbench, database.AdminConnectionString, wanted.Scale, cancellationToken), [])
            : await CountedWorkload.ReadAsync(database.AdminConnectionString, wanted.Statements, options.Seed, cancellationToken);
        foreach (var line in leftOut) terminal.Line(line);
        var first = new FirstWorkload(
            string.Concat(name.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' ? sign : '-')),
            isPgbench ? $"From pgbench: {string.Join(", ", wanted.Pgbench)}." : "From pg_stat_statements, weighted by calls.", operations,
                wanted.Users, wanted.During);
        var files = first.Write(folder);
        foreach (var file in files) terminal.Line($"Written: {file}");
        terminal.Line($"Next: loadharness workload check {folder} --database ..., then loadharness --workload {folder} --database ...");
        if (options.Json) JsonOutput.Write(new Written(folder, files, [.. operations.Select(operation => operation.Name)]));
        return ExitCode.AllMet;
    }

    private static TimeSpan During(string text) => DurationText.Parse(text) is { TotalSeconds: >= 1 and <= 86_400 } during
        ? during
        : throw new HarnessException($"--during '{text}': give a duration with its unit from 1s to 24h, such as 60s.", ExitCode.BadUsage);

    private sealed record Wanted(IReadOnlyList<string> Pgbench, long? Scale, int Users, TimeSpan During, int Statements)
    {
        public void Require()
        {
            if (Scale is < 1 or > 1_000_000) throw Wrong("--scale", Scale.Value, "1 to 1000000");
            if (Users is < 1 or > 10_000) throw Wrong("--users", Users, "1 to 10000");
            if (Statements is < 1 or > 1_000) throw Wrong("--statements", Statements, "1 to 1000");
        }

        private static HarnessException Wrong(string option, long value, string allowed) =>
            new($"{option} is {value}. Give {allowed}.", ExitCode.BadUsage);
    }

    /// <summary>What was written.</summary>
    private sealed record Written(string Folder, IReadOnlyList<string> Files, IReadOnlyList<string> Operations);
}
