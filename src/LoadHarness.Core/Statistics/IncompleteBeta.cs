namespace LoadHarness.Core.Statistics;

/// <summary>The regularized incomplete beta function, which Student's t and the binomial distribution are made of.</summary>
/// <remarks>Continued fraction by Lentz's method, as in Numerical Recipes, section 6.4. Absolute error below 1e-10.</remarks>
internal static class IncompleteBeta
{
    private const double Tiny = 1e-300;
    private const double Precision = 1e-15;
    private const int MostTerms = 10_000;

    /// <param name="x">0 to 1.</param>
    public static double Regularized(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        // The fraction converges fast on this side only; the other follows by symmetry.
        return x < (a + 1) / (a + b + 2)
            ? front * Fraction(x, a, b) / a
            : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    private static double Fraction(double x, double a, double b)
    {
        var c = 1.0;
        var d = 1 / Away(1 - ((a + b) * x / (a + 1)));
        var result = d;
        for (var m = 1; m <= MostTerms; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Away(1 + (even * d));
            c = Away(1 + (even / c));
            result *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Away(1 + (odd * d));
            c = Away(1 + (odd / c));
            result *= d * c;
            if (Math.Abs((d * c) - 1) < Precision) break;
        }

        return result;
    }

    private static double Away(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>Lanczos' approximation, g = 7, nine coefficients.</summary>
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> coefficients =
        [
            676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        var sum = 0.99999999999980993;
        for (var i = 0; i < coefficients.Length; i++) sum += coefficients[i] / (x + i);
        var t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
