using LoadHarness.Comparing;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>Arms of a workload of one's own: its set-up and seed make them, its statements are compared.</summary>
public sealed class WorkloadComparerTests(PostgresCluster cluster) : IDisposable
{
    private const string SetUp = "create table item (id int primary key, kind int not null, price numeric(8, 2) not null);\n";

    private const string Statements = """
        -- name: by_kind
        select * from item where kind = :kind;

        -- name: reprice
        -- transaction
        -- result: old
        select id, price from item where id = :id for update;
        update item set price = :old.price where id = :old.id;
        """;

    private const string Noted = "\n-- name: noted\nselect count(note) from item where id = :id;\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("loadharness-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task An_index_that_a_revision_had_is_named_with_the_operation_that_misses_it_and_its_plan()
    {
        Assert.NotNull(cluster.Server);
        await WriteAsync(SetUp + "create index item_kind_idx on item (kind);\n", Statements);
        await GitAsync("init", "-q");
        await GitAsync("add", ".");
        await GitAsync("-c", "user.name=t", "-c", "user.email=t@example.test", "commit", "-q", "-m", "with its index");
        await WriteAsync(SetUp, Statements + "\n-- name: more\nselect count(*) from item where id < :kind;\n", "\"more\": 1,");
        var changed = await CompareAsync("git:HEAD", "workload,work_mem=1MB");

        Assert.Equal(["load/by_kind"], changed.WorseOperations);
        var causes = Causes.Of(changed);
        Assert.Contains(causes, cause => cause.StartsWith("The setting work_mem is", StringComparison.Ordinal));
        Assert.Contains("B has no index item_kind_idx.", causes);
        Assert.Contains("load/by_kind: its plan changed from", causes[^1], StringComparison.Ordinal);
        Assert.Equal(["A has no operation more."], changed.Undecided);
        Assert.StartsWith("things ", changed.Workload, StringComparison.Ordinal);
    }

