using System.Text.RegularExpressions;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>A bar's name is whole, whatever its length: half a name of a wait says nothing.</summary>
public sealed class BarTests
{
    [Theory]
    [InlineData("CPU", "IO:DataFileRead")]
    [InlineData("LWLock:LockManager", "LWLock:ParallelHashJoinPerXact", "Extension:CitusExecutorWaitForManySockets")]
    [InlineData("Barton, Ortiz and Luettgen", "connturcotteandheane.example")]
    [InlineData("a name of many words that goes on and on and on", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")]
    [InlineData("名前がとても長い会社の名前がとても長い会社の名前", "короткое имя компании, которое не помещается")]
    public void Every_name_is_whole_and_every_line_fits(params string[] names)
    {
        var drawing = BarsChart.Rows([.. names.Select(name => (name, 0.5, "50%"))], "Bars.");

        var lines = Regex.Matches(drawing, "<text x=\"0\"[^>]*>([^<]*)</text>").Select(match => System.Net.WebUtility.HtmlDecode(
            match.Groups[1].Value)).ToList();
        Assert.Equal(string.Concat(names).Replace(" ", "", StringComparison.Ordinal),
            string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(Wrapped.Width(line), 1, 38));
    }

    [Theory]
    [InlineData("idle in transaction", "idle in|transaction")]
    [InlineData("custom_field_filter", "custom_field_|filter")]
    [InlineData("p99", "p99")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    public void A_name_is_broken_at_a_seam(string name, string lines) => Assert.Equal(lines.Split('|'), Wrapped.Of(name, 14));

    [Fact]
    public void A_name_without_end_is_cut_between_letters()
    {
        var lines = Wrapped.Of(string.Concat(Enumerable.Repeat("👩🏽‍🚀", 500)), 12);

        Assert.Equal(4, lines.Count);
        Assert.EndsWith("…", lines[^1], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.DoesNotContain('\ufffd', line));
    }
}
