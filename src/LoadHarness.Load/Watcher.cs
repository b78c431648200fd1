namespace LoadHarness.Load;

/// <summary>Who watches a measured phase next to the load, such as <see cref="IMeasuredPhase"/>.</summary>
public static class Watcher
{
    /// <summary>Tells it. One that fails or hangs costs what it watches, and not what is measured.</summary>
    /// <param name="atOnce">Nothing is waited for any longer.</param>
    public static async Task TellAsync(Func<Task> tell, TimeSpan patience, CancellationToken atOnce)
    {
        try
        {
            await tell().WaitAsync(patience, atOnce);
        }
        catch (Exception)
        {
            // It keeps its own account of what it has not seen.
        }
    }
}
