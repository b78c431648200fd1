using LoadHarness.Agents.Messages;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>One result from the agents' own, with the share of a lost one booked as skipped.</summary>
/// <param name="loss">Why the run ended early; null when it did not.</param>
internal sealed class FleetMerge(FleetWork work, IReadOnlyList<Member> members, string? loss)
{
    private readonly Dictionary<Member, IReadOnlyList<ScenarioResult>> _booked = [];

    public async Task<FleetResult> PutTogetherAsync(
        IReadOnlyList<ScenarioProps> load, string name, DateTimeOffset? began, IReadOnlyDictionary<Member, AgentAnswer> answers)
    {
        var own = answers.ToDictionary(answer => answer.Key, answer => OnOneClock(answer.Key, answer.Value));
        foreach (var (member, results) in own)
            foreach (var result in results) member.Keep(AgentLoad.Of(result, answers[member].StartedLate));
        var until = own.Values.SelectMany(results => results).Select(LoadTime).DefaultIfEmpty(TimeSpan.Zero).Max();
        foreach (var member in members.Where(member => member.Loss is not null && !own.ContainsKey(member)))
            await BookAsync(member, load, name, began, until);
        return new(
            [.. load.Select(scenario => ScenarioMerge.Of([.. own.Concat(_booked).OrderBy(part => part.Key.Share.Index).Select(part =>
                (part.Key.Share.ToString(), part.Value.Single(result => result.Name == scenario.Name)))]))],
            [.. answers.Values.SelectMany(answer => answer.Measured.Sent).Distinct()],
            answers.Values.Sum(answer => (long)answer.Measured.LeadsSetAside));
    }

    private IReadOnlyList<ScenarioResult> OnOneClock(Member member, AgentAnswer answer) =>
        [.. answer.Measured.Scenarios.Select(result => result with
    {
        StartedUtc = result.StartedUtc - TimeSpan.FromSeconds(member.Clock.AheadSeconds),
        AbortReason = result.AbortReason is not null && loss is not null ? Ended : result.AbortReason,
    })];

    private string? Ended => loss is null ? null : "an agent was lost";

    private async Task BookAsync(Member member, IReadOnlyList<ScenarioProps> load, string name, DateTimeOffset? began, TimeSpan until)
    {
        var (at, reason) = member.Loss!.Value;
        var loaded = began is not { } start ? TimeSpan.Zero : until > TimeSpan.Zero ? until : at > start ? at - start : TimeSpan.Zero;
        var words = $"agent {member.Share} on {member.Joined.Host} was lost ({reason}): its share was not made";
        var results = new List<ScenarioResult>();
        foreach (var scenario in load)
            results.Add(await LostShare.PlayAsync(scenario, member.Share, work.RunSeed, loaded, began ?? at, words) with
            {
                AbortReason = Ended,
            });
        _booked[member] = results;
        member.LostIn = name;
        member.Skipped = results.Sum(result => result.Accounting.Skipped);
    }

    // Seconds are marked by how much of each the load was on.
    private static TimeSpan LoadTime(ScenarioResult result) =>
        result.Timeline.Aggregate(TimeSpan.Zero, (sum, second) => sum + second.Loaded);
}
