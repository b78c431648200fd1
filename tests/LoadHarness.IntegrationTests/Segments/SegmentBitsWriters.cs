using System.Text.Json.Nodes;
using CsCheck;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Sessions that import, change and delete leads, and fold and build their bits, until they are told to stop.</summary>
internal sealed class SegmentBitsWriters(TestDatabase database, TenantDatabase app, CancellationToken cancellationToken)
{
    private const int Leads = 300;

    private int _next = 1_000;

    public int Folds { get; private set; }

    /// <summary>Leads of a few blocks, with their bits.</summary>
    public static async Task FillAsync(TestDatabase database)
    {
        var random = new Random(Leads);
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var i = 1; i <= Leads; i++)
        {
            await using var insert = Statement(connection,
                """
                insert into leads
                    (workspace_id, id, email, name, company, source, status, position, tags, custom_fields, created_at, updated_at)
                overriding system value values (1, $11, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """, Lead(random, i));
            // The fourth block is far away from the others, as after an import that burnt ids.
            insert.Parameters.Add(new() { Value = (i % 4 == 3 ? 9_000_000L : i % 4) * 16_384 + i });
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var sequence = new NpgsqlCommand("select setval(pg_get_serial_sequence('leads', 'id'), 1000000)", connection);
        await sequence.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var build = new NpgsqlCommand("select build_segment_bits(1, 100)", connection);
        Assert.Equal((long)Leads, await build.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    public static async Task<List<SegmentLead>> LeadsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select email, name, company, source, status, position, tags, custom_fields::text, created_at, updated_at
            from leads where workspace_id = 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var leads = new List<SegmentLead>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            leads.Add(new(reader.GetString(0), Text(reader, 1), Text(reader, 2), Text(reader, 3), reader.GetString(4), Text(reader, 5),
                reader.GetFieldValue<string[]>(6), JsonNode.Parse(reader.GetString(7))!.AsObject(), reader.GetDateTime(8),
                    reader.GetDateTime(9)));
        }

        return leads;
    }

    public Task RunAsync() => Task.WhenAll(
        LoopAsync(ImportAsync), LoopAsync(ChangeAsync), LoopAsync(DeleteAsync), LoopAsync(FoldAsync), LoopAsync(FoldAsync));

    private async Task LoopAsync(Func<Random, Task> step)
    {
        var random = new Random(TestSeed.Draw());
        try
        {
            while (!cancellationToken.IsCancellationRequested) await step(random);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Cancelled in the middle of a statement.
        }
    }

    // New leads and known ones; one transaction in four is rolled back.
    private async Task ImportAsync(Random random)
    {
        var rows = new JsonArray([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
        {
            var lead = Lead(random, random.Next(2) == 0 ? random.Next(1, Leads) : Interlocked.Increment(ref _next));
            return (JsonNode)new JsonObject
            {
                ["email"] = lead.Email, ["name"] = lead.Name, ["status"] = lead.Status,
                ["tags"] = new JsonArray([.. lead.Tags.Select(tag => JsonValue.Create(tag))]),
                    ["custom_fields"] = lead.CustomFields.DeepClone(),
            };
        })]);
        await app.ScalarAsync<long>(
            "select imported_count from fast_bulk_lead_import($1, parse_json($2))", [rows.ToJsonString()], cancellationToken);
    }

    private async Task ChangeAsync(Random random)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            await using var change = Statement(connection,
                """
                update leads set name = $2, company = $3, source = $4, status = $5, position = $6, tags = $7, custom_fields = $8,
                    created_at = $9, updated_at = $10
                where workspace_id = 1 and $1 <> '' and id = (
                    select id from leads where workspace_id = 1 order by random() limit 1)
                """, Lead(random, 1));
            await change.ExecuteNonQueryAsync(cancellationToken);
        }

        if (random.Next(4) == 0) await transaction.RollbackAsync(cancellationToken);
        else await transaction.CommitAsync(cancellationToken);
    }

    private async Task DeleteAsync(Random random)
    {
        await ExecuteAsync(random.Next(2) == 0
            ? "delete from leads where workspace_id = 1 and id = (select id from leads where workspace_id = 1 order by random() limit 1)"
            : "update leads set id = id + 3 where workspace_id = 1 and id = (select max(id) from leads where workspace_id = 1)");
        await Task.Delay(random.Next(20, 60), cancellationToken);
    }

    private async Task FoldAsync(Random random)
    {
        // In turns, so that a short run has them all as well.
        await ExecuteAsync((Folds % 8) switch
        {
            7 => "select build_segment_bits(1, 50)",
            // As with many values: some have no bits.
            1 => """
                 do $$ begin
                     if lock_segment_bits(1) then
                         update segment_bit_facets set complete = false
                         where workspace_id = 1 and facet in ('tags', 'source', 'custom.score', 'custom.plan');
                         delete from segment_bit_values v using segment_bit_facets f
                         where f.workspace_id = v.workspace_id and f.facet = v.facet and not f.complete
                           and v.kind = 'value' and v.id % 2 = 0;
                     end if;
                 end $$
                 """,
            _ => $"select fold_segment_changes(1, {random.Next(1, 40)})",
        });
        Folds++;
        await Task.Delay(random.Next(5, 30), cancellationToken);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(sql, connection)) await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // Nearly all are born on a day: a field that bits have by day. Some days lie before or after all that bits can say.
    private static SegmentLead Lead(Random random, int number)
    {
        var lead = SegmentGen.Lead(number).Single();
        lead.CustomFields["born"] = JsonValue.Create((number % 50) switch
        {
            7 => "2026-01-15T12:00Z",
            17 => "1931-02-28",
            27 => "2199-12-31",
            _ => new DateOnly(2025, 12, 20).AddDays(random.Next(60)).ToString("yyyy-MM-dd", null),
        });
        return lead;
    }

    private static NpgsqlCommand Statement(NpgsqlConnection connection, string sql, SegmentLead lead)
    {
        var statement = new NpgsqlCommand(sql, connection);
        foreach (var value in (object?[])[lead.Email, lead.Name, lead.Company, lead.Source, lead.Status, lead.Position, lead.Tags])
        {
            statement.Parameters.Add(value is string[]? new() { Value = value }
                : new() { Value = value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        statement.Parameters.Add(new() { Value = lead.CustomFields.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        statement.Parameters.Add(new() { Value = lead.CreatedAt });
        statement.Parameters.Add(new() { Value = lead.UpdatedAt });
        return statement;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
