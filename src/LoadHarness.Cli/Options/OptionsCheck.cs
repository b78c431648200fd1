using System.Globalization;
using System.Text;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Output;
using LoadHarness.Core.Targets;
using LoadHarness.Load.OtherEngines;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Cli.Options;

/// <summary>Turns words into options, and reports every wrong one together.</summary>
internal static class OptionsCheck
{
    /// <summary>Any fixed number would do: the same one makes runs comparable.</summary>
    private const ulong DefaultSeed = 42;

    private const long DefaultContacts = 200_000;

    /// <summary>A file of targets is some pages of text.</summary>
    private const long LargestTargets = 1_000_000;

    /// <summary>Extensions that the schema uses where they are there.</summary>
    private static readonly string[] Dispensable = ["pg_partman", "pg_cron", "pg_stat_statements"];

    /// <exception cref="HarnessException">One or more words are wrong; the message lists all of them.</exception>
    public static HarnessOptions Check(GivenOptions raw, IReadOnlyList<string> earlierErrors)
    {
        var errors = new List<string>(earlierErrors);
        var contacts = Contacts(raw, errors);
        var spread = SpreadOption.Check(raw, contacts, errors);
        var profile = Profile(raw, errors);
        var database = KeepOption.Check(raw, Database(raw, errors), errors);
        var seed = Seed(raw, errors);
        var settings = Settings(raw, database, errors);
        var engine = OneOf("--engine", raw.Engine, errors, ("loadharness", LoadEngine.LoadHarness), ("nbomber", LoadEngine.NBomber));
        var pooler = OneOf("--pooler", raw.Pooler, errors, ("none", Pooler.None), ("pgbouncer", Pooler.PgBouncer));
        if (pooler == Pooler.PgBouncer && PgBouncer.Find() is null) errors.Add($"--pooler pgbouncer: {PgBouncer.HowToGetIt}");
        if (engine == LoadEngine.NBomber && !EngineCatalog.HasNBomber) errors.Add(NBomberEngine.HowToGetIt);
        var output = Output(raw, errors);
        var workload = WorkloadOption.Check(raw, errors);
        var targets = workload is null ? Targets(raw, ScenarioNames.Operations, errors) : WorkloadOption.Targets(workload, raw, errors);
        var baseline = Baseline(raw, errors);
        var required = RequiredIds.Read(raw.Require, RequiredIds.Known(targets, ofWorkload: raw.Workload is not null), errors);
        var options = new HarnessOptions
        {
            Contacts = contacts,
            Spread = spread,
            Profile = profile,
            Workload = raw.Workload,
            Database = database,
            OutputDirectory = output,
            Seed = seed,
            ServerProfile = settings,
            Engine = engine,
            Pooler = pooler,
            Agents = AgentsOption.Check(raw, database, engine, pooler, errors),
            Required = required,
            Baseline = baseline,
            Targets = targets,
            TargetsFile = raw.Targets,
            Force = raw.Force is not null,
            DeleteAllRows = Force(raw, errors),
            WithoutExtensions = WithoutExtensions(raw, database, errors),
            Keep = raw.Keep,
            Reuse = raw.Reuse,
            Open = raw.Open,
            Json = raw.Json,
        };
        // What is wrong itself is not compared with anything.
        if (baseline is not null && errors.Count == 0) errors.AddRange(BaselineAtStart.Faults(options));
        return errors.Count == 0 ? options : throw Refusal(errors);
    }

    public static HarnessException Refusal(IReadOnlyList<string> errors) => new(
        Redaction.Of(string.Join(Environment.NewLine, errors.Select(error => "  " + error)
            .Prepend(errors.Count == 1 ? "One option is wrong:" : $"{errors.Count} options are wrong:"))),
        ExitCode.BadUsage);

    private static long Contacts(GivenOptions raw, List<string> errors)
    {
        if (raw.Contacts is null) return DefaultContacts;
        var contacts = ContactCount.Parse(raw.Contacts, out var error);
        if (error is not null) errors.Add(error);
        return contacts ?? DefaultContacts;
    }

    private static string Profile(GivenOptions raw, List<string> errors)
    {
        var name = raw.Profile ?? "standard";
        ProfileCatalog.Find(name, out var faults);
        errors.AddRange(faults);
        return name;
    }

