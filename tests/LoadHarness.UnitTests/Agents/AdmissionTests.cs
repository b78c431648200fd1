using LoadHarness.Agents.Coordinating;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.UnitTests.Agents;

/// <summary>Before anything is measured, every agent is the same program on the same database with the same profile.</summary>
public sealed class AdmissionTests
{
    private const string Build = "version 0.1.0, commit abcdef1, Release";

    private static readonly LoadProfile Profile = new("p", "", LeadQueries: new(10, TimeSpan.Zero, TimeSpan.FromSeconds(1), 5));

    private static readonly FleetWork Work = new(
        3, Build, new("schema", "seeding"), Profile, SampleRun.Create().Seed!, 42, ThroughPooler: false, TimeSpan.FromSeconds(5));

    private readonly List<string> _told = [];
    private readonly Admission _admission;

    public AdmissionTests() => _admission = new(Work, _told.Add);

    [Fact]
    public void Three_agents_that_see_the_same_are_complete()
    {
        foreach (var share in (string[])["1/3", "3/3", "2/3"])
        {
            Assert.False(_admission.Complete.IsCompleted);
            _admission.Join(Request(share));
            _admission.Check(Check(share, Work.Facts));
        }

        Assert.True(_admission.Complete.IsCompleted);
        Assert.Equal(["1/3", "2/3", "3/3"], _admission.Members.Select(member => member.Record().Name));
    }

    [Theory]
    [InlineData("4/4", Build, "this run has 3 agents")]
    [InlineData("x", Build, "this run has 3 agents")]
    [InlineData("2/3", "version 0.0.9, commit abcdef1, Release", "install the same program on both")]
    [InlineData("2/3", "version 0.1.0, commit abcdef1, Debug", "install the same program on both")]
    public void Another_share_or_program_is_refused_with_what_differs(string share, string build, string expected) =>
        Assert.Contains(expected, Refusal(() => _admission.Join(Request(share, build))), StringComparison.Ordinal);

    [Theory]
    [InlineData("another", "seeding", "another schema (checksum another, the coordinator's is schema)")]
    [InlineData("schema", "another", "other rows (seeding another, the coordinator's is seeding)")]
    public void Another_database_is_refused_with_what_differs(string schema, string seeding, string expected)
    {
        _admission.Join(Request("2/3"));

        var refusal = Refusal(() => _admission.Check(Check("2/3", FleetWork.FactsOf(new(schema, seeding), Profile))));

        Assert.Contains(expected, refusal, StringComparison.Ordinal);
        Assert.Contains("Agent 2/3 on host", refusal, StringComparison.Ordinal);
        // Its place is free for the right one.
        _admission.Join(Request("2/3"));
        _admission.Check(Check("2/3", Work.Facts));
    }

