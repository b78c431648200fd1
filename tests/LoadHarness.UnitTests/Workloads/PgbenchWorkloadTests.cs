using LoadHarness.Workloads;
using LoadHarness.Workloads.Initial;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.UnitTests.Workloads;

public sealed class PgbenchWorkloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("\\set aid random(1, LIMIT)\nselect :aid;")]
    [InlineData("\\set aid random(1, LIMIT) + 5\nselect :aid;")]
    [InlineData("\\set a random(1, LIMIT)\n\\set d :a + 1\nselect :d;")]
    [InlineData("\\set z random(1, LIMIT)\n\\set y :z + 1\n\\set x 2 * :y\n\\set w :x % 7\nselect :w, :x;")]
    public async Task Of_two_scripts_with_the_same_names_each_draws_its_own_values(string script)
    {
        var operations = await PgbenchWorkload.ReadAsync(
            [Script("one", script, "10"), Script("two", script, "100000")], "", scale: 1, TestContext.Current.CancellationToken);

        var folder = Path.Combine(_directory.Path, "made");
        new FirstWorkload("made", "of two scripts", operations, 1, TimeSpan.FromSeconds(1)).Write(folder);
        var workload = WorkloadCatalog.Find(folder, out var faults);

        Assert.Empty(faults);
        Assert.Equal(["10"], Limits(workload!, "one"));
        Assert.Equal(["100000"], Limits(workload!, "two"));
        Assert.All(operations.SelectMany(operation => operation.Parameters).GroupBy(parameter => parameter.Key),
            name => Assert.Single(name.DistinctBy(parameter => parameter.Value)));
    }

    [Fact]
    public async Task A_name_that_becomes_two_changes_nothing_in_quotes_and_meets_no_name_that_is_there()
    {
        const string script = "\\set aid random(1, LIMIT)\n\\set one_aid random(1, 5)\n"
            + "select :aid, :one_aid, '::aid', \":id\", :aid::int, $$:id$$, 'from $1';";
        var operations = await PgbenchWorkload.ReadAsync(
            [Script("one", script, "10"), Script("two", script, "100000")], "", scale: 1, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["select :one_aid_, :one_aid, '::aid', \":id\", :one_aid_::int, $$:id$$, 'from $1'",
                "select :two_aid, :one_aid, '::aid', \":id\", :two_aid::int, $$:id$$, 'from $1'"],
            operations.Select(operation => operation.Sql.Trim().Split('\n')[^1].TrimEnd(';')));
        Assert.Equal(["one_aid", "one_aid_"], operations[0].Parameters.Keys.Order(StringComparer.Ordinal));
    }

    private string Script(string name, string text, string limit)
    {
        var path = Path.Combine(_directory.Path, $"{name}.sql");
        File.WriteAllText(path, text.Replace("LIMIT", limit, StringComparison.Ordinal));
        return path;
    }

    // Of all draws that the statements of an operation need, however far behind expressions.
    private static IEnumerable<string> Limits(Workload workload, string operation) =>
        ParameterOrder.Of(workload.Parameters, [.. workload.Statements[operation].Parameters])
            .Select(name => workload.Parameters[name].To?.Text).OfType<string>();
}
