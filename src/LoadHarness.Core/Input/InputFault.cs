namespace LoadHarness.Core.Input;

/// <summary>One thing that is wrong in a file that a person gave.</summary>
/// <param name="Field">Path of the field, such as <c>leadQueries.ratePerSecond</c>; empty for the file as a whole.</param>
/// <param name="Wrong">The value as it stands there, or what is the matter with it.</param>
/// <param name="Allowed">What may stand there instead, or what to do.</param>
public sealed record InputFault(string Field, string Wrong, string Allowed)
{
    /// <summary>More than a person reads at once; what follows is counted.</summary>
    private const int MostTold = 20;

    public override string ToString() => Field.Length == 0 ? $"{Wrong}. {Allowed}." : $"{Field}: {Wrong}. {Allowed}.";

    /// <summary>One line for each fault, each beginning with the file.</summary>
    public static IEnumerable<string> Lines(string file, IReadOnlyList<InputFault> faults)
    {
        foreach (var fault in faults.Take(MostTold)) yield return $"{file}: {fault}";
        if (faults.Count > MostTold) yield return $"{file}: and {faults.Count - MostTold} more";
    }
}
