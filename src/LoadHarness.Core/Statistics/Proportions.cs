using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Statistics;

/// <summary>What a count of successes says of the chance behind it.</summary>
public static class Proportions
{
    /// <summary>The exact 95% interval of Clopper and Pearson: it is never too narrow.</summary>
    /// <returns>Shares, 0 to 1; 0 to 1 when nothing was tried.</returns>
    public static ConfidenceInterval ClopperPearson(int successes, int trials)
    {
        const double tail = 0.025;
        var low = successes == 0
            ? 0
            : Bisection.Of(p => IncompleteBeta.Regularized(p, successes, trials - successes + 1) < tail, 0, 1);
        var high = successes == trials
            ? 1
            : Bisection.Of(p => IncompleteBeta.Regularized(p, successes + 1, trials - successes) < 1 - tail, 0, 1);
        return new(low, high);
    }
}