    /// <summary>The whole comparison ended with exit code 2, and no figure of the others was kept.</summary>
    [Fact]
    public async Task A_statement_that_one_arm_refuses_is_worse_on_B_and_not_compared_on_A_and_the_others_are_counted()
    {
        Assert.NotNull(cluster.Server);
        using var other = new TemporaryDirectory();
        await WriteAsync(SetUp, Statements + Noted, "\"noted\": 1,");
        foreach (var file in _directory.GetFiles()) file.CopyTo(Path.Combine(other.Path, file.Name));
        await WriteAsync(SetUp + "alter table item add note text;\ncreate index item_kind_idx on item (kind);\n", Statements + Noted,
            "\"noted\": 1,");
        var (whole, broken) = ($"dir:{_directory.FullName}", $"dir:{other.Path}");

        var worse = await CompareAsync(whole, broken);

        Assert.Equal(["load/noted", "load/by_kind"], worse.WorseOperations);
        Assert.Contains(worse.Counters, change => change is { Operation: "load/by_kind", Counter: CounterNames.Blocks });
        Assert.Empty(worse.Undecided);
        var gate = GateDecision.Of(worse, []);
        Assert.Equal(ExitCode.Regression, gate.ExitCode);
        Assert.StartsWith("load/noted: fails on B: statements.sql: line ", gate.Causes[0], StringComparison.Ordinal);
        Assert.Contains("column \"note\" does not exist", gate.Causes[0], StringComparison.Ordinal);

        var lacking = await CompareAsync(broken, whole);

        Assert.Empty(lacking.FailsOnB);
        Assert.Contains(lacking.Counters, change => change is { Operation: "load/by_kind", IsWorse: false });
        Assert.StartsWith("load/noted: fails on A: statements.sql: line ", Assert.Single(lacking.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_whose_calls_fail_on_B_is_worse_and_left_out_of_the_times_of_both()
    {
        Assert.NotNull(cluster.Server);
        using var other = new TemporaryDirectory();
        await WriteAsync(SetUp, Statements + "\n-- name: noted\nselect 1 / (id - id) from item where id = :id;\n", "\"noted\": 1,");
        foreach (var file in _directory.GetFiles()) file.CopyTo(Path.Combine(other.Path, file.Name));
        await WriteAsync(SetUp, Statements + "\n-- name: noted\nselect 1 / id from item where id = :id;\n", "\"noted\": 1,");

        var arms = await CompareAsync($"dir:{_directory.FullName}", $"dir:{other.Path}", TimeSpan.FromMilliseconds(200));

        var fault = Assert.Single(arms.FailsOnB);
        Assert.StartsWith("10 of 10 calls failed: 22012 ", fault.Words, StringComparison.Ordinal);
        Assert.Equal(("load/noted", "load/noted"), (fault.Operation, arms.WorseOperations[0]));
        Assert.Equal(ExitCode.Regression, GateDecision.Of(arms, []).ExitCode);
        Assert.DoesNotContain(arms.Times, time => time.Operation == "load/noted");
        Assert.DoesNotContain(arms.Undecided, sentence => sentence.StartsWith("load/noted", StringComparison.Ordinal));
        Assert.Contains(arms.Stages, stage => stage.Stage.StartsWith("Pairs up to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_nothing_works_on_B_the_times_are_left_out_and_every_operation_is_worse()
    {
        Assert.NotNull(cluster.Server);
        using var other = new TemporaryDirectory();
        await WriteAsync(SetUp, "-- name: by_kind\nselect 1 / 0 where :kind > 0;\n\n-- name: reprice\nselect 1 / 0 where :id > 0;\n");
        foreach (var file in _directory.GetFiles()) file.CopyTo(Path.Combine(other.Path, file.Name));
        await WriteAsync(SetUp, Statements);

        var arms = await CompareAsync($"dir:{_directory.FullName}", $"dir:{other.Path}", TimeSpan.FromMilliseconds(200));

        Assert.Equal(["load/by_kind", "load/reprice"], arms.WorseOperations);
        Assert.Empty(arms.Times);
        Assert.Equal(2, Causes.Of(arms).Count);
    }

    [Fact]
    public async Task Calls_that_fail_on_B_are_found_where_no_statements_are_counted()
    {
        await using var a = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var b = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        const string rows = "insert into item select n, n % 500, 1 from generate_series(1, 5000) n;";
        await a.Owner.ExecuteAsync($"{SetUp}{rows} create function ask(int) returns int language sql as 'select $1'");
        await b.Owner.ExecuteAsync($"{SetUp}{rows} create function ask(int) returns int language sql as 'select 1 / ($1 - $1)'");
        await WriteAsync(SetUp, Statements + "\n-- name: asked\nselect ask(:kind);\n", "\"asked\": 1,");

        var arms = await CompareAsync($"db:{a.ConnectionString}", $"db:{b.ConnectionString}");

        Assert.Equal("load/asked", Assert.Single(arms.FailsOnB).Operation);
        Assert.Equal(2, arms.Undecided.Count);
        Assert.All(arms.Undecided, sentence => Assert.StartsWith("Counters, as ", sentence, StringComparison.Ordinal));
        Assert.Empty(arms.Counters);
    }

    [Fact]
    public async Task Two_given_databases_are_compared_as_they_are_by_counters_and_by_slots_in_turns()
    {
        // Of its own: a checkpoint, which other tests bring about, has the first change after it write each page whole, on one arm alone.
        await using var server = await OwnServer.StartAsync(
            ("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.track", "all"), ("shared_buffers", "64MB"),
            ("fsync", "off"));
        await using var with = await DatabaseAsync(server, "with_index");
        await using var without = await DatabaseAsync(server, "without_index");
        const string rows = """
            create schema elsewhere;
            create extension pg_stat_statements schema elsewhere;
            insert into item select n, n % 500, 1 from generate_series(1, 5000) n;
            analyze item
            """;
        // Far slower on any machine, and not by what the machine is short of: few rows, so that B's scans take no core from other users.
        await with.Owner.ExecuteAsync(SetUp + "create index on item (kind);" + rows + Pause("0.002"));
        await without.Owner.ExecuteAsync(SetUp + rows + Pause("0.01"));
        await WriteAsync(SetUp, Statements.Replace("from item where kind", "from item, pause() where kind", StringComparison.Ordinal),
            weight: 9);

        // A slot with fewer than 20 calls has no figure, and leaves its metric out: long enough for a machine with no core free.
        var arms = await CompareAsync($"db:{with.ConnectionString}", $"db:{without.ConnectionString}", TimeSpan.FromSeconds(1));

        // The users of a mix share the machine: what runs beside B's longer pauses may take another time, but no other blocks.
        Assert.Contains("load/by_kind", arms.WorseOperations);
        Assert.All(arms.Counters.Where(change => change.IsWorse), change => Assert.Equal("load/by_kind", change.Operation));
        Assert.Contains("B has no index item_kind_idx.", Causes.Of(arms));
        Assert.DoesNotContain(new Npgsql.NpgsqlConnectionStringBuilder(with.ConnectionString).Password!, arms.A, StringComparison.Ordinal);
        // Shown by the first look, and again by the pairs that confirm it.
        Assert.All(["mean", "p50"], metric => Assert.True(
            arms.Times.FirstOrDefault(time => time.Operation == "load/by_kind" && time.Metric == metric) is
            { IsShownSlower: true, Confirmed: true, A: > 0, Ratio: > 1 }, string.Join('\n', arms.Times.Concat<object>(arms.Stages))));
        Assert.All(arms.Times.Select(time => time.Operation),
            operation => Assert.Contains(operation, (string[])["load", "load/by_kind", "load/reprice", ArmComparison.Whole]));
        Assert.Contains(arms.Stages, stage => stage.Stage == "Confirmation");
        Assert.Equal("on", await with.Owner.AskAsync<string>("show full_page_writes"));

        static async Task<TestDatabase> DatabaseAsync(NativeCluster server, string name)
        {
            await using var admin = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
            await admin.ExecuteAsync($"create database {name}");
            return new(server.ConnectionStringTo(name), () => Task.CompletedTask);
        }

        static string Pause(string seconds) =>
            $";create function pause() returns text volatile language sql as 'select pg_sleep({seconds})::text'";
    }

    [Fact]
    public async Task Rows_with_new_keys_are_inserted_in_every_pass_and_both_arms_get_the_same()
    {
        await using var a = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var b = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        foreach (var arm in new[] { a, b })
            await arm.Owner.ExecuteAsync(
                $"create extension pg_stat_statements; {SetUp} insert into item select n, n % 500, 1 from generate_series(1, 5000) n; "
                    + "create table note (id uuid primary key, place bigint unique, kind int)");
        await WriteAsync(SetUp, Statements + "\n-- name: add\ninsert into note values (:fresh, :next, :kind);\n", "\"add\": 1,");

        var arms = await CompareAsync($"db:{a.ConnectionString}", $"db:{b.ConnectionString}");

        Assert.Empty(arms.Undecided);
        const string notes = "select count(*) || ' ' || md5(string_agg(id || ' ' || place, ',' order by id)) from note";
        var inserted = await a.Owner.AskAsync<string>(notes);
        Assert.StartsWith("50 ", inserted, StringComparison.Ordinal);
        Assert.Equal(inserted, await b.Owner.AskAsync<string>(notes));
    }

    [Fact]
    public async Task A_given_database_is_reached_by_the_environments_password_beside_a_private_server_too()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await given.Owner.ExecuteAsync(
            $"create extension pg_stat_statements; {SetUp} insert into item select n, n % 500, 1 from generate_series(1, 5000) n; "
                + "create index item_kind_idx on item (kind); analyze item");
        await WriteAsync(SetUp, Statements);
        var withoutPassword = new Npgsql.NpgsqlConnectionStringBuilder(given.ConnectionString);
        Environment.SetEnvironmentVariable("PGPASSWORD", withoutPassword.Password);
        withoutPassword.Password = null;

        var arms = await CompareAsync("workload", $"db:{withoutPassword.ConnectionString}");

        Assert.Contains(arms.Indexes, index => index is { Index: "item_kind_idx", A: null });
    }

    [Fact]
    public async Task A_given_database_that_does_not_answer_is_named_before_a_server_is_made()
    {
        await WriteAsync(SetUp, Statements);
        var told = new Notes();

        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => CompareAsync("workload", "db:Host=127.0.0.1;Port=1;Username=nobody;Password=x", told: told));

        Assert.Contains("No connection to 127.0.0.1:1", fault.Message, StringComparison.Ordinal);
        Assert.Empty(told.Sentences);
    }

    [Fact]
    public async Task A_given_database_on_which_another_run_measures_is_refused_before_a_server_is_made()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var other = await given.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new Npgsql.NpgsqlCommand($"select pg_advisory_lock({RunLock.Key})", other))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await WriteAsync(SetUp, Statements);
        var told = new Notes();

        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => CompareAsync("workload", $"db:{given.ConnectionString}", told: told));

        Assert.StartsWith("Another run measures on this database", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fault, fault.ExitCode);
        Assert.Empty(told.Sentences);
    }

    [Fact]
    public async Task An_index_that_the_set_up_lacks_is_named_before_its_rows_are_seeded_and_a_file_that_wants_rows_is_not_refused()
    {
        await WriteAsync(SetUp, Statements);
        var stop = TestContext.Current.CancellationToken;
        using var files = new TemporaryDirectory();
        var (wants, wrong) = (Path.Combine(files.Path, "wants.sql"), Path.Combine(files.Path, "wrong.sql"));
        await File.WriteAllTextAsync(
            wants, "select 1 / (select count(*) from item); create index item_kind_idx on item (kind)", stop);
        await File.WriteAllTextAsync(wrong, "create index item_kind_idx on items (kind)", stop);
        var told = new Notes();

        await RefusedAsync("workload,without=item_kinds", "without=item_kinds: the schema has no index of that name");
        await RefusedAsync($"workload,sql={wrong}", "line 1: the server refuses it: 42P01");
        await RefusedAsync("workload,work_memo=1MB", "Did you mean 'work_mem'?");

        var changed = await CompareAsync("workload", $"workload,sql={wants}");
        Assert.Contains(changed.Indexes, index => index is { Index: "item_kind_idx", A: null });

        async Task RefusedAsync(string arm, string part)
        {
            var fault = await Assert.ThrowsAsync<HarnessException>(() => CompareAsync("workload", arm, told: told));
            Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
            Assert.Empty(told.Sentences);
        }
    }

    [Fact]
    public async Task An_index_is_dropped_by_the_name_that_the_catalog_has_and_several_of_one_name_by_their_schemas()
    {
        await WriteAsync(
            SetUp + """
                create index "IX_Item_Kind" on item (kind);
                create index "IX_Item_Price" on item (price);
                create schema other;
                create table other.item (price int);
                create index "IX_Item_Price" on other.item (price);

                """, Statements);

        var changed = await CompareAsync("workload", "workload,without=IX_Item_Kind,without=other.IX_Item_Price");

        Assert.Equal(
            ["IX_Item_Kind", "other.IX_Item_Price"],
            changed.Indexes.Where(index => index.B is null).Select(index => index.Index).Order(StringComparer.Ordinal));
        Assert.Contains("load/by_kind", changed.WorseOperations);
        await RefusedAsync("IX_Item_Price", "several indexes have that name. Give one of \"IX_Item_Price\", other.\"IX_Item_Price\".");
        await RefusedAsync("IX_Item_Kinds", "the schema has no index of that name. Did you mean 'IX_Item_Kind'?");

        async Task RefusedAsync(string index, string part)
        {
            var fault = await Assert.ThrowsAsync<HarnessException>(() => CompareAsync("workload", $"workload,without={index}"));
            Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
            Assert.Contains($"without={index}: {part}", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_cannot_be_an_arm_is_named_before_a_server_is_made()
    {
        await WriteAsync(SetUp, Statements);
        Assert.Contains("'optimized' is no form of the workload", Refused("optimized"), StringComparison.Ordinal);
        Assert.Contains("pooler=pgbouncer", Refused("workload,pooler=pgbouncer"), StringComparison.Ordinal);
        var fault = await Assert.ThrowsAsync<HarnessException>(() => CompareAsync("workload", "dir:no-such-folder"));
        Assert.Contains("there is no such folder", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, (await Assert.ThrowsAsync<HarnessException>(() => CompareAsync("workload", "git:HEAD"))).ExitCode);

        static string Refused(string text) =>
            Assert.Throws<HarnessException>(() => ArmSpecification.OfWorkload("--b", text)).Message;
    }

    /// <param name="slot">None: counters alone.</param>
    private async Task<ArmComparison> CompareAsync(string a, string b, TimeSpan slot = default, Notes? told = null)
    {
        var workload = WorkloadCatalog.Find(_directory.FullName, out var faults);
        Assert.Empty(faults);
        // Users of a slot: where the machine is busy, too, each has calls enough to be compared.
        var asked = (ComparisonPlan.Standard with { Slot = slot, CounterCalls = 20, Users = 4 }).For(workload!);
        return await new Comparer(
            asked, new WorkloadSubject(workload!, asked.Scenarios, ServerProfile.Checklist, 7, keep: false),
            told ?? (IStageProgress)SilentProgress.Instance).CompareAsync(
                ArmSpecification.OfWorkload("--a", a), ArmSpecification.OfWorkload("--b", b), TestContext.Current.CancellationToken);
    }

    private async Task WriteAsync(string setUp, string statements, string operations = "", int weight = 1)
    {
        await FileAsync("set-up.sql", setUp);
        await FileAsync("statements.sql", statements);
        await FileAsync("workload.json", $$"""
            { "name": "things", "setUp": "set-up.sql",
              "seed": [ { "table": "item", "rows": 5000, "columns": {
                "id": { "kind": "sequential", "from": 1, "to": 5000 }, "kind": { "kind": "uniform", "from": 1, "to": 500 },
                "price": { "kind": "uniform", "from": "1.00", "to": "9.00", "digits": 2 } } } ],
              "parameters": { "kind": { "kind": "uniform", "from": 1, "to": 500 }, "id": { "kind": "uniform", "from": 1, "to": 5000 },
                "fresh": { "kind": "uuid" }, "next": { "kind": "sequential", "from": 1, "to": 1000 } },
              "scenarios": { "load": { "operations": { {{operations}} "by_kind": {{weight}}, "reprice": 1 }, "thinkTime": "9s",
                "simulations": [ { "kind": "keepConstant", "copies": 1, "during": "1s" } ] } } }
            """);
    }

    private Task FileAsync(string name, string content) =>
        File.WriteAllTextAsync(Path.Combine(_directory.FullName, name), content, TestContext.Current.CancellationToken);

    private Task GitAsync(params string[] arguments) => CliWrap.Cli.Wrap("git").WithWorkingDirectory(_directory.FullName)
        .WithArguments(arguments).ExecuteAsync(TestContext.Current.CancellationToken);
}
