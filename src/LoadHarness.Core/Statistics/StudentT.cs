namespace LoadHarness.Core.Statistics;

/// <summary>Student's t distribution, for any degrees of freedom above zero.</summary>
public static class StudentT
{
    /// <summary>The chance that a value of the distribution lies above <paramref name="t"/>.</summary>
    public static double UpperTail(double t, double degreesOfFreedom)
    {
        var tail = IncompleteBeta.Regularized(degreesOfFreedom / (degreesOfFreedom + (t * t)), degreesOfFreedom / 2, 0.5) / 2;
        return t >= 0 ? tail : 1 - tail;
    }

    /// <summary>The value that the distribution exceeds with the chance <paramref name="tail"/>.</summary>
    /// <param name="tail">Above 0 and at most 0.5.</param>
    public static double UpperQuantile(double tail, double degreesOfFreedom) =>
        Bisection.Of(t => UpperTail(t, degreesOfFreedom) > tail, 0, 1e6);
}
