using LoadHarness.Load;

namespace LoadHarness.IntegrationTests.Agents;

/// <summary>Notes when the measured phase begins and ends.</summary>
internal sealed class ToldPhase : IMeasuredPhase
{
    public List<string> Told { get; } = [];

    /// <summary>As when the server that it looks at is gone.</summary>
    public bool Fails { get; init; }

    public Task BeginsAsync() => TellAsync("begins");

    public Task EndedAsync() => TellAsync("ended");

    private Task TellAsync(string what)
    {
        Told.Add(what);
        return Fails ? Task.FromException(new IOException("The server is gone.")) : Task.CompletedTask;
    }
}
