using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>Fills the template databases that tests are copied from.</summary>
internal static class SchemaTemplates
{
    public static async Task BuildAsync(NpgsqlDataSource admin, SchemaState state)
    {
        if (state == SchemaState.Empty) return;
        await using var command = admin.CreateCommand(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sql", "schema.sql")));
        await command.ExecuteNonQueryAsync();
        if (state == SchemaState.Optimized) Assert.Skip("The migrations are not here yet.");
    }
}
