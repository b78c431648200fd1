using System.Globalization;
using System.Text.RegularExpressions;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>The colours of the lines as people see them who see fewer colours.</summary>
public sealed class ColourTests : IDisposable
{
    /// <summary>Below about ten, two colours of thin lines are taken for one.</summary>
    private const double Apart = 9;

    /// <summary>Of an object that carries meaning against its ground (WCAG 1.4.11).</summary>
    private const double Contrast = 3;

    // Machado, Oliveira and Fernandes 2009, severity 1; grey by the luminance of sRGB.
    private static readonly Dictionary<string, double[][]> Eyes = new()
    {
        ["protan"] = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ["deutan"] = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ["tritan"] = [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ["grey"] = [[0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722]],
    };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("protan")]
    [InlineData("deutan")]
    [InlineData("tritan")]
    [InlineData("grey")]
    public async Task Lines_stay_apart_in_both_themes(string eye)
    {
        foreach (var (theme, colours) in await ThemesAsync())
        {
            for (var i = 0; i < colours.Count; i++)
            {
                for (var j = i + 1; j < colours.Count; j++)
                {
                    var distance = Distance(Seen(colours[i], Eyes[eye]), Seen(colours[j], Eyes[eye]));
                    Assert.True(distance >= Apart, $"{theme}, {eye}: {colours[i]} and {colours[j]} are {distance:0.0} apart.");
                }
            }
        }
    }

    [Fact]
    public async Task Lines_stand_out_from_their_ground()
    {
        foreach (var (theme, colours) in await ThemesAsync())
        {
            var ground = theme == "light" ? "#ffffff" : "#1b1f26";
            Assert.All(colours, colour => Assert.True(
                Ratio(colour, ground) >= Contrast, $"{theme}: {colour} has {Ratio(colour, ground):0.0}."));
        }
    }

    private async Task<IReadOnlyList<(string Theme, IReadOnlyList<string> Colours)>> ThemesAsync()
    {
        var page = (await RunReport.WriteAsync(SampleRun.Create(seconds: 3), _directory.Path, TestContext.Current.CancellationToken))[1];
        var style = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        var found = Regex.Matches(style, "--s\\d: (#[0-9a-f]{6});").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(8, found.Count);
        return [("light", found[..4]), ("dark", found[4..])];
    }

    private static double[] Linear(string colour) => [.. Enumerable.Range(0, 3).Select(part =>
    {
        var share = int.Parse(colour.AsSpan(1 + (2 * part), 2), NumberStyles.HexNumber) / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    })];

    private static double[] Seen(string colour, double[][] eye)
    {
        var light = Linear(colour);
        return Lab([.. eye.Select(row => Math.Clamp(row.Zip(light).Sum(pair => pair.First * pair.Second), 0, 1))]);
    }

    private static double[] Lab(double[] light)
    {
        static double Root(double value) => value > 0.008856 ? Math.Cbrt(value) : (7.787 * value) + (16.0 / 116);
        var x = Root(((0.4124 * light[0]) + (0.3576 * light[1]) + (0.1805 * light[2])) / 0.95047);
        var y = Root((0.2126 * light[0]) + (0.7152 * light[1]) + (0.0722 * light[2]));
        var z = Root(((0.0193 * light[0]) + (0.1192 * light[1]) + (0.9505 * light[2])) / 1.08883);
        return [(116 * y) - 16, 500 * (x - y), 200 * (y - z)];
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));

    private static double Ratio(string a, string b)
    {
        static double Luminance(string colour) => Linear(colour).Zip([0.2126, 0.7152, 0.0722]).Sum(pair => pair.First * pair.Second);
        var (one, two) = (Luminance(a), Luminance(b));
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }
}
