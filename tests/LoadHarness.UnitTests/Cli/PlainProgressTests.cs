using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Progress;
using Microsoft.Extensions.Time.Testing;

namespace LoadHarness.UnitTests.Cli;

public sealed class PlainProgressTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly StringWriter _lines = new();

    public void Dispose() => _lines.Dispose();

    [Fact]
    public void A_forecast_is_made_once_a_tenth_is_done()
    {
        using var task = new PlainProgress(_lines, _clock).Begin("Building", 1_000, "indexes");

        Advance(task, 1);
        Advance(task, 99);

        Assert.Equal(["   Building: 1 of 1,000 indexes", "   Building: 100 of 1,000 indexes, 8/s, 108 s left"], Lines());
    }

    [Fact]
    public void Nothing_is_forecast_of_a_task_of_unknown_size()
    {
        using var task = new PlainProgress(_lines, _clock).Begin("Copying", null, "rows");

        Advance(task, 1_200);

        Assert.Equal(["   Copying: 1,200 rows, 200/s"], Lines());
    }

    private void Advance(ICountedTask task, long more)
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        task.Advance(more);
    }

    private string[] Lines() => _lines.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
