using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing;

/// <summary>The nights of the gate: a file with a JSON line each, which only grows.</summary>
public static class GateHistory
{
    /// <returns>Those against the pin under the same conditions, oldest first; none where there is no file yet.</returns>
    /// <exception cref="HarnessException">A line is damaged; names file and line.</exception>
    public static async Task<IReadOnlyList<GateNight>> ReadAsync(
        string file, string pin, GateConditions conditions, CancellationToken cancellationToken) =>
    [
        .. (await LineFile.ReadAsync<GateNight>(file, "a night of the gate", cancellationToken))
            .Where(night => night.IsLike(pin, conditions)).OrderBy(night => night.AtUtc),
    ];

    public static Task AddAsync(string file, GateNight night, CancellationToken cancellationToken) =>
        LineFile.AddAsync(file, night, cancellationToken);
}
