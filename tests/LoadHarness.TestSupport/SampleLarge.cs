using LoadHarness.Core.Measurement;

namespace LoadHarness.TestSupport;

/// <summary>Large and odd runs. What costs time to make and nothing to show, such as equal seconds, is made once.</summary>
public static class SampleLarge
{
    public const string Hostile = "<script>alert(1)</script> \u202Eevil \u05E2\u05D1\u05E8\u05D9\u05EA \"quoted\" & more";

    /// <summary>
    /// 60 scenarios of an hour at a sample a second, with long and right-to-left names, long errors, a long plan, and an empty one.
    /// </summary>
    public static RunResult Create()
    {
        var one = SampleRun.Create(seconds: 240);
        var template = Hour(one.Scenarios[0]);
        var empty = template with
        {
            Name = "a scenario in which nothing happened",
            Timeline = [],
            Measured = TimeSpan.Zero,
            Operations = [.. template.Operations.Select(operation => new OperationResult(
                operation.Name, Accounting.None, LatencySummary.Of(new()), LatencySummary.Of(new()), LatencySummary.Of(new()), null, 0,
                    null, [], []))],
        };
        return one with
        {
            Identity = one.Identity with { Duration = TimeSpan.FromHours(70) },
            Scenarios =
            [
                .. one.Scenarios.Take(5), empty,
                .. Enumerable.Range(0, 54).Select(number => template with
                {
                    Name = $"{(number == 7 ? Hostile : "a scenario of a long name")}, number {number}",
                    StartedUtc = template.StartedUtc.AddHours(number),
                    Operations = [.. template.Operations.Select(operation => operation with
                    {
                        Errors = number == 0 ? Errors : operation.Errors,
                    })],
                }),
            ],
            Observation = one.Observation! with
            {
                Plans = [one.Observation.Plans[0] with { Text = LongPlan }, .. one.Observation.Plans.Skip(1)],
            },
        };
    }

    public static IReadOnlyList<ErrorCount> Errors { get; } =
        [new(new string('x', 1_000_000), 7), .. Enumerable.Range(1, 5_000)
            .Select(number => new ErrorCount($"error number {number}", number))];

    public static string LongPlan { get; } = string.Join(
        '\n', Enumerable.Range(1, 20_000).Select(line => $"  -> Index Scan number {line} of a plan that never ends"));

    /// <summary>
    /// As long as an hour, by the same minutes again. Most seconds have counts alone: decoding them all would be the test's whole time.
    /// </summary>
    private static ScenarioResult Hour(ScenarioResult scenario) => scenario with
    {
        Measured = TimeSpan.FromHours(1),
        Timeline =
        [
            .. Enumerable.Range(0, 3_600).Select(second => scenario.Timeline[second % scenario.Timeline.Count] with
            {
                Second = second,
                Buckets = second % 30 == 0 ? scenario.Timeline[second % scenario.Timeline.Count].Buckets : null,
            }),
        ],
    };
}
