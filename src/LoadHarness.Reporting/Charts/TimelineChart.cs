namespace LoadHarness.Reporting.Charts;

/// <summary>One or more figures over time, with a limit line where there is one and the phases of the run behind them.</summary>
internal sealed record TimelineChart(Axis Clock, IReadOnlyList<Series> Lines)
{
    public required Func<double, string> Label { get; init; }

    /// <summary>Charts with the same name share one cursor.</summary>
    public required string ClockName { get; init; }

    public double? Limit { get; init; }

    public string LimitWords { get; init; } = "limit";

    public bool Bytes { get; init; }

    /// <summary>Response times span powers of ten.</summary>
    public bool Logarithmic { get; init; }

    public int Height { get; init; } = 150;

    public IReadOnlyList<Phase> Phases { get; init; } = [];

    public string ToSvg(string description)
    {
        var values = Lines.SelectMany(line => line.Points.Select(point => point.Value)).Concat(Limit is { } limit ? [limit] : []).ToList();
        Axis up = Logarithmic ? LogAxis.OfMilliseconds(values) : LinearAxis.UpTo(values, Label, Bytes);
        var drawing = new Drawing(Height, Clock, up);
        foreach (var phase in Phases) drawing.Band(phase.From, phase.To, Tone.Muted, phase.Strong ? 0.16 : 0.07, phase.Hatched);
        drawing.Grid().Ticks();
        foreach (var line in Lines.Reverse()) drawing.Line(line.Points, line.Tone, line.Tone == Tone.Ink ? 1.5 : 2);
        if (Limit is { } height) drawing.Level(height, LimitWords, Tone.Limit);
        foreach (var line in Lines.Where(line => Lines.Count > 1))
        {
            if (line.Points.LastOrDefault(point => Axis.Drawable(point.Value), (0, double.NaN)).Value is var end and not double.NaN)
                drawing.Named(line.Name, end, line.Tone);
        }
        return drawing.ToSvg(description, ClockName);
    }
}

/// <summary>A stretch of time that has a name, such as a scenario or its warm-up.</summary>
/// <param name="Strong">Every other one is darker, so that neighbours can be told apart.</param>
internal sealed record Phase(double From, double To, string Name, bool Hatched, bool Strong);

/// <param name="Points">What is drawn.</param>
internal sealed record Series(string Name, Tone Tone, IReadOnlyList<(double Second, double Value)> Points)
{
    /// <summary>What was measured, where fewer points of it are drawn.</summary>
    public IReadOnlyList<(double Second, double Value)> Measured { get; init; } = Points;
}
