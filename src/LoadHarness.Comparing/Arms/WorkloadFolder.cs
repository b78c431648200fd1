using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Workloads;

namespace LoadHarness.Comparing.Arms;

/// <summary>
/// The workload that an arm is made from: its set-up, its rows, its statements. That of a git revision is temporary and goes with the
/// object.
/// </summary>
internal sealed class WorkloadFolder : IAsyncDisposable
{
    private readonly GitFolder? _revision;

    private WorkloadFolder(Workload workload, GitFolder? revision = null) => (Workload, _revision) = (workload, revision);

    public Workload Workload { get; }

    /// <param name="own">What the person named with --workload.</param>
    /// <exception cref="HarnessException">The revision or the folder is not there, or is no workload.</exception>
    public static async Task<WorkloadFolder> OfAsync(Workload own, ArmSchema schema, CancellationToken cancellationToken) => schema switch
    {
        ArmSchema.Revision revision =>
            await ReadAsync(await GitFolder.OfAsync(revision.Name, own.Folder, cancellationToken), revision.Name),
        ArmSchema.Folder folder => new(WorkloadCatalog.Read(folder.Path)),
        _ => new(own),
    };

    public ValueTask DisposeAsync() => _revision?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<WorkloadFolder> ReadAsync(GitFolder files, string revision)
    {
        try
        {
            return new(WorkloadCatalog.Read(files.Path), files);
        }
        catch (HarnessException wrong)
        {
            await files.DisposeAsync();
            throw new HarnessException(
                wrong.Message.Replace(files.Path, $"git:{revision}", StringComparison.Ordinal), wrong.ExitCode, wrong);
        }
    }
}
