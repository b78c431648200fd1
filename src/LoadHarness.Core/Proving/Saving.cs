using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Proving;

/// <summary>
/// Figures that are percent saved, 100 x (1 - ratio). Runs are compared by what is left: from 98.4% saved to 84% ten times as much is left,
/// and a quotient of the two percentages says nothing of it. They are below zero where more is taken than by the baseline.
/// </summary>
public static class Saving
{
    private const string Unit = "%";

    /// <summary>
    /// Whether the verdict is on a claim of percent saved, for which two ways were compared. Other percentages, such as how many forecasts
    /// held, are none.
    /// </summary>
    /// <param name="run">That the verdict is of.</param>
    public static bool Is(Verdict verdict, RunResult run) => verdict.Unit == Unit
        && (run.Comparisons.Any(comparison => comparison.Id == verdict.Id)
            || run.Proof?.Claims.Any(claim => claim.Contract.Id == verdict.Id) == true);

    /// <summary>Of 100%, what is left: always above zero, and more is worse.</summary>
    public static double Left(double saved) => 100 - saved;

    public static ConfidenceInterval Left(ConfidenceInterval saved) => new(Left(saved.High), Left(saved.Low));
}
