using System.Globalization;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Load.OtherEngines;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Cli.Options;

/// <summary>Turns words into options, and reports every wrong one together.</summary>
public static class OptionsCheck
{
    /// <summary>Any fixed number would do: the same one makes runs comparable.</summary>
    private const ulong DefaultSeed = 42;

    private const long DefaultContacts = 200_000;

    /// <exception cref="HarnessException">One or more words are wrong; the message lists all of them.</exception>
    public static HarnessOptions Check(RawOptions raw, IReadOnlyList<string> earlierErrors)
    {
        var errors = new List<string>(earlierErrors);
        var contacts = Contacts(raw, errors);
        var profile = Profile(raw, errors);
        var database = Database(raw, errors);
        var seed = Seed(raw, errors);
        var settings = OneOf("--settings", raw.Settings, errors, ("checklist", ServerProfile.Checklist), ("tuned", ServerProfile.Tuned));
        var engine = OneOf("--engine", raw.Engine, errors, ("loadharness", LoadEngine.LoadHarness), ("nbomber", LoadEngine.NBomber));
        var pooler = OneOf("--pooler", raw.Pooler, errors, ("none", Pooler.None), ("pgbouncer", Pooler.PgBouncer));
        if (engine == LoadEngine.NBomber && !EngineCatalog.HasNBomber) errors.Add(NBomberEngine.HowToGetIt);
        var output = Output(raw, errors);
        var baseline = BaselineFile(raw, errors);
        var required = RequiredIds.Read(raw.Require, errors);
        if (errors.Count > 0) throw Refusal(errors);

        return new()
        {
            Contacts = contacts,
            Profile = profile,
            Database = database,
            OutputDirectory = output,
            Seed = seed,
            ServerProfile = settings,
            Engine = engine,
            Pooler = pooler,
            BaselineFile = baseline,
            Required = required,
            Force = raw.Force,
            Keep = raw.Keep,
            Reuse = raw.Reuse,
            Json = raw.Json,
        };
    }

    public static HarnessException Refusal(IReadOnlyList<string> errors) => new(
        Redaction.Of(string.Join(Environment.NewLine, errors.Select(error => "  " + error).Prepend(errors.Count == 1 ? "One option is wrong:" : $"{errors.Count} options are wrong:"))),
        ExitCode.BadUsage);

    private static long Contacts(RawOptions raw, List<string> errors)
    {
        if (raw.Contacts is null) return DefaultContacts;
        var contacts = ContactCount.Parse(raw.Contacts, out var error);
        if (error is not null) errors.Add(error);
        return contacts ?? DefaultContacts;
    }

    private static string Profile(RawOptions raw, List<string> errors)
    {
        var name = raw.Profile ?? "standard";
        ProfileCatalog.Find(name, out var faults);
        errors.AddRange(faults);
        return name;
    }

    private static DatabaseTarget Database(RawOptions raw, List<string> errors)
    {
        var text = raw.Database ?? Environment.GetEnvironmentVariable(GivenDatabase.EnvironmentVariable) ?? "auto";
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

    private static ulong Seed(RawOptions raw, List<string> errors)
    {
        if (raw.Seed is null) return DefaultSeed;
        if (ulong.TryParse(raw.Seed, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)) return seed;
        errors.Add($"--seed '{raw.Seed}': give a whole number from 0 to {ulong.MaxValue}.");
        return DefaultSeed;
    }

    private static string Output(RawOptions raw, List<string> errors)
    {
        var directory = Path.GetFullPath(raw.Out ?? Path.Combine("reports", "runs"));
        if (File.Exists(directory)) errors.Add($"--out '{raw.Out}': that is a file. Give a directory; it is made when it does not exist.");
        return directory;
    }

    private static string? BaselineFile(RawOptions raw, List<string> errors)
    {
        if (raw.Baseline is null) return null;
        var file = Directory.Exists(raw.Baseline) ? Path.Combine(raw.Baseline, "run.json") : raw.Baseline;
        if (!File.Exists(file)) errors.Add($"--baseline '{raw.Baseline}': there is no such file. Give the run.json of an earlier run, or its folder.");
        return file;
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
