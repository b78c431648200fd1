using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The first stage of every run: a server of its own, or the given database.</summary>
internal static class DatabaseStage
{
    public static async Task<Provisioned> ProvisionAsync(
        StageContext context, DatabaseRequest request, CancellationToken cancellationToken)
    {
        context.Terminal.Heading($"database ({context.Options.Database})");
        var made = await context.StageAsync(
            "database", progress => Provisioner.ProvisionAsync(request, progress, cancellationToken),
            database => $"{database.Server.Provisioning.Word()}, PostgreSQL {database.Server.Version}");
        var server = made.Value.Server;
        context.Terminal.Line($"   PostgreSQL {server.Version} ({server.Provisioning.Word()}) at {server.Endpoint}");
        return new(made.Value) { Timing = made.Timing };
    }
}
