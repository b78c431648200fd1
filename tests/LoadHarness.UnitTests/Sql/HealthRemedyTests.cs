using System.Text.RegularExpressions;
using LoadHarness.Checks.Health;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres;

namespace LoadHarness.UnitTests.Sql;

/// <summary>What health tells a person to do is what the guide allows, and does what it says.</summary>
public sealed partial class HealthRemedyTests
{
    private static readonly IReadOnlyList<string> Checks = [.. Directory
        .EnumerateFiles(SqlFile.Shipped("health"), "*.sql", SearchOption.AllDirectories).Select(File.ReadAllText)];

    // The session of a superuser would lend its power to a role that may replace that procedure.
    [Fact]
    public void No_check_tells_anybody_to_call_a_job_in_a_session_of_their_own()
    {
        Assert.True(Checks.Count > 5, $"{Checks.Count} files were found");
        Assert.DoesNotContain(Checks, text => text.Contains("run_job(", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_that_a_check_names_is_one_of_the_programs()
    {
        var commands = Checks.SelectMany(text => Command().Matches(text)).Select(found => found.Groups["words"].Value).Distinct().ToList();
        Assert.Contains("jobs run --job maintenance", commands);
        var root = CommandLine.Build(new CommandLineOptions(), (_, _) => throw new InvalidOperationException("nothing is run"), _ => { },
            CancellationToken.None);
        Assert.Empty(commands.SelectMany(command => root.Parse(command.Split(' ')).Errors.Select(error => $"{command}: {error.Message}")));
    }

    [Fact]
    public void The_sessions_that_a_login_may_not_see_are_looked_for_by_one_statement() =>
        Assert.Equal(1, Checks.Sum(text => text.Split("'sessions of other roles'").Length - 1));

    [Fact]
    public void The_review_that_growth_names_has_the_outlook()
    {
        var review = Review().Match(string.Join('\n', Checks)).Groups["name"].Value;
        Assert.Contains(SqlFile.Read("title", SqlFile.Shipped("review", $"{review}.sql")), part => part.Name == "Capacity outlook");
    }

    [Fact]
    public void The_document_has_a_row_for_each_check_with_its_limits()
    {
        var documented = File.ReadLines(Repository.File("docs", "your-database.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && (line.Contains("| from ", StringComparison.Ordinal)
                || line.Contains("| below ", StringComparison.Ordinal)));
        Assert.Equal(HealthCatalog.All.Select(Row), documented);
        Assert.Contains($"`health` asks {HealthCatalog.All.Count} checks.", File.ReadAllText(Repository.File("docs", "your-database.md")),
            StringComparison.Ordinal);
    }

    private static string Row(HealthCheckDefinition check)
    {
        var side = check.Direction == LimitDirection.AtLeast ? "below" : "from";
        return $"| `{check.Id}` | {check.Title} | {side} {check.Warn} {check.Unit} | {side} {check.Limit} {check.Unit} |";
    }

    [GeneratedRegex("loadharness (?<words>[^';]+)")]
    private static partial Regex Command();

    [GeneratedRegex("outlook[^']*health --(?<name>[a-z]+)|health --(?<name>[a-z]+)[^']*outlook")]
    private static partial Regex Review();
}
