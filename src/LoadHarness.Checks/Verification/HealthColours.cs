using LoadHarness.Checks.Health;
using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>
/// HI-1 to HI-3, each by a proof of its own: the same check of the same server under limits that its figure is within, near and past.
/// </summary>
internal static class HealthColours
{
    // There is always a session to count, this one, and never more than 100%.
    private static readonly HealthCheckDefinition Asked = HealthCatalog.Of("KM-3");

    private static readonly (string Id, double Warn, double Red, HealthStatus Expected)[] Proofs =
    [
        ("HI-1", 100.1, 100.2, HealthStatus.Green),
        ("HI-2", 0, 100.1, HealthStatus.Yellow),
        ("HI-3", 0, 0, HealthStatus.Red),
    ];

    public static async Task<IReadOnlyList<Verdict>> RunAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        foreach (var (id, warn, red, expected) in Proofs)
        {
            var result = await HealthCheck.OneAsync(admin, Asked with { Warn = warn, Limit = red }, cancellationToken);
            if (result.Unanswered)
            {
                verdicts.Add(Verdict.Undecided(id, "", $"{Asked.Id} was asked: {result.Evidence}"));
                continue;
            }

            var named = expected == HealthStatus.Green ? result.Findings.Count == 0 : result.Findings.Count > 0;
            var evidence = $"{Asked.Id} with the limits {warn} and {red} {Asked.Unit} is {Word(result.Status)}, {Word(expected)} is right; "
                + $"rows named: {result.Findings.Count} ({result.Evidence})";
            verdicts.Add(Verdict.Looked(id, "", result.Status == expected && named, evidence));
        }

        return verdicts;
    }

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
