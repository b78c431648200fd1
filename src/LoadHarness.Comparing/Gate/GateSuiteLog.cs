using LoadHarness.Core.Comparing;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Comparing;

/// <summary>
/// The comparisons of the self-test, over as many sessions as it takes: a line each. Several programs may measure at once; none measures
/// what another has or is at.
/// </summary>
public sealed class GateSuiteLog(string file)
{
    /// <summary>The next number that nobody has measured or is measuring; null where there are enough.</summary>
    /// <param name="name">Of what is measured.</param>
    /// <param name="wanted">How many there are to be.</param>
    public async Task<SuiteClaim?> ClaimAsync(
        string name, int wanted, Func<GateSuite, bool> isAlike, CancellationToken cancellationToken)
    {
        for (var number = 0; number < wanted; number++)
        {
            if (SuiteClaim.Take($"{file}.{StableHash.Of(name):x16}-{number}.claim", number) is not { } claim) continue;
            // Read after the claim: who measured it before has written it down before giving it up.
            var measured = await ReadAsync(isAlike, cancellationToken);
            if (measured.All(suite => suite.Number != number)) return claim;
            claim.Dispose();
        }

        return null;
    }

    public Task AddAsync(GateSuite suite, CancellationToken cancellationToken) => LineFile.AddAsync(file, suite, cancellationToken);

    /// <returns>Each number once, in order.</returns>
    /// <exception cref="Core.HarnessException">A line is damaged; names file and line.</exception>
    public async Task<IReadOnlyList<GateSuite>> ReadAsync(Func<GateSuite, bool> isAlike, CancellationToken cancellationToken) =>
    [
        .. (await LineFile.ReadAsync<GateSuite>(file, "a comparison of the self-test", cancellationToken))
            .Where(isAlike).DistinctBy(suite => suite.Number).OrderBy(suite => suite.Number),
    ];
}

/// <summary>The right to measure one comparison.</summary>
public sealed class SuiteClaim : IDisposable
{
    private readonly HeldFile _held;

    private SuiteClaim(HeldFile held, int number) => (_held, Number) = (held, number);

    public int Number { get; }

    /// <returns>Null where another has it.</returns>
    internal static SuiteClaim? Take(string file, int number) => HeldFile.Take(file) is { } held ? new(held, number) : null;

    public void Dispose() => _held.Dispose();
}