    private static DatabaseTarget Database(GivenOptions raw, List<string> errors)
    {
        // What the environment names is for verbs that work there: prove, say, makes servers of its own.
        var ofEnvironment = raw.TakesDatabase ? Environment.GetEnvironmentVariable(GivenDatabase.EnvironmentVariable) : null;
        // An empty variable is none: a secret that a fork does not have, say.
        var text = raw.Database ?? (string.IsNullOrEmpty(ofEnvironment) ? "auto" : ofEnvironment);
        switch (text.Trim().ToLowerInvariant())
        {
            case "auto": return new DatabaseTarget.Auto();
            case "container": return new DatabaseTarget.Container();
            case "native": return new DatabaseTarget.Native();
        }

        try
        {
            GivenDatabase.Parse(text);
        }
        catch (HarnessException wrong)
        {
            errors.Add($"--database: {wrong.Message}");
        }

        return new DatabaseTarget.Given(text);
    }

    private static ServerProfile Settings(GivenOptions raw, DatabaseTarget database, List<string> errors)
    {
        if (raw is { Settings: not null, TakesDatabase: true } && database is DatabaseTarget.Given)
            errors.Add("--settings: a given database keeps its own settings. Leave it out.");
        return OneOf("--settings", raw.Settings, errors, ("checklist", ServerProfile.Checklist), ("tuned", ServerProfile.Tuned));
    }

    private static ulong Seed(GivenOptions raw, List<string> errors)
    {
        if (raw.Seed is null) return DefaultSeed;
        if (ulong.TryParse(raw.Seed, NumberStyles.None, null, out var seed)) return seed;
        errors.Add($"--seed '{raw.Seed}': give a whole number from 0 to {ulong.MaxValue}.");
        return DefaultSeed;
    }

    private static bool Force(GivenOptions raw, List<string> errors)
    {
        const string secondWord = "delete-all-rows";
        if (raw.Force is not (null or "" or secondWord)) errors.Add($"--force '{raw.Force}': give --force alone, or --force={secondWord}.");
        return raw.Force == secondWord;
    }

    private static string? WithoutExtensions(GivenOptions raw, DatabaseTarget database, List<string> errors)
    {
        if (raw.WithoutExtensions is not { } names) return null;
        if (names.Split(',').FirstOrDefault(name => !Dispensable.Contains(name)) is { } unknown)
            errors.Add($"--without-extensions '{unknown}': give {string.Join(", ", Dispensable)}, with commas between.");
        if (database is DatabaseTarget.Given) errors.Add("--without-extensions: a given database is used as it is. Leave it out.");
        if (raw.Keep || raw.Reuse) errors.Add("--without-extensions: a kept database has its extensions. Leave out --keep and --reuse.");
        return names;
    }

    private static string Output(GivenOptions raw, List<string> errors)
    {
        var given = raw.Out ?? Path.Combine("reports", "runs");
        if (string.IsNullOrWhiteSpace(given))
        {
            errors.Add("--out '': give a directory; it is made when it does not exist.");
            return given;
        }

        if ((raw.WritesOut || raw.Out is not null) && WritableDirectory.FaultOf(given) is { } fault)
            errors.Add($"--out '{given}': {fault}");
        return Path.GetFullPath(given);
    }

    internal static IReadOnlyList<Target> Targets(
        GivenOptions raw, IReadOnlyDictionary<string, IReadOnlyCollection<string>> operations, List<string> errors)
    {
        var path = raw.Targets ?? Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json");
        var (bytes, unreadable) = InputFile.Read(path, LargestTargets, "Give a file like scenarios/targets.json");
        if (unreadable is not null)
        {
            errors.AddRange(InputFault.Lines(path, [unreadable]));
            return [];
        }

        var (targets, wrong) = TargetFile.Check(Encoding.UTF8.GetString(bytes), path, operations);
        errors.AddRange(wrong);
        if (targets.Count == 0 && wrong.Count == 0) errors.Add($"{path}: targets: there is none. Give at least one.");
        return targets;
    }

    private static RunResult? Baseline(GivenOptions raw, List<string> errors)
    {
        if (raw.Baseline is null) return null;
        var earlier = RunJson.Find(RunFiles.Of(raw.Baseline), out var faults);
        errors.AddRange(faults.Select(fault => $"--baseline {fault}"));
        return earlier;
    }

    private static T OneOf<T>(string option, string? word, List<string> errors, params (string Word, T Value)[] choices)
    {
        if (word is null) return choices[0].Value;
        foreach (var choice in choices)
        {
            if (string.Equals(choice.Word, word, StringComparison.OrdinalIgnoreCase)) return choice.Value;
        }

        errors.Add($"{option} '{word}': give one of {string.Join(", ", choices.Select(choice => choice.Word))}.");
        return choices[0].Value;
    }
}
