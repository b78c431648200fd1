using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests.Targets;

public sealed class BaselineFitTests
{
    public static TheoryData<string, Func<RunResult, RunResult>> Misfits => new()
    {
        { "leads", run => run with { Seed = run.Seed! with { Contacts = run.Seed.Contacts + 1 } } },
        { "workspaces: in 20 workspaces (skew 0.8) then, in one workspace now", run => run with
        {
            Seed = run.Seed! with { Spread = new(20, 0.8) },
        } },
        { "seed", run => run with { Seed = run.Seed! with { Seed = run.Seed.Seed + 1 } } },
        { "checksum of the rows", run => run with { Seed = run.Seed! with { Checksum = "another" } } },
        { "schema", run => run with { Schema = run.Schema! with { Checksum = "another" } } },
        { "server", run => run with { Server = run.Server! with { Version = "17.1" } } },
        { "server", run => run with { Server = null } },
        { "server setting work_mem", run => run with
        {
            Server = run.Server! with { Settings = new Dictionary<string, string>(run.Server.Settings) { ["work_mem"] = "1GB" } },
        } },
        { "machine", run => run with { Host = run.Host with { Cores = run.Host.Cores + 1 } } },
        { "machine", run => run with { Host = run.Host with { Cpu = "another" } } },
        { "machine", run => run with { Host = run.Host with { MemoryBytes = run.Host.MemoryBytes + (4L << 30) } } },
        { "build", run => run with { Identity = run.Identity with { Configuration = "Debug" } } },
        { "profile", run => run with { Options = new Dictionary<string, string>(run.Options) { ["profile"] = "another" } } },
        { "pooler", run => run with { Options = new Dictionary<string, string>(run.Options) { ["pooler"] = "pgbouncer" } } },
        { "it is incomplete", run => run with { IncompleteReason = "Interrupted." } },
        { "it is invalid itself", run => run with { Invalid = ["Stolen time."] } },
    };

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public void A_baseline_of_another_kind_is_refused_by_its_difference(string difference, Func<RunResult, RunResult> change)
    {
        var run = SampleRun.Create();

        var differences = BaselineFit.Differences(change(run), run).ToList();

        Assert.StartsWith(difference, Assert.Single(differences), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_machines_of_the_agents_are_another_load_generator()
    {
        var run = SampleRun.Create() with { Agents = [Agent("1/2", "a", 4), Agent("2/2", "b", 4)] };

        Assert.Empty(BaselineFit.Differences(run with { Agents = [Agent("1/2", "c", 4), Agent("2/2", "d", 4)] }, run));
        Assert.Equal("machines of the agents: 1 of 2 cores, 1 of 4 cores then, 2 of 4 cores now", Assert.Single(
            BaselineFit.Differences(run with { Agents = [Agent("1/2", "a", 4), Agent("2/2", "b", 2)] }, run)));
        Assert.Equal("machines of the agents: 1 of 4 cores then, 2 of 4 cores now", Assert.Single(
            BaselineFit.Differences(run with { Agents = [Agent("1/2", "a", 4), Agent("2/2", "a", 4)] }, run)));
    }

    [Fact]
    public void Another_given_server_and_another_database_of_one_are_another_machine_and_a_port_of_an_own_server_is_not()
    {
        var (run, own) = (OnGivenServer("db-1:5432", "sales"), SampleRun.Create());

        Assert.Equal(
            ["server's address: db-2:5432 then, db-1:5432 now"], BaselineFit.Differences(OnGivenServer("db-2:5432", "sales"), run));
        Assert.Equal(["server's database: trial then, sales now"], BaselineFit.Differences(OnGivenServer("db-1:5432", "trial"), run));
        Assert.Empty(BaselineFit.Differences(run, OnGivenServer("db-1:5432", "sales")));
        Assert.All(BaselineFit.Facts(run).Where(fact => fact.Name.StartsWith("server's", StringComparison.Ordinal)),
            fact => Assert.Equal(FactKind.Machine, fact.Kind));
        // A run of an earlier version does not say the database.
        Assert.Empty(BaselineFit.Differences(OnGivenServer("db-1:5432", null), run));
        Assert.Empty(BaselineFit.Differences(own with { Server = own.Server! with { Endpoint = "127.0.0.1:40001" } }, own));
        Assert.StartsWith("server: ", Assert.Single(BaselineFit.Differences(own, run)), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_file_system_of_the_data_is_another_machine_and_a_run_that_does_not_say_it_is_not()
    {
        var (run, proof) = (SampleRun.Create(), SampleCompared.Proof);
        RunResult On(string? fileSystem) => run with { Server = run.Server! with { FileSystem = fileSystem } };
        RunResult ProofOn(string? fileSystem) =>
            proof with { Proof = proof.Proof! with { Optimized = proof.Proof.Optimized with { FileSystem = fileSystem } } };

        Assert.Equal(["server's file system: tmpfs then, ext4 now"], BaselineFit.Differences(On("tmpfs"), On("ext4")));
        Assert.Equal(["server's file system: tmpfs then, ext4 now"], BaselineFit.Differences(ProofOn("tmpfs"), ProofOn("ext4")));
        Assert.Equal(FactKind.Machine, BaselineFit.Facts(On("ext4")).Single(fact => fact.Name == "server's file system").Kind);
        // A run of an earlier version does not say it, nor one on a server elsewhere.
        Assert.Empty(BaselineFit.Differences(On(null), On("ext4")));
        Assert.Empty(BaselineFit.Differences(On("ext4"), On(null)));
        Assert.Empty(BaselineFit.Differences(On("ext4"), On("ext4")));
    }

    [Fact]
    public void Another_seed_of_a_workload_is_another_load()
    {
        var (earlier, same, other) = (OfWorkload("42"), OfWorkload("42"), OfWorkload("43"));

        const string difference = "seed: 42 then, 43 now";
        Assert.Equal([difference], BaselineFit.Differences(earlier, other));
        Assert.Equal([difference], BaselineFit.KnownAtStart(earlier, 0, WorkspaceSpread.One, 43, other));
        Assert.NotEqual(RunNight.Of(earlier).Load, RunNight.Of(other).Load);
        Assert.Empty(BaselineFit.Differences(earlier, same));
        Assert.Empty(BaselineFit.KnownAtStart(earlier, 0, WorkspaceSpread.One, 42, same));
        Assert.Equal(RunNight.Of(earlier).Load, RunNight.Of(same).Load);
    }

    [Fact]
    public void What_comparing_verbs_found_at_another_scale_by_another_verb_or_on_another_server_is_another_load()
    {
        var run = SampleCompared.Proof;
        var (smaller, older) = (
            run with { Proof = run.Proof! with { Contacts = 10_000 } },
            run with { Proof = run.Proof! with { Optimized = run.Proof.Optimized with { Version = "14.2" } } });

        Assert.Equal(["leads: 10000 then, 20000 now"], BaselineFit.Differences(smaller, run));
        Assert.Equal(
            ["server: PostgreSQL 14.2, copies of one cluster then, PostgreSQL 15.18, copies of one cluster now"],
            BaselineFit.Differences(older, run));
        Assert.Contains("comparing verb: ledger then, prove now", BaselineFit.Differences(SampleCompared.Ledger, run));
        Assert.Equal(SampleCompared.All.Count, SampleCompared.All.Select(each => RunNight.Of(each).Load).Distinct().Count());
        Assert.NotEqual(RunNight.Of(smaller).Load, RunNight.Of(run).Load);
        Assert.NotEmpty(RunNight.Of(run).Since(RunNight.Of(older)));
        Assert.Empty(BaselineFit.Differences(run, run));
    }

    [Fact]
    public void Evidence_that_another_machine_judged_again_is_of_the_one_that_measured_it()
    {
        var measured = SampleCompared.Proof;
        RunResult JudgedElsewhere(string machine, HostEnvironment? host = null) => measured with
        {
            Identity = measured.Identity with { StartedUtc = measured.Identity.StartedUtc.AddDays(1) },
            Host = measured.Host with { Cpu = "another", Cores = 2 },
            Proof = measured.Proof! with { Machine = machine, Host = host },
        };

        var afterAnotherStart = measured.Host with { MemoryBytes = measured.Host.MemoryBytes - (600L << 20) };
        Assert.Empty(BaselineFit.Differences(measured, JudgedElsewhere("in other words", afterAnotherStart)));
        Assert.Equal(
            ["machine: AMD EPYC 7763, 8 cores, 32 GiB then, POWER9, 8 cores, 32 GiB now"],
            BaselineFit.Differences(
                measured, JudgedElsewhere("AMD EPYC 7763, 8 cores, 32 GiB", measured.Host with { Cpu = "POWER9" })));
        // Evidence of earlier versions has the words alone.
        Assert.Empty(BaselineFit.Differences(measured, JudgedElsewhere("AMD EPYC 7763, 8 cores, 32 GiB")));
        // The operating system keeps a little more for itself.
        Assert.Empty(BaselineFit.Differences(measured, JudgedElsewhere("AMD EPYC 7763, 8 cores, 31.8 GiB")));
        Assert.Equal(
            ["machine: AMD EPYC 7763, 8 cores, 32 GiB then, POWER9, 20 cores, 64 GiB now"],
            BaselineFit.Differences(measured, JudgedElsewhere("POWER9, 20 cores, 64 GiB")));
        Assert.Single(BaselineFit.Differences(measured, JudgedElsewhere(", GiB")));
    }

    // An edge between two figures in words is no difference between two machines, and one figure in words may be two machines.
    [Theory]
    [InlineData(23.49, 23.51, null)]
    [InlineData(23.2, 23.6, null)]
    [InlineData(16, 24, "16 GiB then, ")]
    [InlineData(1, 1.4, "1 GiB (1,073,741,824 bytes) then, ")]
    public void Machines_with_nearly_the_same_memory_are_the_same(double then, double now, string? difference)
    {
        var (earlier, run) = (WithMemory(then), WithMemory(now));

        foreach (var found in (IEnumerable<string>[])[BaselineFit.Differences(earlier, run), RunNight.Of(run).Since(RunNight.Of(earlier)),
            BaselineFit.KnownAtStart(earlier, run.Seed!.Contacts, run.Seed.Spread, run.Seed.Seed, run)])
        {
            if (difference is null) Assert.Empty(found);
            else Assert.Contains(difference, Assert.Single(found), StringComparison.Ordinal);
        }
    }

    private static RunResult WithMemory(double gibibytes)
    {
        var run = SampleRun.Create();
        return run with { Host = run.Host with { MemoryBytes = (long)(gibibytes * (1L << 30)) } };
    }

    [Fact]
    public void What_a_comparing_verb_found_is_no_baseline_of_a_load()
    {
        var differences = BaselineFit.KnownAtStart(SampleCompared.Proof, 5_000, WorkspaceSpread.One, 42, SampleRun.Create()).ToList();

        Assert.Contains("leads: 20000 then, 5000 now", differences);
        Assert.Contains("comparing verb: prove then, none now", differences);
    }

    [Fact]
    public void A_profile_is_known_by_what_it_says_where_that_is_on_record()
    {
        var (unknown, one, other) = (SampleRun.Create(), OfProfile("111"), OfProfile("222"));

        const string difference = "profile checksum: 111 then, 222 now";
        Assert.Equal([difference], BaselineFit.Differences(one, other));
        Assert.Equal([difference], AtStart(one, other));
        // A run of an earlier version does not say.
        Assert.Empty(BaselineFit.Differences(unknown, other));
        Assert.Empty(AtStart(unknown, other));
        // Only a load and its headroom follow the profile.
        Assert.Empty(BaselineFit.Differences(SampleCompared.Ledger with { Options = one.Options }, SampleCompared.Ledger with
        {
            Options = other.Options,
        }));

        static IEnumerable<string> AtStart(RunResult earlier, RunResult run) => BaselineFit.KnownAtStart(
            earlier, earlier.Seed!.Contacts, earlier.Seed.Spread, earlier.Seed.Seed, run);
    }

    private static RunResult OfProfile(string checksum)
    {
        var run = SampleRun.Create();
        return run with { Options = new Dictionary<string, string>(run.Options) { ["profile checksum"] = checksum } };
    }

    private static RunResult OnGivenServer(string endpoint, string? database)
    {
        var run = SampleRun.Create();
        return run with
        {
            Server = run.Server! with { Provisioning = ServerKind.Given, Endpoint = endpoint, Database = database },
        };
    }

    // It has no rows that the program has seeded, so no manifest of them.
    private static RunResult OfWorkload(string seed) => SampleRun.Create() with
    {
        Seed = null,
        Options = new Dictionary<string, string> { ["workload"] = "shop", ["seed"] = seed },
    };

    private static AgentRecord Agent(string name, string host, int cores) => new(name, host, 1, cores, 0, TimeSpan.Zero, []);

    [Fact]
    public void Another_commit_and_another_month_of_the_same_seed_fit()
    {
        var run = SampleRun.Create();
        var earlier = run with
        {
            Identity = run.Identity with { Commit = "1234567" },
            Host = run.Host with { MemoryBytes = run.Host.MemoryBytes - (1L << 20) },
            Seed = run.Seed! with { SeededAtMonth = run.Seed.SeededAtMonth.AddMonths(-1), Checksum = "of another month" },
        };

        Assert.Empty(BaselineFit.Differences(earlier, run));
        // Side by side they are told apart.
        Assert.Equal(
            [$"newest month of the rows: {earlier.Seed!.SeededAtMonth:yyyy-MM} then, {run.Seed!.SeededAtMonth:yyyy-MM} now"],
            BaselineFit.Circumstances(earlier, run));
    }

    /// <summary>A given database that was loaded before held a quarter more leads, and nothing beside the figures said so.</summary>
    [Fact]
    public void Rows_that_came_since_the_seeding_are_told_and_refuse_no_baseline()
    {
        var fresh = SampleRun.Create();
        var (loaded, again) = (Holding(500_000), Holding(600_000));

        Assert.Equal(["rows besides the seeded ones: none then, 500,000 of leads now"], BaselineFit.Circumstances(fresh, loaded));
        Assert.Equal(
            ["rows besides the seeded ones: 500,000 of leads then, 600,000 of leads now"], BaselineFit.Circumstances(loaded, again));
        Assert.Empty(BaselineFit.Circumstances(fresh, Holding(0)));
        Assert.Empty(BaselineFit.Differences(fresh, loaded));
        Assert.Equal(RunNight.Of(fresh).Load, RunNight.Of(loaded).Load);
        Assert.Empty(RunNight.Of(loaded).Since(RunNight.Of(fresh)));

        RunResult Holding(long added) => fresh with
        {
            Seed = fresh.Seed! with { Found = new(2_000_000, [new("leads", 2_100_000, 2_100_000, added)]) },
        };
    }
}
