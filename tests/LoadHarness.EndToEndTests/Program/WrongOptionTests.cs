using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Program;

public sealed class WrongOptionTests
{
    [Fact]
    public async Task Every_wrong_option_is_named_in_one_message_and_no_password()
    {
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "abc", "--workspaces", "0", "--skew", "2.5", "--profile", "nope", "--seed", "-1", "--database",
                "Host=127.0.0.1;Port=1;Password=secret");

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--contacts 'abc'", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("--workspaces '0'", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("--skew '2.5'", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("--profile 'nope'", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("--seed '-1'", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ended.StandardOutput + ended.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prove")]
    [InlineData("gate")]
    [InlineData("ledger")]
    [InlineData("scale")]
    public async Task An_option_of_other_verbs_is_refused_with_their_names_and_the_reason(string verb)
    {
        var ended = await BuiltProgram.RunAsync(verb, "--workspaces", "20", "--skew=0.5");

        Assert.Equal(2, ended.ExitCode);
        foreach (var option in new[] { "--workspaces", "--skew" })
            Assert.Contains($"{option}: it is no option of {verb}, but of run, ", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains($"{verb} measures all leads in one workspace.", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("'20'", ended.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--markdown", "prove")]
    [InlineData("--markdown", "verify", "--contacts", "2000")]
    [InlineData("--history", "gate", "--against", "HEAD")]
    [InlineData("--log", "gate", "selftest")]
    public async Task A_file_that_cannot_be_written_is_refused_before_anything_is_measured(string option, params string[] verb)
    {
        using var output = new TemporaryDirectory();
        var ended = await BuiltProgram.RunAsync([.. verb, "--out", output.Path, option, output.Path]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains($"{option} '{output.Path}': that is a directory.", ended.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_git_is_told_what_needs_it()
    {
        using var empty = new TemporaryDirectory();
        var ended = await BuiltProgram.With("gate", "--against", "HEAD", "--history", Path.Combine(empty.Path, "history.jsonl"))
            .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null).Set("PATH", empty.Path))
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("git could not be started", ended.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("-5", false)]
    [InlineData("50", false)]
    [InlineData("1.5", false)]
    [InlineData("", false)]
    [InlineData("1e30", false)]
    [InlineData("1e6", true)]
    [InlineData("2M", true)]
    [InlineData("200k", true)]
    [InlineData("2_000_000", true)]
    public async Task A_number_of_leads_is_judged_before_anything_starts(string contacts, bool good)
    {
        // The unknown profile ends every row before a server starts.
        var ended = await BuiltProgram.RunAsync("run", "--contacts", contacts, "--profile", "nope");

        Assert.Equal(2, ended.ExitCode);
        Assert.Equal(good, !ended.StandardError.Contains("--contacts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_without_its_password()
    {
        using var output = new TemporaryDirectory();
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "5000", "--out", output.Path, "--database", "Host=127.0.0.1;Port=1;Username=x;Password=secret", "--json");

        Assert.Equal(1, ended.ExitCode);
        using var printed = System.Text.Json.JsonDocument.Parse(ended.StandardOutput);
        Assert.Equal(1, printed.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Contains("No connection to 127.0.0.1:1", printed.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ended.StandardOutput + ended.StandardError, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(output.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("secret", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task With_json_a_refusal_is_one_object_and_an_empty_variable_names_no_database(string? database)
    {
        var ended = await BuiltProgram.With("migrate", "--status", "--json")
            .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", database))
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, ended.ExitCode);
        using var printed = System.Text.Json.JsonDocument.Parse(ended.StandardOutput);
        Assert.Equal(2, printed.RootElement.GetProperty("exitCode").GetInt32());
        // It makes no database of its own: only verbs that do name --contacts.
        Assert.Equal("Which database? Give --database with a connection string.", printed.RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_database_that_work_needs_later_is_looked_for_before_the_work()
    {
        var ended = await BuiltProgram.RunAsync("selfcheck", "--quick", "--database", "Host=127.0.0.1;Port=1;Username=x");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("No connection to 127.0.0.1:1", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("Iterations that do nothing", ended.StandardOutput + ended.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--keep", "run", "--contacts", "5000", "--keep")]
    [InlineData("--keep", "scale", "--sizes", "1000,1100,1200", "--slot", "0", "--keep")]
    [InlineData("gate selftest", "gate", "selftest", "--contacts", "1000", "--suites", "1", "--slot", "0")]
    public async Task A_place_where_nothing_can_be_kept_is_named_before_a_server_starts(string asking, params string[] verb)
    {
        using var directory = new TemporaryDirectory();
        string[] log = verb is ["gate", ..] ? ["--log", Path.Combine(directory.Path, "log.jsonl")] : [];
        var ended = await WithoutCacheAsync(directory, [.. verb, .. log, "--out", directory.Path]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(asking, ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("LOADHARNESS_CACHE", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("== database", ended.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("runs on 127.0.0.1", ended.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("native", true)]
    [InlineData("container", false)]
    public async Task A_place_that_is_not_used_need_not_be_there(string database, bool isUsed)
    {
        using var directory = new TemporaryDirectory();
        // The unknown profile ends both before a server starts.
        var ended = await WithoutCacheAsync(directory, ["run", "--keep", "--database", database, "--profile", "nope"]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Equal(isUsed, ended.StandardError.Contains("LOADHARNESS_CACHE", StringComparison.Ordinal));
    }

    private static async Task<CliWrap.Buffered.BufferedCommandResult> WithoutCacheAsync(TemporaryDirectory directory, string[] arguments)
    {
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        return await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            BuiltProgram.With(arguments)
                .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_CACHE", Path.Combine(file, "cache"))),
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_temporary_directory_that_does_not_exist_is_said_in_a_sentence()
    {
        var ended = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            BuiltProgram.With("doctor").WithEnvironmentVariables(variables => variables.Set("TMPDIR", "/nowhere/at/all")),
                TestContext.Current.CancellationToken);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("TMPDIR", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.StandardError, StringComparison.Ordinal);
    }
}
