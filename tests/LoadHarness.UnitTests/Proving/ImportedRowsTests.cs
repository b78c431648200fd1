using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests.Proving;

public sealed class ImportedRowsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    // The last one began as the load ended: it took its own time, and none waited.
    [InlineData(1.3, 0.3, 16_000, null)]
    [InlineData(1.0, 0.1, 16_000, null)]
    // A little late still keeps up, and counts for less.
    [InlineData(1.5, 0.3, 16_000 / 1.2, null)]
    // It was said to hold 16,000 rows a second, and did 6,400.
    [InlineData(2.7, 0.2, 6_400, "imports do not keep up: 1 s of them took 2.5 s")]
    public void Rows_count_by_the_time_that_they_took(double measured, double fastest, double aSecond, string? fault)
    {
        var imports = Imports(measured, fastest);

        Assert.Equal(aSecond, ImportedRows.ASecond(imports, Second), 3);
        Assert.Equal(fault, ImportedRows.FaultOf(imports, Second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Nothing_that_keeps_up_is_cut_off(int seconds) =>
        Assert.True(ImportedRows.Drain(TimeSpan.FromSeconds(seconds)).TotalSeconds > 0.25 * seconds);

    private static ScenarioResult Imports(double measured, double fastest)
    {
        var sample = SampleScenario.Repeated("bulk-import", "import", [0.5], 16_000);
        var operation = sample.Operations[0];
        var response = operation.Response with { Minimum = TimeSpan.FromSeconds(fastest) };
        return sample with
        {
            Measured = TimeSpan.FromSeconds(measured),
            Operations = [operation with { Items = 16_000, Response = response }],
        };
    }
}
