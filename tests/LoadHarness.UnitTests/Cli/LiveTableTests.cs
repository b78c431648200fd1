using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using Spectre.Console;

namespace LoadHarness.UnitTests.Cli;

public sealed class LiveTableTests
{
    private static readonly LoadSnapshot Busy = new(
        "campaign-send", PhaseKind.Measuring, TimeSpan.FromSeconds(125), 12_345, 12_001,
        TimeSpan.FromMilliseconds(38.4), TimeSpan.FromMilliseconds(999.4), TimeSpan.FromSeconds(12.34), 99_999, 10_000,
            TimeSpan.FromMicroseconds(812));

    private static readonly DatabaseSample Server = new(
        DateTimeOffset.UnixEpoch, "campaign-send", 16, 12, 3, 40, 0.9981, 123_000_000, 1000, 1.98, 2L << 30);

    [Fact]
    public void A_terminal_of_eighty_columns_shows_every_figure_on_one_line()
    {
        var lines = Drawn(80);

        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, line));
        var row = Assert.Single(lines, line => line.StartsWith("campaign-send", StringComparison.Ordinal));
        foreach (var figure in (string[])["12,345", "12,001", "38.4 ms", "999 ms", "12.34 s", "99,999", "10,000", "812 µs"])
            Assert.Contains(figure, row, StringComparison.Ordinal);
        Assert.Single(lines, line => line.Contains("measuring 125 s", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("16 active, 12 waiting", StringComparison.Ordinal)
            && line.Contains("117.3 MB/s", StringComparison.Ordinal));
    }

    [Fact]
    public void Before_the_first_second_there_is_a_heading_and_no_figure() =>
        Assert.DoesNotContain(Drawn(80, []), line => line.Contains(" µs", StringComparison.Ordinal)
            || line.Contains(" ms", StringComparison.Ordinal));

    [Fact]
    public void A_plain_line_holds_the_same_figures()
    {
        var line = LiveTable.Line(Busy, Server);

        foreach (var figure in (string[])["campaign-send", "measuring 125 s", "offered 12,345/s", "p99 12.34 s", "lag p99 812 µs",
            "cache hit"]) Assert.Contains(figure, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', line);
    }

    private static string[] Drawn(int columns, IReadOnlyCollection<LoadSnapshot>? snapshots = null)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(text)
            });
        console.Profile.Width = columns;
        console.Write(LiveTable.Draw(snapshots ?? [Busy], snapshots is null ? Server : null));
        return text.ToString().Split('\n');
    }
}
