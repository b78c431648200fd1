using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>The fit of a power law against laws that are known.</summary>
public sealed class PowerFitTests
{
    private static readonly double[] Sizes = [100_000, 250_000, 500_000, 1_000_000, 2_000_000];

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0.002, 1)]
    [InlineData(40, 0.5)]
    [InlineData(7e6, -0.3)]
    public void An_exact_law_is_found_with_an_interval_no_narrower_than_one_point_is_known(double scale, double exponent)
    {
        var fit = Fit(size => scale * Math.Pow(size, exponent), 0.02)!;
        Assert.Equal(exponent, fit.Exponent, 9);
        Assert.Equal(scale * Math.Pow(5e6, exponent), fit.At(5e6), scale * Math.Pow(5e6, exponent) * 1e-9);
        Assert.InRange(fit.ExponentInterval.High - fit.ExponentInterval.Low, 0.01, 0.1);
        Assert.Equal(0.02, fit.Deviation);
    }

    [Fact]
    public void The_interval_agrees_with_a_textbook_line()
    {
        // x = 1..5, y = 2, 4, 5, 4, 5: slope 0.6, residual deviation 0.8944, standard error 0.2828, t(3) = 3.1824.
        double[] heights = [2, 4, 5, 4, 5];
        var fit = PowerFit.Of([.. heights.Select((height, i) => (Math.Exp(i + 1), Math.Exp(height)))], 0)!;
        Assert.Equal(0.6, fit.Exponent, 9);
        Assert.Equal(0.6 - (3.18245 * 0.282843), fit.ExponentInterval.Low, 4);
        Assert.Equal(0.6 + (3.18245 * 0.282843), fit.ExponentInterval.High, 4);
        // One more at x = 6: 5.8, with 0.8944 * sqrt(1 + 1/5 + 9/10) = 1.2961.
        Assert.Equal(5.8 + (3.18245 * 1.296148), Math.Log(fit.Forecast(Math.Exp(6)).High), 4);
    }

    [Fact]
    public void With_noise_the_true_exponent_and_the_next_size_lie_inside_in_about_95_of_100()
    {
        const int draws = 2_000;
        var random = new Random(7);
        var (exponents, forecasts) = (0, 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var fit = Fit(size => Law(size) * Noise(), 0)!;
            if (fit.ExponentInterval.Low <= 0.7 && 0.7 <= fit.ExponentInterval.High) exponents++;
            var (next, expected) = (Law(5e6) * Noise(), fit.Forecast(5e6));
            if (expected.Low <= next && next <= expected.High) forecasts++;
        }

        Assert.InRange(exponents / (double)draws, 0.93, 0.97);
        Assert.InRange(forecasts / (double)draws, 0.93, 0.97);

        static double Law(double size) => 0.01 * Math.Pow(size, 0.7);
        double Noise() => Math.Exp(0.1 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    [Fact]
    public void The_size_at_which_a_limit_is_passed_lies_inside_its_interval()
    {
        var fit = Fit(size => size / 1_000, 0.02)!;
        var (size, interval) = fit.SizeAt(10_000, 100_000, 1e8);
        Assert.InRange(size, 0.98e7, 1.02e7);
        Assert.InRange(interval.Low, 5e6, 9.9e6);
        Assert.InRange(interval.High, 1.01e7, 2e7);
    }

    [Fact]
    public void A_flat_figure_never_passes_and_one_above_its_limit_has_passed_at_the_smallest_size()
    {
        var flat = Fit(_ => 5, 0.02)!;
        Assert.Equal(1e8, flat.SizeAt(500, 100_000, 1e8).Size);
        Assert.Equal(1e8, flat.SizeAt(500, 100_000, 1e8).Interval.Low);
        Assert.Equal(100_000, flat.SizeAt(2, 100_000, 1e8).Size, 1.0);
    }

    [Fact]
    public void Too_few_sizes_and_figures_that_have_no_logarithm_are_not_fitted()
    {
        Assert.Null(PowerFit.Of([(1_000, 1), (2_000, 2)], 0.02));
        Assert.Null(PowerFit.Of([(1_000, 1), (2_000, 2), (2_000, 2)], 0.02));
        Assert.Null(PowerFit.Of([(1_000, 0), (2_000, 2), (4_000, 3)], 0.02));
        Assert.Null(PowerFit.Of([(1_000, 1), (2_000, double.NaN), (4_000, 3)], 0.02));
    }

    [Fact]
    public void A_forecast_from_figures_far_off_any_line_is_one_that_a_record_can_hold()
    {
        var fit = PowerFit.Of([(100_000, 1e-3), (200_000, 1e6), (400_000, 2e-3)], 0)!;

        Assert.Equal(FigureRange.Largest, fit.Forecast(800_000).High);
        Assert.InRange(fit.Forecast(800_000).Low, 0, 1e-3);
        Assert.Equal(FigureRange.Largest, PowerFit.Of([(1_000, 1), (1_001, 1e6), (1_002, 1e12)], 0)!.At(1_000_000));
    }

    private static PowerFit? Fit(Func<double, double> law, double smallestDeviation) =>
        PowerFit.Of([.. Sizes.Select(size => (size, law(size)))], smallestDeviation);
}
