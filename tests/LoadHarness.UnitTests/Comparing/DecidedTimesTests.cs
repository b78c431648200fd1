using LoadHarness.Comparing.Times;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>What looks decide stays; what later pairs lose is left out, and keeps no gate from its end.</summary>
public sealed class DecidedTimesTests
{
    private static readonly SlotMetric Page = new("reads/page", "mean");
    private static readonly SlotMetric Rare = new("reads/rare", "mean");

    private readonly DecidedTimes _decided = new(new(32));
    private readonly ScenarioPairs _pairs = new("reads");

    [Fact]
    public void A_figure_that_a_later_slot_of_both_arms_lacks_is_left_out_and_not_open_for_ever()
    {
        Assert.Single(Look([[Page, Rare], [Page, Rare], [Page, Rare], [Page, Rare]], noise: 0.2));
        Assert.Equal([Page, Rare], _decided.Metrics);

        Look([[Page, Rare], [Page], [Page, Rare], [Page, Rare]], noise: 0.2);

        Assert.Equal([Page], _decided.Metrics);
        Assert.Empty(_pairs.OneSided(_decided.Metrics));
    }

    [Fact]
    public void What_a_look_decided_stays_so()
    {
        while (_pairs.Count < 12) Look([[Page, Rare], [Page, Rare], [Page, Rare], [Page, Rare]]);
        Assert.All(_decided.Times, time => Assert.Equal(Difference.Same, time.Difference));

        Look([[Page], [Page], [Page], [Page]]);

        Assert.Equal(2, _decided.Times.Count(time => time.Difference == Difference.Same));
    }

    /// <summary>A suite that is to find a planted fault ended at an alarm that new pairs refuted.</summary>
    [Fact]
    public void An_alarm_that_new_pairs_refute_is_asked_about_once_and_ends_nothing()
    {
        AddUntil(24, onB: 6);
        _decided.Look([_pairs]);
        var alarm = Assert.Single(Confirmation.Alarms(_decided.Times));
        Assert.False(_decided.HasConfirmedAlarm);

        _decided.Judged([alarm with { Confirmed = false }]);
        Assert.Empty(Confirmation.Alarms(_decided.Times));
        Assert.False(_decided.HasConfirmedAlarm);
        AddUntil(32, onB: 6);
        _decided.Look([_pairs]);
        Assert.Empty(Confirmation.Alarms(_decided.Times));

        _decided.Judged([alarm with { Confirmed = true }]);
        Assert.True(_decided.HasConfirmedAlarm);

        void AddUntil(int count, double onB)
        {
            while (_pairs.Count < count)
                _pairs.Add(new Dictionary<SlotMetric, double> { [Page] = 2 }, new Dictionary<SlotMetric, double> { [Page] = onB });
        }
    }

    /// <param name="had">The metrics of each new pair, alike on both arms.</param>
    /// <param name="noise">So much of it does B differ, up and down in turn.</param>
    private List<ScenarioPairs> Look(IReadOnlyList<SlotMetric[]> had, double noise = 0)
    {
        foreach (var metrics in had)
        {
            var onB = _pairs.Count % 2 == 0 ? 2 * (1 + noise) : 2 / (1 + noise);
            _pairs.Add(metrics.ToDictionary(metric => metric, _ => 2.0), metrics.ToDictionary(metric => metric, _ => onB));
        }

        return _decided.Look([_pairs]);
    }
}
