namespace LoadHarness.Core.Comparing;

/// <summary>What the gate knows besides the comparison of this night.</summary>
/// <param name="Against">The pinned revision or folder, with what a person called it.</param>
/// <param name="KnownSince">The first night against this pin, under the same conditions, that found an operation worse.</param>
/// <param name="Creep">What many nights show together and no single one does.</param>
public sealed record GateContext(
    string Against, IReadOnlyDictionary<string, DateTimeOffset> KnownSince, IReadOnlyList<Creep> Creep)
{
    /// <param name="earlier">Nights against the same pin under the same conditions, oldest first.</param>
    public static GateContext Of(string against, IReadOnlyList<GateNight> earlier, GateNight tonight) =>
        new(against, Known(earlier), SlowCreep.Find([.. earlier, tonight]));

    internal static IReadOnlyDictionary<string, DateTimeOffset> Known(IReadOnlyList<GateNight> earlier) => earlier
        .SelectMany(night => night.Worse.Select(operation => (operation, night.AtUtc)))
        .GroupBy(found => found.operation).ToDictionary(found => found.Key, found => found.First().AtUtc);
}
