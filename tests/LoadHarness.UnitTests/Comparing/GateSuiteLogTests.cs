using LoadHarness.Comparing;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GateSuiteLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string LogFile => Path.Combine(_directory.Path, "selftest.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_an_earlier_session_measured_is_not_measured_again()
    {
        var stop = TestContext.Current.CancellationToken;
        await new GateSuiteLog(LogFile).AddAsync(Suite(0), stop);
        await new GateSuiteLog(LogFile).AddAsync(Suite(2, "another kind"), stop);

        var log = new GateSuiteLog(LogFile);
        using var claim = await log.ClaimAsync("k", 3, IsAlike, stop);

        Assert.Equal(1, claim!.Number);
        Assert.Null(await log.ClaimAsync("k", 1, IsAlike, stop));
    }

    [Fact]
    public async Task Several_programs_share_the_numbers_and_none_is_measured_twice()
    {
        var stop = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var log = new GateSuiteLog(LogFile);
            while (await log.ClaimAsync("k", 40, IsAlike, stop) is { } claim)
                using (claim) await log.AddAsync(Suite(claim.Number), stop);
        }, stop)));

        var lines = await File.ReadAllLinesAsync(LogFile, stop);
        Assert.Equal(40, lines.Length);
        Assert.Equal(Enumerable.Range(0, 40), (await new GateSuiteLog(LogFile).ReadAsync(IsAlike, stop)).Select(suite => suite.Number));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.claim"));
    }

    [Fact]
    public async Task Programs_that_add_at_once_lose_no_line()
    {
        var stop = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(program => Task.Run(async () =>
        {
            for (var line = 0; line < 250; line++) await new GateSuiteLog(LogFile).AddAsync(Suite((program * 250) + line), stop);
        }, stop)));

        var found = await new GateSuiteLog(LogFile).ReadAsync(IsAlike, stop);
        Assert.Equal(Enumerable.Range(0, 1_000), found.Select(suite => suite.Number));
        Assert.Equal(LogFile, Assert.Single(Directory.GetFiles(_directory.Path)));
    }

    /// <summary>As an editor may leave it: both comparisons stood in one line, and the file could not be read.</summary>
    [Fact]
    public async Task A_last_line_without_its_end_gets_one_before_the_next()
    {
        var stop = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(LogFile, "", stop);
        await new GateSuiteLog(LogFile).AddAsync(Suite(0), stop);
        var line = await File.ReadAllTextAsync(LogFile, stop);
        await File.WriteAllTextAsync(LogFile, line.TrimEnd('\n'), stop);

        for (var number = 1; number < 3; number++) await new GateSuiteLog(LogFile).AddAsync(Suite(number), stop);

        Assert.Equal(3, (await File.ReadAllLinesAsync(LogFile, stop)).Length);
        Assert.Equal([0, 1, 2], (await new GateSuiteLog(LogFile).ReadAsync(IsAlike, stop)).Select(suite => suite.Number));
    }

    [Fact]
    public async Task A_damaged_line_is_named_with_its_number()
    {
        var stop = TestContext.Current.CancellationToken;
        await new GateSuiteLog(LogFile).AddAsync(Suite(0), stop);
        await File.AppendAllTextAsync(LogFile, "{\"kind\": \n", stop);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => new GateSuiteLog(LogFile).ReadAsync(IsAlike, stop));
        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    [Fact]
    public void Rates_come_from_all_comparisons()
    {
        var rate = GateRate.Of("k", [Suite(0), Suite(1) with { Alarm = true, Cause = "because" }]);
        Assert.Equal((1, 2, null), (rate.Count, rate.Suites, rate.CauseFirst));
        Assert.InRange(rate.Interval.High, 0.98, 0.99);
        Assert.Equal("because", rate.Example);
    }

    [Fact]
    public void What_stayed_undecided_is_told_of_the_lines_that_say_it()
    {
        Assert.Null(GateRate.Of("k", [Suite(0)]).Undecided);
        var rate = GateRate.Of("k",
            [Suite(0), Suite(1) with { Undecided = 0 }, Suite(2) with { Undecided = 3 }, Suite(3) with { Undecided = 1, Alarm = true }]);

        Assert.Equal("1 of 3", rate.Undecided?.ToString());
        Assert.EndsWith(", no alarm and undecided in 1 of 3", rate.Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_near_chance_may_be_missed_one_time_in_ten()
    {
        var found = GateRate.Of("k", [.. Enumerable.Range(0, 20).Select(number => Suite(number) with
        {
            Alarm = number >= 2, CauseFirst = number >= 2,
        })]);

        Assert.Equal(VerdictKind.Missed, found.Verdict().Kind);
        Assert.Equal(VerdictKind.Met, (found with { LeastFound = 90 }).Verdict().Kind);
    }

    [Theory]
    [InlineData(8, 0, VerdictKind.Met)]
    [InlineData(8, 1, VerdictKind.Met)]
    [InlineData(8, 2, VerdictKind.Missed)]
    [InlineData(1, 1, VerdictKind.Missed)]
    public void The_right_cause_must_stand_first_in_seven_of_eight_faults(int faults, int unnamed, VerdictKind expected)
    {
        var rates = Enumerable.Range(0, faults).Select(number => GateRate.Of(
            $"fault {number}", [Suite(0) with { Alarm = true, Cause = "because", CauseFirst = number >= unnamed }]));
        var verdict = Rates([GateRate.Of("identical arms", [Suite(0)]), .. rates]).Verdicts
            .Single(verdict => verdict.Id == "right cause first");

        Assert.Equal(expected, verdict.Kind);
        Assert.Equal(faults, verdict.Samples);
        if (unnamed > 0) Assert.Contains("fault 0", verdict.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_that_is_not_found_is_not_named() => Assert.Contains(
        Rates([GateRate.Of("fault", [Suite(0) with { CauseFirst = false }])]).Verdicts,
        verdict => verdict is { Id: "right cause first", Kind: VerdictKind.Missed });

    [Fact]
    public void Identical_arms_alone_have_no_cause_to_name() =>
        Assert.Single(Rates([GateRate.Of("identical arms", [Suite(0)])]).Verdicts);

    [Fact]
    public void Comparisons_of_another_slot_scale_or_seed_are_not_counted_together()
    {
        Assert.True(Suite(0).IsOf("k", TimeSpan.FromSeconds(1), 20_000, 42));
        Assert.False(Suite(0).IsOf("k", TimeSpan.FromSeconds(5), 20_000, 42));
        Assert.False(Suite(0).IsOf("k", TimeSpan.Zero, 20_000, 42));
        Assert.False(Suite(0).IsOf("another kind", TimeSpan.FromSeconds(1), 20_000, 42));
        Assert.False(Suite(0).IsOf("k", TimeSpan.FromSeconds(1), 20_001, 42));
        Assert.False(Suite(0).IsOf("k", TimeSpan.FromSeconds(1), 20_000, 43));
    }

    private static GateRates Rates(IReadOnlyList<GateRate> rates) =>
        new(DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), "a machine", 20_000, 42, 1, 1, rates);

    private static bool IsAlike(GateSuite suite) => suite.Kind == "k";

    private static GateSuite Suite(int number, string kind = "k") => new(
        kind, number, false, null, null, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), "s", "abc", 1, 20_000, 42);
}
