using System.Text;
using System.Text.Json.Nodes;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>
/// Every property of a recorded run is taken away, emptied and falsified, one at a time: the reader names it, or the run is still whole.
/// </summary>
public sealed class DamagedRunTests : IDisposable
{
    private const string Placeholder = "\"6e0d2b1c-placeholder\"";

    private static readonly (string Name, string Json)[] Falsified =
    [
        ("null", "null"), ("a text", "\"text\""), ("an object", "{}"), ("a list of nulls", "[null]"), ("an empty list", "[]"),
            ("a truth", "true"), ("negative", "-1"),
        ("huge", "1e300"), ("beyond long", "99999999999999999999"), ("beyond double", "1e999"), ("largest int", "2147483647"),
            ("NaN", "\"NaN\""), ("infinite", "\"-Infinity\""),
        ("half a surrogate", "\"\\ud800\""), ("a deep list", new string('[', 200) + new string(']', 200)),
    ];

    private static readonly string[] Separate =
        ["proof", "growth", "headroom", "ledger", "gateRates", "arms", "gate", "baseline", "observation", "seed"];

    private static readonly Lazy<Task<string>> Whole = new(MakeAsync);

    private readonly TemporaryDirectory _directory = new();

    private string RunFile => Path.Combine(_directory.Path, "run.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task No_damage_to_a_single_property_gets_past_the_reader_unseen()
    {
        var whole = await SampleAsync();
        var refused = new HashSet<string>();
        foreach (var part in Paths(whole).GroupBy(path => (string)path[0]))
        {
            var small = With(whole, part.Key);
            Look(small.ToJsonString(), [], "whole");
            Assert.DoesNotContain(" whole", refused);
            foreach (var path in part)
            {
                var marked = Marked(small.DeepClone(), path);
                foreach (var (kind, json) in Falsified) Look(Damaged(marked, json), path, kind);
                Look(Remove(small.DeepClone(), path), path, "missing");
            }
        }

        Assert.True(refused.Count > 1_000, $"only {refused.Count} damages were refused");

        void Look(string text, IReadOnlyList<object> path, string kind)
        {
            File.WriteAllText(RunFile, text);
            // Whatever the reader makes of it, it does not throw.
            var run = RunJson.Find(RunFile, out var faults);
            Assert.All(faults, fault => Assert.StartsWith(RunFile + ": ", fault, StringComparison.Ordinal));
            Assert.Equal(run is null, faults.Count > 0);
            if (run is null) refused.Add($"{string.Join('.', path)} {kind}");
            Assert.Equal(text, File.ReadAllText(RunFile));
        }
    }

    [Theory]
    [InlineData("scenarios[0].operations[0].lag", null, "lag: it is missing")]
    [InlineData("scenarios[0].generator", null, "generator: it is missing")]
    [InlineData("verdicts", null, "verdicts: it is missing")]
    [InlineData("invalid", "null", "invalid: it is null")]
    [InlineData("host", "null", "host: it is null")]
    [InlineData("verdicts", "[null]", "verdicts[0]: it is null")]
    [InlineData("scenarios[0].operations[0].response.encoded", "\"AAAA\"", "operations[0].response.encoded: ")]
    [InlineData("scenarios[0].timeline[0].buckets", "\"!\"", "timeline[0].buckets: ")]
    [InlineData("scenarios[0].operations[0].timeline[0].buckets", "\"!\"", "timeline[0].buckets: ")]
    [InlineData("scenarios[0].operations[0].timeline[0].second", "2147483647", "operations[0].timeline[0].second: it is 2147483647")]
    [InlineData("scenarios[0].operations[0].timeline[0].seconds", "0", "operations[0].timeline[0].seconds: it is 0")]
    [InlineData("scenarios[0].operations[0].timeline[0].completed", "999999", "operations[0].timeline[0].completed: it is 999999")]
    [InlineData("scenarios[0].timeline[0].second", "2147483647", "timeline[0].second: it is 2147483647")]
    [InlineData("scenarios[0].timeline[0].seconds", "0", "timeline[0].seconds: it is 0")]
    [InlineData("scenarios[0].timeline[0].seconds", "65537", "timeline[0].seconds: it is 65537")]
    [InlineData("scenarios[0].operations[1].accounting", """{"scheduled":0,"completed":0,"failed":0,"skipped":0,"inFlight":0}""",
        "operations[1].response: it holds")]
    [InlineData("scenarios[0].operations[0].accounting.failed", "999", "operations[0].accounting: scheduled is")]
    [InlineData("scenarios[0].operations[0].response.p95", "0.001", "operations[0].response: its percentiles")]
    [InlineData("scenarios[0].measured", "-3", "measured: it is -3")]
    [InlineData("scenarios[0].measured", "300000000", "measured: it is 300000000")]
    [InlineData("scenarios[0].model", "7", "model: it is 7. Allowed: open, closed")]
    [InlineData("scenarios[1].name", "\"lead-queries\"", "scenarios: 'lead-queries' stands there more than once")]
    [InlineData("observation.samples[0].walBytesPerSecond", "\"Infinity\"", "walBytesPerSecond: it is \"Infinity\"")]
    [InlineData("observation.samples[0].atUtc", "\"2126-01-01T00:00:00Z\"", "samples[0].atUtc: it is 2126")]
    [InlineData("fault", "\"allMet\"", "fault: it is allMet, which is no fault")]
    [InlineData("fault", "\"fault\"", "fault: it is fault, and incompleteReason is null")]
    [InlineData("fault", "1", "fault: it is 1. Allowed: allMet, fault")]
    [InlineData("seed.distributions[0].shares", "[]", "distributions[0].shares: there are 0 shares")]
    public async Task A_damaged_field_is_named(string path, string? json, string named)
    {
        var node = await SampleAsync();
        var steps = path.Split('.', '[').Select(step => step.EndsWith(']') ? (object)int.Parse(step[..^1], null) : step).ToList();
        await File.WriteAllTextAsync(RunFile, json is null ? Remove(node, steps) : Set(node, steps, json),
            TestContext.Current.CancellationToken);

        Assert.Null(RunJson.Find(RunFile, out var faults));

        Assert.Contains(faults, fault => fault.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_byte_order_mark_is_read_over_and_a_cut_file_is_refused_with_the_place()
    {
        var text = (await SampleAsync()).ToJsonString();
        await File.WriteAllTextAsync(RunFile, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
            TestContext.Current.CancellationToken);
        Assert.NotNull(RunJson.Find(RunFile, out _));

        foreach (var length in (int[])[1, 100, text.Length / 2, text.Length - 1])
        {
            await File.WriteAllTextAsync(RunFile, text[..length], TestContext.Current.CancellationToken);
            Assert.Null(RunJson.Find(RunFile, out var faults));
            Assert.Contains(faults, fault => fault.Contains("not whole JSON", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_field_that_stands_twice_is_refused()
    {
        var text = (await SampleAsync()).ToJsonString();
        await File.WriteAllTextAsync(RunFile,
            text.Replace("\"invalid\":[]", "\"invalid\":[\"The disk was full.\"],\"invalid\":[]", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        Assert.Null(RunJson.Find(RunFile, out var faults));

        Assert.Contains(faults, fault => fault.Contains("invalid: it stands twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_text_of_ten_megabytes_is_cut_with_a_note_and_histograms_are_not()
    {
        var node = await SampleAsync();
        await File.WriteAllTextAsync(RunFile, Set(node, ["warnings"], $"[\"{new string('x', 10_000_000)}\"]"),
            TestContext.Current.CancellationToken);

        var run = RunJson.Find(RunFile, out var faults);

        Assert.Empty(faults);
        Assert.EndsWith(" ... + 9,980,040 characters", Assert.Single(run!.Warnings), StringComparison.Ordinal);
        var again = Path.Combine(_directory.Path, "again.json");
        await RunJson.WriteAsync(run, again, TestContext.Current.CancellationToken);
        Assert.Equal(run.Warnings, RunJson.Find(again, out _)!.Warnings);
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_without_waiting()
    {
        Assert.Null(RunJson.Find(_directory.Path, out var directory));
        Assert.Contains("it is a directory", Assert.Single(directory), StringComparison.Ordinal);
        if (!OperatingSystem.IsLinux()) return;
        Assert.Null(RunJson.Find("/dev/zero", out var device));
        Assert.Contains("not a regular file", Assert.Single(device), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_in_the_repository_is_whole()
    {
        RunJson.Find(Repository.File("reports", "sample", "run.json"), out var faults);

        Assert.Empty(faults);
        Assert.NotNull((await SampleAsync())["identity"]);
    }

    private static async Task<JsonNode> SampleAsync() => JsonNode.Parse(await Whole.Value)!;

    private static async Task<string> MakeAsync()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "run.json");
        var run = SampleRun.Create(seconds: 3);
        var whole = run with
        {
            // Every kind of part is there, and few of each: a damage takes a millisecond to look at.
            Scenarios = [.. run.Scenarios.Take(2), SampleScenario.Repeated("bulk-import", "import", [12.1, 11.8, 13.0], 100_000)],
            Verdicts = [.. run.Verdicts.Take(2)],
            Checklist = [.. run.Checklist.Take(1)],
            Comparisons = [new("RE-4", 55, new(50, 60), 5, "pooled against unpooled")],
            Proof = SampleCompared.Proof.Proof! with { Claims = [.. SampleCompared.Proof.Proof!.Claims.Skip(1)] },
            Growth = SampleCompared.Growth.Growth,
            Ledger = SampleCompared.Ledger.Ledger,
            GateRates = SampleCompared.Rates.GateRates,
            Arms = SampleCompared.Gate.Arms,
            Gate = SampleCompared.Gate.Gate,
            Baseline = new("earlier", run.Identity.StartedUtc, "3f2c1ab", [], [new BaselineFigure("TQ-1", 20, null, "ms")]),
        };
        await RunJson.WriteAsync(whole, file, CancellationToken.None);
        RunJson.Find(file, out var faults);
        Assert.Equal("", string.Join(Environment.NewLine, faults));
        return await File.ReadAllTextAsync(file);
    }

    /// <summary>The run with this part and without those that no other needs: the smaller, the faster a damage is looked at.</summary>
    private static JsonObject With(JsonNode whole, string part)
    {
        var small = whole.DeepClone().AsObject();
        foreach (var other in Separate.Where(other => other != part && (part, other) != ("gate", "arms"))) small.Remove(other);
        // The first scenario is the one that is damaged, the last is the smallest.
        var scenarios = small["scenarios"]!.AsArray();
        while (scenarios.Count > 1) scenarios.RemoveAt(part == "scenarios" ? scenarios.Count - 1 : 0);
        return small;
    }

    /// <summary>Each property once: of a list only the first entry is looked into.</summary>
    private static IEnumerable<IReadOnlyList<object>> Paths(JsonNode node) => node switch
    {
        JsonObject entries => entries.SelectMany(entry => Below(entry.Key, entry.Value)),
        JsonArray { Count: > 0 } items => Below(0, items[0]),
        _ => [],
    };

    private static IEnumerable<IReadOnlyList<object>> Below(object step, JsonNode? node) =>
        [[step], .. node is null ? [] : Paths(node).Select(path => (IReadOnlyList<object>)[step, .. path])];

    private static string Set(JsonNode root, IReadOnlyList<object> path, string json) => Damaged(Marked(root, path), json);

    // A placeholder first: not everything that stands in a file can stand in a node.
    private static string Marked(JsonNode root, IReadOnlyList<object> path)
    {
        var parent = Parent(root, path);
        if (path[^1] is int index) parent.AsArray()[index] = JsonNode.Parse(Placeholder);
        else parent.AsObject()[(string)path[^1]] = JsonNode.Parse(Placeholder);
        return root.ToJsonString();
    }

    private static string Damaged(string marked, string json) => marked.Replace(Placeholder, json, StringComparison.Ordinal);

    private static string Remove(JsonNode root, IReadOnlyList<object> path)
    {
        var parent = Parent(root, path);
        if (path[^1] is int index) parent.AsArray().RemoveAt(index);
        else parent.AsObject().Remove((string)path[^1]);
        return root.ToJsonString();
    }

    private static JsonNode Parent(JsonNode root, IReadOnlyList<object> path) =>
        path.SkipLast(1).Aggregate(root, (node, step) => (step is int index ? node[index] : node[(string)step])!);
}
