namespace LoadHarness.Reporting.Page;

/// <summary>What the page's words mean, for a reader who does not measure every day.</summary>
internal static class Definitions
{
    private static readonly (string Word, string Meaning)[] Words =
    [
        ("Response time",
            "From the moment a request should have started until it completed. Timed from the actual start instead, "
                + "a server that stalls for two seconds would hold up the requests behind it, and none of them would show it."),
        ("Service time", "From the actual start until completion: what the server took once it was asked."),
        ("Schedule lag",
            "Actual start less intended start. "
                + "Large lag means that the generator, or its limit of requests in flight, held requests back."),
        ("Open model",
            "So many arrivals a second, whatever the responses do, as visitors of a site behave. "
                + "In the closed model so many users each wait for their response before they go on."),
        ("p50, p95, p99",
            "Of a hundred requests, 50, 95 or 99 took at most so long. A mean would hide the slow ones. "
                + "Where fewer requests were made than a percentile needs, it is “–”."),
        ("Offered, achieved", "Offered: requests that were scheduled, by planned time. Achieved: requests that completed, by real time."),
        ("95% interval", "Where the true figure lies in 95 of 100 such measurements. For percentiles it is taken from the samples "
            + "themselves, without assuming a distribution."),
        ("Limit", "Reduced in proportion when fewer items were handled than the claim speaks of, so that a small run is not let off "
            + "lightly."),
        ("Share of the limit", "The figure over its limit; for “at least”, the limit over the figure. Below one is inside, above "
            + "one is outside, for every target alike."),
        ("Charts", "Response times lie on a logarithmic axis: equal steps are equal factors. A scenario's charts begin with its measured "
            + "phase, those of the timeline with the run. Fewer than 30 requests are drawn one by one. In flight: requests under way at "
            + "the end of a second."),
        ("n", "How many measurements a figure rests on. For waits: how many times a session was caught active."),
        ("✓ met, ✕ missed",
            "The whole 95% interval lies inside, or outside, the limit. "
                + "A target is also missed when more than one request in a hundred failed or was skipped."),
        ("? inconclusive, ○ unavailable", "The samples cannot tell, or nothing was measured. Neither one is ever counted as met."),
        ("⊘ invalid, ◐ incomplete",
            "Said of a whole run: something disturbed the measurement itself, or the run was stopped before its end."),
    ];

    public static Section Section { get; } = new(
        "definitions",
        "Definitions",
        null,
        [Html.Of($"""
            <dl class="definitions">
            {Words.Select(entry => Html.Of($"<div><dt>{entry.Word}</dt><dd>{entry.Meaning}</dd></div>\n"))}</dl>
            """)]);
}