    [Fact]
    public void A_profile_that_was_understood_otherwise_is_refused()
    {
        _admission.Join(Request("2/3"));

        var other = Profile with { LeadQueries = Profile.LeadQueries! with { RatePerSecond = 11 } };

        Assert.Contains("another profile", Refusal(
            () => _admission.Check(Check("2/3", FleetWork.FactsOf(Work.Database, other)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_has_one_agent()
    {
        _admission.Join(Request("2/3"));
        _admission.Check(Check("2/3", Work.Facts));

        Assert.Contains("already", Refusal(() => _admission.Join(Request("2/3"))), StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_whose_place_was_taken_is_refused_and_the_other_stays()
    {
        _admission.Join(Request("2/3"));

        foreach (var late in (CheckRequest[])[new(From("2/3", "b"), "host", Work.Facts), new(From("2/3", "b"), "host", new("x", "y", "z"))])
            Assert.Contains(
                "its place was taken by 2/3 on host (process 123): start it again", Refusal(() => _admission.Check(late)),
                StringComparison.Ordinal);

        _admission.Check(Check("2/3", Work.Facts));
        Assert.True(_admission.Of(From("2/3")).IsChecked);
    }

    [Fact]
    public void One_that_goes_away_before_all_are_there_frees_its_place_and_does_not_speak_for_the_next()
    {
        Admit("1/3");
        Admit("2/3");
        var lost = new List<string>();

        var gone = _admission.Of(From("2/3"));
        _admission.Lose(gone, "it ended early: a person stopped it", (_, words) => lost.Add(words));
        Assert.Contains(
            "missing: 2/3, 3/3. Agent 2/3 on host (process 123) left: it ended early: a person stopped it.",
            _admission.Missing(TimeSpan.FromSeconds(60), null).Message, StringComparison.Ordinal);
        Admit("3/3");
        Assert.Contains("no place", Assert.Throws<HarnessException>(() => _admission.Of(From("2/3"))).Message, StringComparison.Ordinal);
        Assert.False(_admission.Complete.IsCompleted);
        Admit("2/3", "b");
        _admission.Lose(gone, "nothing was heard of it", (_, words) => lost.Add(words));

        Assert.True(_admission.Complete.IsCompleted);
        Assert.Empty(lost);
        Assert.Equal("   agent 2/3 on host (process 123) left; waiting for it again (it ended early: a person stopped it)",
            Assert.Single(_told, line => line.Contains(" left", StringComparison.Ordinal)));
        Assert.Contains("taken by", Assert.Throws<HarnessException>(() => _admission.Of(From("2/3"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_goes_away_when_all_were_there_is_lost()
    {
        foreach (var share in (string[])["1/3", "2/3", "3/3"]) Admit(share);
        var lost = new List<string>();

        foreach (var reason in (string[])["nothing was heard of it", "it ended early"])
            _admission.Lose(_admission.Of(From("2/3")), reason, (_, words) => lost.Add(words));

        Assert.Equal("Agent 2/3 on host (process 123) was lost: nothing was heard of it", Assert.Single(lost));
        Assert.Equal("nothing was heard of it", _admission.Of(From("2/3")).Loss?.Reason);
    }

    [Fact]
    public void One_of_this_machine_whose_process_ended_is_lost_also_before_all_are_there()
    {
        Admit("1/3");
        var lost = new List<string>();

        _admission.LoseForGood(new(1, 3), "its process ended with code 1", (_, words) => lost.Add(words));

        var loss = Assert.Single(lost);
        Assert.Equal("Agent 2/3 was lost: its process ended with code 1", loss);
        var fault = _admission.Missing(TimeSpan.FromSeconds(60), loss);
        Assert.Equal(ExitCode.Inconclusive, fault.ExitCode);
        Assert.Contains($"missing: 2/3, 3/3. {loss}. What it wrote itself says why", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_waited_at_a_start_line_and_went_away_is_not_counted_for_the_next()
    {
        foreach (var share in (string[])["1/3", "2/3"]) Admit(share);
        var line = new StartLine(3, _admission.Has);
        _ = line.WaitAsync(_admission.Of(From("1/3")));
        _ = line.WaitAsync(_admission.Of(From("2/3")));

        _admission.Lose(_admission.Of(From("2/3")), "it ended early", (_, _) => { });
        Admit("2/3", "b");
        Admit("3/3");
        _ = line.WaitAsync(_admission.Of(From("3/3")));

        Assert.False(line.All.IsCompleted);
        _ = line.WaitAsync(_admission.Of(From("2/3", "b")));
        Assert.True(line.All.IsCompleted);
    }

    [Fact]
    public void Agents_share_the_sessions_that_a_cluster_of_servers_has()
    {
        Assert.Equal(13, new Admission(Work with { MostSessions = 40 }, _ => { }).Join(Request("2/3")).MostSessions);
        Assert.Equal(1, new Admission(Work with { MostSessions = 2 }, _ => { }).Join(Request("2/3")).MostSessions);
        Assert.True(_admission.Join(Request("2/3")).MostSessions > 100_000);
    }

    [Fact]
    public void Who_has_not_joined_is_not_heard()
    {
        Assert.Throws<HarnessException>(() => _admission.Of(From("2/3")));
        Assert.Throws<HarnessException>(() => _admission.Check(Check("2/3", Work.Facts)));
    }

    [Fact]
    public void Missing_agents_and_refusals_are_named_when_time_is_up()
    {
        _admission.Join(Request("1/3"));
        _admission.Check(Check("1/3", Work.Facts));
        Refusal(() => _admission.Join(Request("2/3", "another")));

        var fault = _admission.Missing(TimeSpan.FromSeconds(60), null);

        Assert.Contains("Of 3 agents 1 are here after 60 s; missing: 2/3, 3/3.", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Agent 2/3 on host was refused", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    [Fact]
    public void Figures_that_contradict_each_other_are_not_taken()
    {
        _admission.Join(Request("2/3"));
        var sound = SampleRun.Create(seconds: 5).Scenarios[0];
        var bent = sound with { Operations = [sound.Operations[0] with { Accounting = new(1, 2, 3, 4, 5) }] };
        var piece = Assert.Single(Pieces.Cut(MessageFormat.Write(new AgentAnswer(new([bent], [], 0), TimeSpan.Zero))));

        var fault = Assert.Throws<HarnessException>(() => _admission.Of(From("2/3")).Take(new(From("2/3"), "s", 0, 1, piece)));

        Assert.Contains("contradict each other", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_pieces_is_whole_when_the_last_has_come()
    {
        _admission.Join(Request("2/3"));
        var member = _admission.Of(From("2/3"));
        var whole = MessageFormat.Write(new AgentAnswer(new([SampleRun.Create(seconds: 5).Scenarios[0]], [], 7), TimeSpan.Zero));
        var packed = Assert.Single(Pieces.Cut(whole));
        byte[][] pieces = [packed[..100], packed[100..]];
        var answer = member.AnswerAsync("s");

        member.Take(new(From("2/3"), "s", 0, 2, pieces[0]));
        Assert.False(answer.IsCompleted);
        member.Take(new(From("2/3"), "s", 1, 2, pieces[1]));

        Assert.Equal(7, (await answer)!.Measured.LeadsSetAside);
        Assert.Throws<HarnessException>(() => member.Take(new(From("2/3"), "s", 2, 2, pieces[1])));
        Assert.Throws<HarnessException>(() => member.Take(new(From("2/3"), "s", 0, int.MaxValue, pieces[1])));
    }

    [Fact]
    public async Task A_piece_of_an_answer_may_come_again_at_any_time()
    {
        _admission.Join(Request("2/3"));
        var member = _admission.Of(From("2/3"));
        var packed = Assert.Single(Pieces.Cut(
            MessageFormat.Write(new AgentAnswer(new([SampleRun.Create(seconds: 5).Scenarios[0]], [], 7), TimeSpan.Zero))));
        byte[][] pieces = [packed[..100], packed[100..]];

        foreach (var (scenario, part) in ((string, int)[])[("s", 0), ("s", 0), ("s", 1), ("s", 1), ("t", 0), ("s", 1), ("t", 1)])
            member.Take(new(From("2/3"), scenario, part, 2, pieces[part]));

        foreach (var scenario in (string[])["s", "t"])
        {
            var answer = member.AnswerAsync(scenario);
            Assert.True(answer.IsCompleted, scenario);
            Assert.Equal(7, (await answer)!.Measured.LeadsSetAside);
        }
    }

    private void Admit(string share, string id = "a")
    {
        _admission.Join(new(From(share, id), Build, "host", 123, 2));
        _admission.Check(new(From(share, id), "host", Work.Facts));
    }

    private static Sender From(string share, string id = "a") => new(share, id);

    private static CheckRequest Check(string share, AgentFacts facts) => new(From(share), "host", facts);

    private static JoinRequest Request(string share, string build = Build) => new(From(share), build, "host", 123, 2);

    private static string Refusal(Action act)
    {
        var fault = Assert.Throws<HarnessException>(act);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        return fault.Message;
    }
}
