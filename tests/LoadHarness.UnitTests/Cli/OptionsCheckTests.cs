using LoadHarness.Cli.Options;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests.Cli;

public sealed class OptionsCheckTests
{
    [Fact]
    public void Without_words_the_defaults_hold()
    {
        var options = OptionsCheck.Check(new(), []);

        Assert.Equal(200_000, options.Contacts);
        Assert.Equal("standard", options.Profile);
        Assert.IsType<DatabaseTarget.Auto>(options.Database);
    }

    [Fact]
    public void Every_wrong_word_is_named_in_one_message_without_passwords()
    {
        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(
            new()
            {
                Contacts = "abc",
                Profile = "nope",
                Seed = "x",
                Engine = "gatling",
                Settings = "fast",
                Pooler = "odyssey",
                Baseline = "absent.json",
                Database = "Host=127.0.0.1;Port=one;Password=secret",
            },
            ["Unrecognized command or argument 'Password=secret'."]));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        foreach (var word in (string[])["abc", "nope", "'x'", "gatling", "fast", "odyssey", "absent.json", "--database", "Unrecognized"])
            Assert.Contains(word, fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("-3", null)]
    [InlineData("2.5", null)]
    [InlineData("many", null)]
    [InlineData("10001", null)]
    [InlineData("99999999999", null)]
    [InlineData("", null)]
    [InlineData("5000", null)]
    [InlineData("20", "-1")]
    [InlineData("20", "2.01")]
    [InlineData("20", "0.333")]
    [InlineData("20", "1e0")]
    [InlineData("20", "NaN")]
    [InlineData("20", "")]
    [InlineData(null, "1")]
    public void Workspaces_that_cannot_be_are_refused(string? workspaces, string? skew)
    {
        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(new() { Workspaces = workspaces, Skew = skew }, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains(skew is null ? "--workspaces" : "--skew", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, 1, 1)]
    [InlineData("1", "0.5", 1, 1)]
    [InlineData("200", null, 200, 1)]
    [InlineData("1_000", "0", 1_000, 0)]
    [InlineData("20", "1.25", 20, 1.25)]
    public void Workspaces_are_one_unless_more_are_wanted(string? workspaces, string? skew, int count, double expected) =>
        Assert.Equal(new(count, expected), OptionsCheck.Check(new() { Workspaces = workspaces, Skew = skew }, []).Spread);

    [Fact]
    public void An_engine_that_this_build_does_not_hold_is_refused_with_the_way_to_it_and_its_licence()
    {
        if (LoadHarness.Cli.Pipeline.EngineCatalog.HasNBomber) Assert.Skip("This build holds NBomber.");

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(new() { Engine = "nbomber" }, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("-p:UseNBomber=true", fault.Message, StringComparison.Ordinal);
        Assert.Contains("an organization needs a paid licence", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("container", false, true, null, "--reuse: a container starts from no kept server")]
    [InlineData("Host=127.0.0.1;Username=u", true, false, null, "--keep: a given database stays where it is")]
    [InlineData("Host=127.0.0.1;Username=u", false, true, null, "--reuse: a given database stays where it is")]
    [InlineData("Host=127.0.0.1;Username=u", false, false, "tuned", "--settings: a given database keeps its own settings")]
    [InlineData("Host=127.0.0.1;Username=u", false, false, "checklist", "--settings: a given database keeps its own settings")]
    public void What_cannot_be_kept_or_started_from_is_refused(string database, bool keep, bool reuse, string? settings, string words)
    {
        var given = new GivenOptions { Database = database, Keep = keep, Reuse = reuse, Settings = settings, TakesDatabase = true };

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(given, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        // A verb that makes a private server of its own works nowhere else.
        Assert.Equal(keep, OptionsCheck.Check(given with { TakesDatabase = false }, []).Keep);
    }

    [Fact]
    public void A_requirement_can_be_required_of_a_run_that_has_a_checklist_and_of_no_workload()
    {
        var shop = Repository.File("scenarios", "examples", "shop");

        Assert.Equal(["IX-1"], OptionsCheck.Check(new() { Require = "ix-1" }, []).Required);
        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(new() { Require = "IX-1", Workload = shop }, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("--require 'IX-1': there is no such target", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beside_a_workload_what_is_for_the_CRM_alone_is_refused()
    {
        var given = new GivenOptions
        {
            Workload = Repository.File("scenarios", "examples", "shop"), Contacts = "5k", Reuse = true, WithoutExtensions = "pg_cron",
        };

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(given, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        foreach (var option in (string[])["--contacts", "--reuse", "--without-extensions"])
            Assert.Contains($"--workload: {option} is for the CRM's own scenarios", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "auto")]
    [InlineData(true, false, "native")]
    [InlineData(false, true, "native")]
    public void What_is_kept_is_a_private_server(bool keep, bool reuse, string database) => Assert.Equal(
        database, OptionsCheck.Check(new() { Keep = keep, Reuse = reuse, TakesDatabase = true }, []).Database.ToString());

    [Fact]
    public void A_pooler_that_is_not_installed_is_named_with_the_way_to_it()
    {
        var given = new GivenOptions { Pooler = "pgbouncer" };

        if (Postgres.Provisioning.PgBouncer.Find() is not null)
            Assert.Equal(Pooler.PgBouncer, OptionsCheck.Check(given, []).Pooler);
        else
            Assert.Contains("apt-get install pgbouncer",
                Assert.Throws<HarnessException>(() => OptionsCheck.Check(given, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_is_a_given_database_and_its_text_holds_no_password()
    {
        var options = OptionsCheck.Check(new() { Database = "Host=127.0.0.1;Port=5432;Username=app;Password=secret" }, []);

        Assert.IsType<DatabaseTarget.Given>(options.Database);
        Assert.DoesNotContain("secret", $"{options.Database} {options}");
    }

    [Fact]
    public void Every_profile_that_ships_can_be_read()
    {
        var names = Scenarios.Profiles.ProfileCatalog.Names();

        // A file more in the folder is a profile more.
        Assert.Superset(new HashSet<string> { "calm", "nightly", "smoke", "soak", "standard" }, names.ToHashSet());
        Assert.All(names, name => Assert.Equal(name, Scenarios.Profiles.ProfileCatalog.Read(name).Name));
    }

    [Fact]
    public void Faults_of_all_files_are_named_together_with_those_of_the_options()
    {
        using var directory = new TemporaryDirectory();
        var targets = Path.Combine(directory.Path, "targets.json");
        File.WriteAllText(targets, """
            { "targets": [
              { "id": "A", "title": "t", "statistic": "responseP95", "limit": 5, "direction": "atLeast", "unit": "min",
                "scenario": "lead-querys" },
              { "id": "A", "title": "t", "statistic": "users", "limit": -5, "direction": "atMost", "unit": "u",
                "scenario": "mixed-users", "operation": "x" } ] }
            """);
        var profile = Path.Combine(directory.Path, "mine.json");
        File.WriteAllText(profile, """{ "name": "mine", "description": "", "bulkImport": { "rows": 0, "repetitions": 1 } }""");
        var run = Path.Combine(directory.Path, "run.json");
        File.WriteAllText(run, """{ "schemaVersion": 0 }""");

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(
            new()
            {
                Contacts = "-5",
                Profile = profile,
                Targets = targets,
                Baseline = run,
                Out = profile,
                Force = "everything",
                WithoutExtensions = "pg_trgm",
            }, []));

        foreach (var word in (string[])
        [
            "--contacts '-5'", "bulkImport.rows: it is 0", "unit: 'min'", "direction: 'atLeast'", "scenario: 'lead-querys'",
                "direction: 'atMost'", "limit: '-5'", "operation: 'x'",
            "the id A stands 2 times", "schemaVersion: it is 0", "that is a file", "--force 'everything'", "--without-extensions 'pg_trgm'",
        ])
            Assert.Contains(word, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_out_and_a_target_file_without_targets_are_refused()
    {
        using var directory = new TemporaryDirectory();
        var targets = Path.Combine(directory.Path, "targets.json");
        File.WriteAllText(targets, """{ "targets": [] }""");

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(new() { Targets = targets, Out = "" }, []));

        Assert.Contains("--out ''", fault.Message, StringComparison.Ordinal);
        Assert.Contains("targets: there is none", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_targets_may_name_is_what_a_run_measures()
    {
        var run = LoadHarness.Reporting.RunJson.Find(Repository.File("reports", "sample", "run.json"), out _)!;

        Assert.Equal(
            run.Scenarios.Select(scenario =>
                $"{scenario.Name}: {string.Join(", ", scenario.Operations.Select(operation => operation.Name))}"),
            LoadHarness.Scenarios.ScenarioNames.Operations.Select(scenario => $"{scenario.Key}: {string.Join(", ", scenario.Value)}"));
    }
}
