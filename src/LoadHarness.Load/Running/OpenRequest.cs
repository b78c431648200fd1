using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>A slot of the open model: runs one arrival, then is free for another.</summary>
internal sealed class OpenRequest(LoadPhase phase, int slot, OpenRequests owner) : ScenarioContext(phase, slot), IWork
{
    private int _operation;
    private Instant _intended;
    private volatile bool _inFlight;

    /// <summary>Accepted and not yet ended, whether or not a thread has begun it. Any thread.</summary>
    public bool InFlight => _inFlight;

    public int Operation => _operation;

    /// <summary>When it should have started, by the phase's clock.</summary>
    public Instant Intended => _intended;

    public void Accept(int operation, long invocation, Instant intended)
    {
        (_operation, InvocationNumber, _intended) = (operation, invocation, intended);
        _inFlight = true;
    }

    public void Execute()
    {
        var started = Phase.Clock.Now;
        var task = Invoke(_operation, Phase.SeedOf(0, InvocationNumber));
        if (task.IsCompleted) End(started, OutcomeOf(task));
        else _ = Await(task, started);
    }

    private async Task Await(Task<IResponse> task, Instant started)
    {
        IResponse? response;
        try
        {
            response = await task;
        }
        catch (Exception e)
        {
            response = Response.Threw(e);
        }

        End(started, response);
    }

    private void End(Instant started, IResponse? response)
    {
        Finish(_intended, started, Phase.Clock.Now, response);
        if (Running < 0) _inFlight = false;
        owner.Return(this);
    }
}
