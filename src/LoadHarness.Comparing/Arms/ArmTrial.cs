using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Arms;

/// <summary>
/// Makes an arm of the CRM on a few leads, in some seconds, before minutes of seeding: its schema alone tells whether it has an index, and
/// its server whether it takes a statement.
/// </summary>
internal static class ArmTrial
{
    private const long Leads = ContactCount.Smallest;

    /// <param name="rebuild">As the arm itself will be built.</param>
    /// <param name="look">What else has to be known of the arm; null for nothing.</param>
    /// <exception cref="Core.HarnessException">The arm cannot be made.</exception>
    public static async Task RunAsync(
        SeedRequest request, ServerProfile profile, ArmSpecification arm, SqlFolder sql, bool rebuild, IStageProgress progress,
        CancellationToken cancellationToken, Func<ArmServer, Task>? look = null)
    {
        // So few are seeded as soon as they are tried.
        if (request.Contacts <= Leads) return;
        progress.Note($"Trying {Redaction.Of(arm.Text)} on {Leads:N0} leads, before anything else is seeded.");
        await using var few = await SeededTemplate.MakeAsync(
            request with { Contacts = Leads, Spread = WorkspaceSpread.One }, profile, arm.ServerVersion, keep: false,
            SilentProgress.Instance, cancellationToken);
        await using var factory = new CrmArmFactory(few, sql, rebuild);
        await using var tried = await factory.StartAsync("trial", arm, SilentProgress.Instance, cancellationToken);
        if (look is not null) await look(tried);
    }
}
