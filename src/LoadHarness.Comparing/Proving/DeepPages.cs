using LoadHarness.Load;
using LoadHarness.Scenarios;
using LoadHarness.Workloads.Running;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Pages far down the list that one arm has walked to, for the other arms: all ask for the same pages. A baseline without the index walks
/// a thousand pages, which would take longer than all that is measured.
/// </summary>
/// <param name="Walked">The arm that walked; its own deep pages were asked for before.</param>
/// <param name="CursorOf">The place of a page, as the other arm's statements say it.</param>
internal sealed record DeepPages(ScenarioEnvironment Walked, Func<WalkedPage, string> CursorOf)
{
    /// <summary>C's cursors are those of the optimized schema: the creation time and the id of the last row.</summary>
    public static DeepPages SameCursors(ScenarioEnvironment walked) => new(walked, page => page.Cursor);

    /// <summary>N has an offset: the rows before the page.</summary>
    public static DeepPages Offsets(ScenarioEnvironment walked) => new(walked, page => page.Before.ToString());

    /// <summary>The set-up of an arm's deep pages, in place of a walk.</summary>
    public Func<IScenarioInitContext, Task> For(ScenarioEnvironment environment) => _ =>
    {
        environment.Reads.TakePages(Walked.Reads, CursorOf);
        return Task.CompletedTask;
    };
}
