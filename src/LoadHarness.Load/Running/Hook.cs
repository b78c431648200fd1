using LoadHarness.Core;
using LoadHarness.Load.Recording;

namespace LoadHarness.Load.Running;

/// <summary>Calls a set-up or a clean-up, which is a caller's code: it may throw, return nothing, block or never end.</summary>
internal static class Hook
{
    /// <param name="patience">Then it is left behind.</param>
    /// <param name="cancellationToken">Asks it to stop.</param>
    /// <param name="atOnce">Waits for it no longer.</param>
    /// <returns>Why it did not end well; null when it did.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static async Task<string?> RunAsync(
        Func<IScenarioInitContext, Task> hook, Func<CancellationToken, IScenarioInitContext> contextOf, TimeSpan patience,
            CancellationToken cancellationToken, CancellationToken atOnce)
    {
        var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, atOnce);
        // Not on this thread: one that blocks would keep it.
        var work = Task.Run(() => hook(contextOf(own.Token)) ?? throw new InvalidOperationException("it returned no task (null)"),
            CancellationToken.None);
        try
        {
            await work.WaitAsync(patience, atOnce);
            return null;
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            // Not disposed: what never ends still holds its token.
            _ = own.CancelAsync();
            return $"it did not end within {patience.TotalSeconds:0.#} s and was left behind";
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || atOnce.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            return e is HarnessException ? e.Message : Failure.MessageOf(e);
        }
    }
}
