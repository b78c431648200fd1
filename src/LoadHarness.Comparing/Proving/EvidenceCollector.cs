using LoadHarness.Checks.Connections;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Measures what the contracts ask for, each figure once: sizes, rows, blocks and times of reads, memory, connections, then what writes.
/// </summary>
internal sealed class EvidenceCollector(
    ProofArms arms, ProofPlan plan, IReadOnlyList<Target> targets, ulong seed, StageTimes times, IStageProgress progress)
{
    /// <summary>Leads that baselines N and X import are others than those of C, on the same server.</summary>
    private const int FarOff = 20_000_000;

    private readonly Dictionary<string, string> _differences = [];
    private readonly Dictionary<string, OperationPairs> _times = [];
    private readonly Dictionary<string, ArmValues> _blocks = [];
    private readonly Dictionary<string, SearchedLevels> _searches = [];
    private readonly ReadResults _results = new(arms.Optimized, arms.Careful, plan, seed);
    private readonly ProofTimes _turns = new(arms.Optimized, arms.Careful, arms.Naive, plan, seed);
    private ProofEvidence _read = new();

    /// <summary>Told after each stage what is measured so far: an hour's work does not depend on what comes after it.</summary>
    public required Func<ProofEvidence, Task> Keep { get; init; }

    private ProofEvidence SoFar => _read with
    {
        Searches = new Dictionary<string, SearchedLevels>(_searches),
        Differences = new Dictionary<string, string>(_differences),
        Times = new Dictionary<string, OperationPairs>(_times),
        Blocks = new Dictionary<string, ArmValues>(_blocks),
    };

    public async Task<ProofEvidence> CollectAsync(IReadOnlyList<ClaimContract> contracts, CancellationToken cancellationToken)
    {
        var wanted = contracts.Where(contract => contract.NotMeasured is null).ToList();
        var optimizedBytes = await DatabaseBytes.ReadAsync(arms.Optimized.Server.Admin, cancellationToken);
        var baseBytes = await DatabaseBytes.ReadAsync(arms.Careful.Server.Admin, cancellationToken);
        _read = _read with
        {
            IndexBytes = new(optimizedBytes.Indexes, baseBytes.Indexes),
            AllBytes = new(optimizedBytes.All, baseBytes.All),
        };
        var reads = Names(wanted).Where(name => !ProofOperations.Writes.Contains(name)).ToList();
        await EachAsync("Rows compared", reads, CompareAsync, () => $", at least {_results.Fewest} calls of each", cancellationToken);
        await EachAsync(
            "Blocks and times of reads", reads.Intersect(Timed(wanted)), TimesAsync,
            () => OfEach([.. _times.Values.Select(one => one.Optimized.Count)], "pairs")
                + OfEach([.. _blocks.Values.Select(one => one.Calls)], "calls"),
            cancellationToken);
        await MemoryAsync(wanted, cancellationToken);
        if (wanted.Any(contract => contract.Statistic == ClaimStatistic.ConnectionTime))
        {
            _read = _read with
            {
                Connections = await times.MeasureAsync(
                    "Connections", () => ConnectionsAsync(cancellationToken), ways => $"{ways.Samples} rounds"),
            };
        }

        await Keep(SoFar);
        await SearchAsync(wanted.Where(contract => !WritesIn(contract)), cancellationToken);
        arms.Naive.Bench.FirstOfNewLeads(FarOff);
        arms.Expert.Bench.FirstOfNewLeads(2 * FarOff);
        await EachAsync(
            "Imports and campaigns", ProofOperations.Writes.Intersect(Timed(wanted)), TimesAsync, () => $", {plan.WriteRounds} pairs",
            cancellationToken);
        await SearchAsync(wanted.Where(WritesIn), cancellationToken);
        return SoFar;
    }

    private static IEnumerable<string> Names(IEnumerable<ClaimContract> contracts, params ClaimStatistic[] statistics) =>
        contracts.Where(contract => statistics.Length == 0 || statistics.Contains(contract.Statistic))
            .SelectMany(contract => contract.OperationNames).Distinct();

    private static IEnumerable<string> Timed(IEnumerable<ClaimContract> contracts) =>
        Names(contracts, ClaimStatistic.MeanResponseTime, ClaimStatistic.RequestsPerCpuSecond, ClaimStatistic.BlocksPerRequest);

    /// <returns>", 4 to 8 pairs of each"; nothing where none was measured.</returns>
    private static string OfEach(IReadOnlyCollection<int> counts, string what) =>
        counts.Count == 0 ? "" : $", {counts.Min()} to {counts.Max()} {what} of each";

    /// <summary>An operation that failed or returned other rows is not measured any further.</summary>
    /// <param name="how">What a reader has to know of the stage.</param>
    private async Task EachAsync(
        string title, IEnumerable<string> operations, Func<string, CancellationToken, Task> measure, Func<string> how,
        CancellationToken cancellationToken)
    {
        var list = operations.ToList();
        if (list.Count == 0) return;
        using var task = progress.Begin(title, list.Count, "operations");
        await times.MeasureAsync(title, async () =>
        {
            foreach (var operation in list)
            {
                if (!_differences.ContainsKey(operation)) await measure(operation, cancellationToken);
                task.Advance(1);
            }
        }, () => $"{list.Count} operations{how()}");
        await Keep(SoFar);
    }

    private async Task CompareAsync(string operation, CancellationToken cancellationToken)
    {
        if (await _results.DifferenceAsync(operation, cancellationToken) is { } difference) _differences[operation] = difference;
    }

    private async Task TimesAsync(string operation, CancellationToken cancellationToken)
    {
        var (measured, fault) = await _turns.PairsAsync(operation, cancellationToken);
        if (fault is null && ProofOperations.Writes.Contains(operation))
            fault = await WrittenRows.DifferenceAsync(arms.Optimized, arms.Careful, operation, cancellationToken);
        if (fault is not null)
        {
            _differences[operation] = fault;
            return;
        }

        // N and X share C's server and write to it: what they leave behind comes after C's turns.
        var naive = await _turns.AloneAsync(arms.Naive, operation, cancellationToken);
        var expert = await _turns.AloneAsync(arms.Expert, operation, cancellationToken);
        _times[operation] = measured!.Pairs with { Naive = naive?.Milliseconds, Expert = expert?.Milliseconds };
        if (measured.Blocks is { } blocks) _blocks[operation] = blocks with { Naive = naive?.Blocks };
    }

    /// <summary>Reads are pressed on the rows that were seeded; imports when all else is measured, each round on new copies.</summary>
    private async Task SearchAsync(IEnumerable<ClaimContract> contracts, CancellationToken cancellationToken)
    {
        var searches = new LoadSearches(plan.LevelPrecision, seed, progress);
        foreach (var contract in contracts.Where(contract => contract.Search is not null
            && !contract.OperationNames.Any(_differences.ContainsKey)))
        {
            var copies = WritesIn(contract) ? ", each on new copies" : "";
            _searches[contract.Id] = await times.MeasureAsync(
                $"Highest level of {contract.Id}", () => SearchAsync(searches, contract, cancellationToken),
                levels => $"{levels.Optimized.Count} rounds of both arms{copies}, {plan.Level.TotalSeconds:0} s a level");
            await Keep(SoFar);
        }
    }

    private async Task<SearchedLevels> SearchAsync(LoadSearches searches, ClaimContract contract, CancellationToken cancellationToken)
    {
        if (WritesIn(contract)) return await searches.RunAsync(contract, stop => NewPairAsync(contract, stop), cancellationToken);
        var (optimized, careful) = arms.Pressed();
        await using (optimized)
        await using (careful)
        {
            var pair = PairOf(contract, optimized, careful);
            return await searches.RunAsync(contract, _ => Task.FromResult(pair), cancellationToken);
        }
    }

    // A search adds to the tables that its lead queries read: on the rows of the round before, a scan would take longer with each round.
    private async Task<PressedPair> NewPairAsync(ClaimContract contract, CancellationToken cancellationToken)
    {
        await arms.CopyAnewAsync();
        var (optimized, careful) = arms.Pressed();
        var pair = PairOf(contract, optimized, careful) with
        {
            End = async () =>
            {
                await optimized.DisposeAsync();
                await careful.DisposeAsync();
            },
        };
        // Sessions without plans on an empty cache: the least load once, which counts for nothing and writes the same on both.
        var least = Math.Max(contract.Search!.Least, pair.Optimized.Step);
        await Task.WhenAll(
            pair.Optimized.BrokeAsync(least, ~seed, cancellationToken), pair.Careful.BrokeAsync(least, ~seed, cancellationToken));
        return pair;
    }

    private PressedPair PairOf(ClaimContract contract, ProofArm optimized, ProofArm careful)
    {
        return new(LevelOf(optimized, arms.Optimized), LevelOf(careful, arms.Careful));

        LoadLevel LevelOf(ProofArm arm, ProofArm timed) => new(
            arm, contract, targets, plan.Level,
            SearchStart.Of(contract, timed.MillisecondsOf, plan.ImportRows, Environment.ProcessorCount));
    }

    private static bool WritesIn(ClaimContract contract) => contract.OperationNames.Any(ProofOperations.Writes.Contains);

    private async Task MemoryAsync(IReadOnlyList<ClaimContract> contracts, CancellationToken cancellationToken)
    {
        List<string> names = [.. Names(contracts, ClaimStatistic.AnonymousMemory).Where(_results.Requests.ContainsKey)];
        var set = names.Select(name => _results.Requests[name]).ToList();
        if (set.Count == 0) return;
        // Base server: the sessions of N and X would count as C's.
        await arms.Naive.ReleaseAsync();
        await arms.Expert.ReleaseAsync();
        var connections = ServerMemory.ConnectionsWithin(
            plan.MemoryRound, names.Sum(name => arms.Careful.MillisecondsOf(name) ?? 0), plan.Connections);
        using var task = progress.Begin("Memory", plan.MemoryRounds, "rounds");
        var read = await times.MeasureAsync("Memory", RoundsAsync, rounds => $"{rounds.Count} rounds of {connections} connections");
        _read = _read with
        {
            Memory = [.. read.Select(round => new ArmValues(round.Optimized.AllBytes, round.Careful.AllBytes))],
            ConnectionMemory = [.. read.Select(round => new ArmValues(round.Optimized.ConnectionBytes, round.Careful.ConnectionBytes))],
            MemoryConnections = connections,
        };

        async Task<IReadOnlyList<(ReadMemory Optimized, ReadMemory Careful)>> RoundsAsync()
        {
            var rounds = new List<(ReadMemory, ReadMemory)>();
            for (var round = 0; round < plan.MemoryRounds; round++)
            {
                var optimized = await MemoryOf(arms.Optimized, set.Select(sent => sent.Optimized));
                var careful = await MemoryOf(arms.Careful, set.Select(sent => sent.Careful));
                if (optimized is { } mine && careful is { } theirs) rounds.Add((mine, theirs));
                task.Advance(1);
            }

            return rounds;
        }

        Task<ReadMemory?> MemoryOf(ProofArm arm, IEnumerable<Sent> requests) =>
            ServerMemory.ReadAsync(arm, connections, [.. requests], cancellationToken);
    }

    private async Task<Comparison> ConnectionsAsync(CancellationToken cancellationToken)
    {
        const int users = 10;
        const int rounds = 5;
        var server = arms.Optimized.Server.Database.AdminConnectionString;
        // As many connections as the driver's pool has.
        await using var pooler = PgBouncer.Find() is null ? null : await PgBouncer.StartAsync(server, users, cancellationToken);
        return ConnectionOverhead.Compare(
            await ConnectionOverhead.MeasureAsync(server, pooler, plan.ConnectionRequests, users, rounds, cancellationToken));
    }
}
