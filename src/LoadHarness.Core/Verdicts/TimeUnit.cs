namespace LoadHarness.Core.Verdicts;

/// <summary>The units that a time may be given in, by their words in run.json and targets.json.</summary>
public static class TimeUnit
{
    /// <summary>Milliseconds of one of the unit; null when it is none of time.</summary>
    public static double? Milliseconds(string? unit) => unit switch
    {
        "ms" => 1,
        "s" => 1_000,
        _ => null,
    };

    public static bool Is(string? unit) => Milliseconds(unit) is not null;

    /// <summary>As it stands where the unit is none of time.</summary>
    public static double ToMilliseconds(double value, string unit) => value * (Milliseconds(unit) ?? 1);
}
