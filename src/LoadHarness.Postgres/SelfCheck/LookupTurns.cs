using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>
/// Lookups a second, one figure a turn. Ways are compared turn by turn, so that what slows the machine for a while slows both.
/// </summary>
internal sealed class LookupTurns
{
    public List<double> Bare { get; } = [];

    public List<double> Engine { get; } = [];

    public List<double> Watched { get; } = [];

    public List<double> Pgbench { get; } = [];

    public IEnumerable<Verdict> Judge()
    {
        var rates = $"bare loop {Spread(Bare)}; engine {Spread(Engine)}; engine while watched {Spread(Watched)}; pgbench {Spread(Pgbench)}";
        yield return Verdict.Judged(
            "SELF-BARE", "Lookup by the engine against a bare Npgsql loop", Measured(Engine, Bare), Limit.AtLeast(0.97, "ratio"),
            $"turns {Turns(Engine, Bare)}; {rates}");
        yield return Pgbench.Count > 0
            ? Verdict.Stated(
                "SELF-PGBENCH", "Lookup by the engine against pgbench", Ratio(Engine, Pgbench), "ratio", Engine.Count,
                $"turns {Turns(Engine, Pgbench)}; bare loop against pgbench {Number(Ratio(Bare, Pgbench))}")
            : Verdict.Unavailable(
                "SELF-PGBENCH", "Lookup by the engine against pgbench",
                    "There is no pgbench on the PATH. Debian: apt-get install postgresql-contrib.");
        yield return Verdict.Judged(
            "SELF-WATCH", "Throughput while the server is sampled, against the same unwatched", Measured(Watched, Engine),
                Limit.AtLeast(0.95, "ratio"),
            $"turns {Turns(Watched, Engine)}");
    }

    private static Measured Measured(List<double> rates, List<double> others) =>
        new(Ratio(rates, others), Intervals.OfMedian(Ratios(rates, others)), rates.Count);

    private static IEnumerable<double> Ratios(List<double> rates, List<double> others) => rates.Zip(others, (rate, other) => rate / other);

    private static double Ratio(List<double> rates, List<double> others) => Medians.Of(Ratios(rates, others));

    private static string Turns(List<double> rates, List<double> others)
    {
        var sorted = Ratios(rates, others).Order().ToList();
        return $"{Number(sorted[0])} to {Number(sorted[^1])}, "
            + $"half of them {Number(sorted[sorted.Count / 4])} to {Number(sorted[^(1 + (sorted.Count / 4))])}";
    }

    private static string Number(double ratio) => ratio.ToString("0.000");

    private static string Spread(List<double> rates) => rates.Count == 0
        ? "not measured"
        : $"{Medians.Of(rates):N0}/s ({rates.Min():N0} to {rates.Max():N0})";
}
