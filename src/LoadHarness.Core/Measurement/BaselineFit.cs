using System.Globalization;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// Whether an earlier run can stand beside this one: both must have asked the same of the same data, on the same schema, server and
/// machine. The harness's own commit may differ: its changes are what is looked for.
/// </summary>
public static class BaselineFit
{
    /// <summary>Options that change what is measured. The scale and the seed are compared as seeded, not as asked for.</summary>
    private static readonly string[] MeasuringOptions = ["profile", "engine", "pooler"];

    public static IEnumerable<string> Differences(RunResult earlier, RunResult run)
    {
        if (earlier.IncompleteReason is not null) yield return "it is incomplete";
        if (earlier.Invalid.Count > 0) yield return "it is invalid itself";
        foreach (var (what, then, now) in Compared(earlier, run))
        {
            if (then != now) yield return $"{what}: {then ?? "none"} then, {now ?? "none"} now";
        }

        if (earlier.Server is not { } before || run.Server is not { } after) yield break;
        foreach (var name in before.Settings.Keys.Union(after.Settings.Keys).Order(StringComparer.Ordinal))
        {
            var (then, now) = (before.Settings.GetValueOrDefault(name), after.Settings.GetValueOrDefault(name));
            if (then != now) yield return $"server setting {name}: {then ?? "none"} then, {now ?? "none"} now";
        }
    }

    /// <summary>What can be seen before anything runs.</summary>
    /// <param name="run">As it was begun: its options and its machine.</param>
    public static IEnumerable<string> KnownAtStart(RunResult earlier, long contacts, ulong seed, RunResult run)
    {
        if (earlier.IncompleteReason is not null) yield return "it is incomplete";
        if (earlier.Invalid.Count > 0) yield return "it is invalid itself";
        if (earlier.Seed is { } before && before.Contacts != contacts)
            yield return $"leads: {Text(before.Contacts)} then, {Text(contacts)} now";
        if (earlier.Seed is { } data && data.Seed != seed) yield return $"seed: {Text(data.Seed)} then, {Text(seed)} now";
        foreach (var (what, then, now) in OfTheStart(earlier, run).Where(pair => pair.Then != pair.Now))
            yield return $"{what}: {then ?? "none"} then, {now ?? "none"} now";
    }

    private static IEnumerable<(string What, string? Then, string? Now)> OfTheStart(RunResult earlier, RunResult run)
    {
        yield return Pair("machine", result => $"{result.Host.Cpu}, {Text(result.Host.Cores)} cores, {Gibibytes(result.Host.MemoryBytes)}");
        yield return Pair("build", result => result.Identity.Configuration);
        foreach (var option in MeasuringOptions) yield return Pair(option, result => result.Options.GetValueOrDefault(option));

        (string, string?, string?) Pair(string what, Func<RunResult, string?> of) => (what, of(earlier), of(run));
    }

    private static IEnumerable<(string What, string? Then, string? Now)> Compared(RunResult earlier, RunResult run)
    {
        yield return Pair("leads", result => Text(result.Seed?.Contacts));
        yield return Pair("seed", result => Text(result.Seed?.Seed));
        // Another month moves every date, so the checksum says something of equal months only.
        if (earlier.Seed?.SeededAtMonth == run.Seed?.SeededAtMonth)
            yield return Pair("checksum of the rows", result => result.Seed?.Checksum);
        yield return Pair("schema", result => result.Schema?.Checksum);
        yield return Pair("server", result => result.Server is { } server ? $"PostgreSQL {server.Version}, {server.Provisioning}" : null);
        foreach (var pair in OfTheStart(earlier, run)) yield return pair;

        (string, string?, string?) Pair(string what, Func<RunResult, string?> of) => (what, of(earlier), of(run));
    }

    // The operating system keeps a little more or less for itself after each start.
    private static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0} GiB");

    private static string? Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture);
}
