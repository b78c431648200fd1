namespace LoadHarness.Core.Comparing;

/// <summary>What the gate knows besides the comparison of this night.</summary>
/// <param name="Against">The pinned revision or folder, with what a person called it.</param>
/// <param name="KnownSince">
/// Operations that the latest nights against this pin, under the same conditions, found worse, and the first night that did so before
/// any found them well again.
/// </param>
/// <param name="Creep">What many nights show together and no single one does.</param>
public sealed record GateContext(
    string Against, IReadOnlyDictionary<string, DateTimeOffset> KnownSince, IReadOnlyList<Creep> Creep)
{
    /// <param name="earlier">Nights against the same pin under the same conditions, oldest first.</param>
    public static GateContext Of(string against, IReadOnlyList<GateNight> earlier, GateNight tonight) =>
        new(against, Known(earlier), SlowCreep.Find([.. earlier, tonight]));

    // What was well in between is new when it is worse again. A night that could not see an operation says nothing of it.
    internal static IReadOnlyDictionary<string, DateTimeOffset> Known(IReadOnlyList<GateNight> earlier)
    {
        var timed = earlier.SelectMany(night => night.Ratios.Keys).ToHashSet();
        return earlier.SelectMany(night => night.Worse).Distinct()
            .Select(operation => (Operation: operation, First: earlier.Reverse()
                .TakeWhile(night => night.Worse.Contains(operation) || !night.Saw(operation, timed))
                .LastOrDefault(night => night.Worse.Contains(operation))))
            .Where(found => found.First is not null)
            .ToDictionary(found => found.Operation, found => found.First!.AtUtc);
    }
}
